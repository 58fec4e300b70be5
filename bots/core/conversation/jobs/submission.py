"""Submission of jobs from the conversation, and their repetition."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from bots.core.context import Context, HandlerResult, Reply, build_error_reply, text_for
from bots.core.conversation import shop, subscription
from bots.core.conversation.features.registry import get_feature
from models.errors import RequestRejected
from models.jobs.job import Job
from models.jobs.options import JobOptions
from models.jobs.transcript import Correction, Transcript
from models.languages import load_languages
from models.media.files import Media
from models.messaging.deliveries import Message
from pipeline import JobRequest, Pipeline, get_kind
from storage.jobs import jobs, transcripts
from storage.messaging.outbox import OutboxMessage


def acknowledge(context: Context, result: HandlerResult, reply_to: str | None) -> int:
    """Enqueue another status message to show a film's progress; returns its delivery id."""
    part = str(len(result.jobs) + len(result.replies))
    cause = f"status:{context.account.id}:{context.inbound.update_ids[0]}"
    outbox_message = OutboxMessage(Message(paragraphs=(text_for("received"),)), cause, part, reply_to)
    return context.enqueue(outbox_message)


@dataclass(frozen=True, slots=True)
class Submission:
    """Details of a submission: the message the film replies to, the delivery of its status message, the job it repeats,
    the given transcript, what that corrects, and how often a film whose words are known was made again before."""

    reply_to: str | None
    status_delivery_id: int | None
    parent_id: uuid.UUID | None = None
    transcript: Transcript | None = None
    correction: Correction | None = None
    earlier_versions: int | None = None


def submit(
    pipeline: Pipeline,
    context: Context,
    result: HandlerResult,
    media: Sequence[Media],
    options: JobOptions,
    submission: Submission,
) -> bool:
    """Submit a job, or reply with the reason for the refusal; whether it was accepted."""
    request = JobRequest(
        person=context.person,
        address=context.address,
        media=media,
        options=complete_options(options, context),
        reply_to=submission.reply_to,
        status_delivery_id=submission.status_delivery_id,
        received_at=context.inbound.received_at,
        parent_id=submission.parent_id,
        transcript=submission.transcript,
        correction=submission.correction,
        earlier_versions=submission.earlier_versions,
        admission=None if result.jobs else context.admission,  # each further job changes how many are waiting
    )
    try:
        job = pipeline.submit(context.session, request)
        result.jobs.append(job.id)
        result.replies += subscription.build_overage_replies(context, job.id)
    except RequestRejected as error:
        message = build_error_reply(error, edits_delivery=submission.status_delivery_id).message
        result.replies.append(Reply(shop.add_purchase_choices(pipeline, context, error, message), has_reply_to=True))
        return False
    return True


def complete_options(options: JobOptions, context: Context) -> JobOptions:
    """The options with what the chat and the user decide."""
    language = load_languages().find_code(context.person.language)
    with_language = options.with_own_language(language) if language else options
    return with_language.with_max_bytes(context.capabilities.max_upload)


def repeat_job(
    pipeline: Pipeline, context: Context, result: HandlerResult, job: Job, spoken_language: str | None = None
) -> None:
    """Submit a job again, with the user's present preferences, or as speech in a language that is known by now."""
    media = jobs.list_inputs(context.session, job.id)
    feature = get_feature(job.kind)
    options = feature.build_options(context.person.tastes, has_chat_model=pipeline.has_chat_model)
    kept = {name: job.parameters[name] for name in feature.word_options if name in job.parameters}
    options = feature.kind.options.model_validate({**options.model_dump(), **kept})
    if spoken_language is not None:
        options = options.with_language(spoken_language)
    elif options.spoken_language == "auto":
        options = options.with_language(job.parameters.get("language", "auto"))
    status = acknowledge(context, result, job.reply_to)
    parent = transcripts.find_source_job(context.session, job) if get_kind(job.kind).needs_only_words else job
    given = transcripts.find_given(context.session, job.id)
    correction = transcripts.find_correction(context.session, job.id)
    submission = Submission(job.reply_to, status, parent.id, given, correction)
    submit(pipeline, context, result, media, options, submission)

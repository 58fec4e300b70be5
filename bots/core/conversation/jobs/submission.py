"""Submission of jobs from the conversation, and their repetition."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from bots.core.context import Context, HandlerResult, Reply, build_error_reply, text_for
from bots.core.conversation import shop, subscription
from bots.core.conversation.features.registry import get_feature
from models.errors import ErrorCode, RequestRejected
from models.jobs.job import Job
from models.jobs.options import JobOptions
from models.jobs.transcript import Transcript
from models.languages import load_languages
from models.media.files import Media
from models.messaging.deliveries import Message
from pipeline import JobKind, JobRequest, Pipeline
from storage.jobs import jobs, transcripts
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage


def acknowledge(context: Context, result: HandlerResult, reply_to: str | None) -> int:
    """Enqueue another status message to show a film's progress; returns its delivery id."""
    part = str(len(result.jobs) + len(result.replies))
    cause = f"status:{context.account.id}:{context.inbound.update_ids[0]}"
    outbox_message = OutboxMessage(Message(paragraphs=(text_for("received"),)), cause, part, reply_to)
    return outbox.enqueue(context.session, context.address, context.person.id, outbox_message, context.now)


@dataclass(frozen=True, slots=True)
class Submission:
    """Details of a submission: the message the film replies to, the delivery of its status message, the job it repeats,
    and the given transcript."""

    reply_to: str | None
    status_delivery_id: int | None
    parent_id: uuid.UUID | None = None
    transcript: Transcript | None = None


def submit(
    pipeline: Pipeline,
    context: Context,
    result: HandlerResult,
    media: Sequence[Media],
    options: JobOptions,
    submission: Submission,
) -> bool:
    """Submit a job, or reply with the reason for the refusal; whether its files are of use from now on: for the job, or
    for subtitles that are asked for.
    """
    request = JobRequest(
        person=context.person,
        address=context.address,
        media=media,
        options=options.with_max_bytes(context.capabilities.max_upload),
        reply_to=submission.reply_to,
        status_delivery_id=submission.status_delivery_id,
        received_at=context.inbound.received_at,
        parent_id=submission.parent_id,
        transcript=submission.transcript,
        admission=None if result.jobs else context.admission,  # each further job changes how many are waiting
    )
    language = options.spoken_language
    if submission.transcript is None and language is not None and not _can_transcribe(pipeline, language):
        result.replies.append(_build_language_error(request.kind, language, submission.status_delivery_id))
        return request.kind.takes_subtitles
    try:
        job = pipeline.submit(context.session, request)
        result.jobs.append(job.id)
        result.replies += subscription.build_overage_replies(context, job.id)
    except RequestRejected as error:
        message = build_error_reply(error, edits_delivery=submission.status_delivery_id).message
        result.replies.append(Reply(shop.add_purchase_choices(pipeline, context, error, message), has_reply_to=True))
        return False
    return True


def _can_transcribe(pipeline: Pipeline, language: str) -> bool:
    known = load_languages()
    return language == "auto" or language in (known.names if pipeline.has_speech_service else known.local)


def _build_language_error(kind: JobKind, language: str, status_delivery_id: int | None) -> Reply:
    """Build the error for a language that cannot be transcribed, before anything is charged; it offers subtitles as the
    alternative where they are one."""
    message = build_error_reply(
        RequestRejected(ErrorCode.LANGUAGE_NOT_HEARD, language=language), edits_delivery=status_delivery_id
    ).message
    offer = (text_for("subtitles-offer"),) if kind.takes_subtitles else ()
    paragraphs = (*message.paragraphs[:-1], *offer, message.paragraphs[-1])
    return Reply(message.model_copy(update={"paragraphs": paragraphs}), has_reply_to=True)


def repeat_job(pipeline: Pipeline, context: Context, result: HandlerResult, job: Job) -> None:
    """Submit a job again, with the user's present preferences."""
    media = jobs.list_inputs(context.session, job.id)
    options = get_feature(job.kind).build_options(context.person.tastes)
    if options.spoken_language == "auto":
        options = options.with_language(job.parameters.get("language", "auto"))
    status = acknowledge(context, result, job.reply_to)
    submission = Submission(
        job.reply_to, status, parent_id=job.id, transcript=transcripts.find_given(context.session, job.id)
    )
    submit(pipeline, context, result, media, options, submission)

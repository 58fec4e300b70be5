"""Intake of files as jobs: pictures are sketched, videos are captioned, subtitles are applied to the last video."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from bots.core.context import (
    Context,
    HandlerResult,
    Reply,
    build_error_reply,
    choice_for,
    reply_for,
    text_for,
)
from bots.core.conversation import shop, subscription
from models.errors import AppError, ErrorCode, RequestRejected
from models.jobs.job import Job, JobType
from models.jobs.options import CaptionOptions, SketchOptions
from models.jobs.transcript import Transcript
from models.languages import load_languages
from models.limits import load_limits
from models.media.facts import MediaKind
from models.media.files import Media
from models.messaging.deliveries import Message
from models.messaging.updates import Dialogue
from pipeline.jobs.service import JobRequest, Pipeline
from storage.jobs import jobs, transcripts
from storage.media import files
from storage.media.files import MeasuredFile
from storage.messaging import outbox, updates
from storage.messaging.outbox import OutboxMessage

SPOKEN_QUESTION = "spoken"  # name of the question which language is spoken in a video


@dataclass(slots=True)
class JobIntake:
    """Submits the files of one message. The first reply replaces the acknowledgement; each further film gets a status
    message of its own to show its progress."""

    pipeline: Pipeline
    context: Context
    result: HandlerResult
    ack: int | None

    def submit_files(self) -> None:
        measured = [file for file in self.context.files if isinstance(file, MeasuredFile)]
        subtitles = [file for file in self.context.files if isinstance(file, Transcript)]
        self._submit_sketch([file for file in measured if file.info.kind is MediaKind.IMAGE])
        self._submit_captions([file for file in measured if file.info.kind is MediaKind.VIDEO], subtitles)
        if any(file.info.kind is MediaKind.AUDIO for file in measured):
            self._reply("audio-needs-picture")
        self._refuse([file for file in self.context.files if isinstance(file, AppError)])

    def _submit_sketch(self, pictures: Sequence[MeasuredFile]) -> None:
        max_scenes = load_limits().film.max_scenes
        if pictures:
            self._submit(self._store(pictures[:max_scenes]), self.context.preferences.to_sketch_options())
        if len(pictures) > max_scenes and self.result.jobs:
            self._reply("album-too-long", limit=max_scenes)

    def _submit_captions(self, videos: Sequence[MeasuredFile], subtitles: Sequence[Transcript]) -> None:
        """Submit caption jobs. Subtitles sent with videos are paired with them in order; others apply to the last
        video of the user."""
        media = self._store(videos)
        for video, transcript in zip(media, subtitles, strict=False):
            self._submit([video], self.context.preferences.to_caption_options(), transcript)
        for transcript in subtitles[len(media) :]:
            self._apply_subtitles(transcript)
        to_transcribe = media[len(subtitles) :]
        if to_transcribe and self._should_ask_language():
            self._ask_language(to_transcribe)
        else:
            for video in to_transcribe:
                self._submit([video], self.context.preferences.to_caption_options())

    def _apply_subtitles(self, transcript: Transcript) -> None:
        """Caption the video that was sent last with these subtitles."""
        context = self.context
        video = files.find_last_video(context.session, context.person.id, context.now)
        if video is None:
            self._reply("subtitles-no-video")
        else:
            updates.close_question(context.session, context.address.id, context.person.id)
            self._submit([video], context.preferences.to_caption_options(), transcript)

    def _should_ask_language(self) -> bool:
        """Whether the language spoken in this user's videos is unknown and cannot be detected."""
        context = self.context
        is_known = context.preferences.spoken != "auto" or context.person.language in load_languages().local
        return not (is_known or self.pipeline.has_speech_service)

    def _ask_language(self, videos: Sequence[Media]) -> None:
        """Ask once for all videos; an older question is replaced, and its choices no longer work."""
        context, status = self.context, self._take_status_delivery()
        about = {"videos": [video.id.hex for video in videos], "reply_to": context.inbound.message_id, "ack": status}
        question = Dialogue(
            address_id=context.address.id,
            person_id=context.person.id,
            question=SPOKEN_QUESTION,
            about=about,
            asked_at=context.now,
        )
        updates.ask_question(context.session, question)
        languages_offered = (("en", "english"), ("pt", "portuguese"), ("es", "spanish"), ("other", "other-language"))
        choices = [
            choice_for(f"spoken:{code}:{videos[0].id.hex}", f"choice-{name}") for code, name in languages_offered
        ]
        message = Message(
            paragraphs=(text_for("question-spoken"),),
            choices=(tuple(choices[:3]), tuple(choices[3:])),
            edits_delivery=status,
        )
        self.result.replies.append(Reply(message, has_reply_to=True))

    def _store(self, files: Sequence[MeasuredFile]) -> list[Media]:
        context = self.context
        return [self.pipeline.create_media(context.session, context.person, file, context.now) for file in files]

    def _submit(
        self, media: Sequence[Media], options: SketchOptions | CaptionOptions, transcript: Transcript | None = None
    ) -> None:
        submission = Submission(self.context.inbound.message_id, self._take_status_delivery(), transcript=transcript)
        submit(self.pipeline, self.context, self.result, media, options, submission)

    def _refuse(self, errors: Sequence[AppError]) -> None:
        """Reply with each distinct error once, however many files share it."""
        for error in {str(error): error for error in errors}.values():
            self.result.replies.append(build_error_reply(error, edits_delivery=self._take_ack()))

    def _reply(self, key: str, **values: int) -> None:
        message = Message(paragraphs=(text_for(key, **values),), edits_delivery=self._take_ack())
        self.result.replies.append(Reply(message, has_reply_to=True))

    def _take_status_delivery(self) -> int:
        return self._take_ack() or acknowledge(self.context, self.result, self.context.inbound.message_id)

    def _take_ack(self) -> int | None:
        ack, self.ack = self.ack, None
        return ack


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
    options: SketchOptions | CaptionOptions,
    submission: Submission,
) -> None:
    """Submit a job, or reply with the reason for the refusal."""
    encoding = options.encoding.model_copy(update={"max_bytes": context.capabilities.max_upload})
    request = JobRequest(
        person=context.person,
        address=context.address,
        media=media,
        options=options.model_copy(update={"encoding": encoding}),
        reply_to=submission.reply_to,
        status_delivery_id=submission.status_delivery_id,
        received_at=context.inbound.received_at,
        parent_id=submission.parent_id,
        transcript=submission.transcript,
    )
    if (
        submission.transcript is None
        and isinstance(options, CaptionOptions)
        and not _can_transcribe(pipeline, options.language)
    ):
        result.replies.append(_build_language_error(options.language, submission.status_delivery_id))
        return
    try:
        job = pipeline.submit(context.session, request)
        result.jobs.append(job.id)
        result.replies += subscription.build_overage_replies(context, job.id)
    except RequestRejected as error:
        message = build_error_reply(error, edits_delivery=submission.status_delivery_id).message
        result.replies.append(Reply(shop.add_purchase_choices(pipeline, context, error, message), has_reply_to=True))


def _can_transcribe(pipeline: Pipeline, language: str) -> bool:
    known = load_languages()
    return language == "auto" or language in (known.names if pipeline.has_speech_service else known.local)


def _build_language_error(language: str, status_delivery_id: int | None) -> Reply:
    """Build the error for a language that cannot be transcribed, before anything is charged; it offers subtitles as the
    alternative."""
    message = build_error_reply(
        RequestRejected(ErrorCode.LANGUAGE_NOT_HEARD, language=language), edits_delivery=status_delivery_id
    ).message
    paragraphs = (*message.paragraphs[:-1], text_for("subtitles-offer"), message.paragraphs[-1])
    return Reply(message.model_copy(update={"paragraphs": paragraphs}), has_reply_to=True)


def answer_language(pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    """Handle the answer to the question about the spoken language: `en:<id of the first video asked about>`."""
    code, _, video = argument.partition(":")
    question = updates.find_open_question(context.session, context.address.id, context.person.id)
    if question is None or question.question != SPOKEN_QUESTION or video != question.about["videos"][0]:
        result.replies.append(reply_for("error-not-found"))
        return
    about = question.about
    updates.close_question(context.session, context.address.id, context.person.id)
    options = context.preferences.to_caption_options().model_copy(update={"language": code})
    status = about["ack"]
    for media_id in about["videos"]:
        media = context.session.get_one(Media, uuid.UUID(media_id))
        status = status or acknowledge(context, result, about["reply_to"])
        submit(pipeline, context, result, [media], options, Submission(about["reply_to"], status))
        status = None


def repeat_job(pipeline: Pipeline, context: Context, result: HandlerResult, job: Job) -> None:
    """Submit a job again, with the user's present preferences."""
    media = jobs.list_inputs(context.session, job.id)
    preferences = context.preferences
    options = preferences.to_sketch_options() if job.kind == JobType.SKETCH else preferences.to_caption_options()
    if isinstance(options, CaptionOptions) and options.language == "auto":
        options = options.model_copy(update={"language": job.parameters.get("language", "auto")})
    status = acknowledge(context, result, job.reply_to)
    submission = Submission(
        job.reply_to, status, parent_id=job.id, transcript=transcripts.find_given(context.session, job.id)
    )
    submit(pipeline, context, result, media, options, submission)

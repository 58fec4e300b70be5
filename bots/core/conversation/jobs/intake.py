"""Intake of files as jobs of the feature that is asked for, or that takes files of their kind."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from bots.core.context import Context, HandlerResult, Reply, build_error_reply, text_for
from bots.core.conversation import shop
from bots.core.conversation.features.feature import Feature
from bots.core.conversation.features.registry import (
    find_default_feature,
    find_requested_feature,
    list_features,
)
from bots.core.conversation.jobs import corrections, follow_ups, line_lists, quoted_files
from bots.core.conversation.jobs.soundtracks import Accompaniment, find_accompaniment
from bots.core.conversation.jobs.submission import Submission, acknowledge, submit
from models.errors import AppError, RequestRejected
from models.jobs.options import JobOptions
from models.jobs.transcript import Transcript
from models.media.files import Media
from models.messaging.deliveries import Message
from pipeline import Pipeline, get_kind
from storage.jobs import jobs, transcripts
from storage.media import files
from storage.media.files import MeasuredFile


@dataclass(slots=True)
class JobIntake:
    """Submits the files of one message. The first reply replaces the acknowledgement; each further film gets a status
    message of its own to show its progress."""

    pipeline: Pipeline
    context: Context
    result: HandlerResult
    ack: int | None
    _new_media: list[Media] = field(default_factory=list)

    def submit_files(self) -> None:
        measured = [file for file in self.context.files if isinstance(file, MeasuredFile)]
        subtitles = self._take_corrections([file for file in self.context.files if isinstance(file, Transcript)])
        requested = find_requested_feature(self._read_words())
        accompaniment = find_accompaniment(self.context, measured, requested)
        if accompaniment is not None:
            self._submit_accompanied(accompaniment)
            measured = [file for file in measured if file not in accompaniment.received]
        chosen = [(file, requested or find_default_feature(file.info.kind)) for file in measured]
        for feature in list_features():
            files = [file for file, chosen_feature in chosen if chosen_feature is feature]
            taken = subtitles if feature.kind.takes_subtitles else []
            self._submit_feature(feature, files, taken)
            subtitles = subtitles[len(taken) :]
        received = (*self.context.files, *self.context.quoted_files)
        self._refuse([file for file in received if isinstance(file, AppError)])

    def _take_corrections(self, subtitles: list[Transcript]) -> list[Transcript]:
        """Take subtitles in reply to a message with numbered lines, or to a result whose own they are, as corrections;
        returns the others."""
        job_id = self._find_corrected_job(subtitles[0]) if subtitles else None
        if job_id is None:
            return subtitles
        corrections.apply_file(self.pipeline, self.context, self.result, job_id, subtitles[0])
        self._take_ack()
        return subtitles[1:]

    def _find_corrected_job(self, subtitles: Transcript) -> UUID | None:
        delivery = line_lists.find_quoted_list(self.context)
        if delivery is not None:
            return delivery.job_id
        job = quoted_files.find_quoted_result(self.context)
        return job.id if job and corrections.is_edited_copy(self.context, job.id, subtitles) else None

    def submit_earlier_files(self, feature: Feature) -> None:
        """Submit what this feature accepts of the inputs of the result that is replied to, or else of the file that the
        user sent last."""
        media = self._find_earlier_files(feature)
        if not media:
            self._reply(f"{feature.kind.name}-needs")
        elif not self._check_words(feature):
            return
        elif feature.kind.limits.max_inputs == 1:
            self._submit_each(feature, media)
        else:
            self._submit(media, self._build_options(feature))
        self._give_hints(feature)

    def _submit_feature(self, feature: Feature, files: Sequence[MeasuredFile], subtitles: Sequence[Transcript]) -> None:
        accepted = [file for file in files if file.info.kind in feature.kind.accepts]
        if len(accepted) < len(files):
            self._reply(f"{feature.kind.name}-needs")
        max_inputs = feature.kind.limits.max_inputs
        if accepted and not self._check_words(feature):
            return
        if max_inputs == 1:
            self._submit_with_subtitles(feature, self._store(accepted), subtitles)
        elif accepted and (stored := self._store(accepted[:max_inputs])):
            self._submit(stored, self._build_options(feature))
            if len(accepted) > max_inputs and self.result.jobs:
                self._reply("album-too-long", limit=max_inputs)
        self._give_hints(feature)

    def _submit_accompanied(self, accompaniment: Accompaniment) -> None:
        """Submit one job of pictures and the sound to which they are drawn."""
        feature = accompaniment.feature
        try:
            accompaniment.check_length()
        except RequestRejected as error:
            self._refuse([error])
            return
        stored = self._store(accompaniment.received) if self._check_words(feature) else []
        if len(stored) == len(accompaniment.received):
            self._submit((*accompaniment.media, *stored), self._build_options(feature))
        self._give_hints(feature)

    def _submit_with_subtitles(self, feature: Feature, media: Sequence[Media], subtitles: Sequence[Transcript]) -> None:
        """Submit one job per file. Subtitles are paired with the files in order; others apply to the file that is
        replied to, or to the last file of the user."""
        for item, transcript in zip(media, subtitles, strict=False):
            self._submit([item], self._build_options(feature), transcript)
        for transcript in subtitles[len(media) :]:
            self._apply_subtitles(feature, transcript)
        self._submit_each(feature, media[len(subtitles) :])

    def _submit_each(self, feature: Feature, media: Sequence[Media]) -> None:
        options = self._build_options(feature)
        for item in media:
            self._submit([item], options)

    def _apply_subtitles(self, feature: Feature, transcript: Transcript) -> None:
        """Use these subtitles for the file that is replied to, else for the one that was sent last."""
        if any(isinstance(file, AppError) for file in self.context.quoted_files):
            return  # the reply is the reason
        media = self._find_quoted_file(feature) if self.context.quoted_files else self._find_earlier_files(feature)
        if not media:
            self._reply("subtitles-no-video")
        else:
            self._cancel_without_subtitles(feature, media[0])
            self._submit(media[:1], self._build_options(feature), transcript)

    def _cancel_without_subtitles(self, feature: Feature, media: Media) -> None:
        """Cancel the job that would listen to this file, whose subtitles have arrived after it."""
        session = self.context.session
        for job in jobs.list_unfinished(session, self.context.person.id):
            is_same_file = media.file_id in {each.file_id for each in jobs.list_inputs(session, job.id)}
            if job.kind == feature.kind.name and is_same_file and not transcripts.find_given(session, job.id):
                self.pipeline.cancel(session, job.id, self.context.person)

    def _find_quoted_file(self, feature: Feature) -> Sequence[Media]:
        quoted = [file for file in self.context.quoted_files if isinstance(file, MeasuredFile)]
        return self._store([file for file in quoted if file.info.kind in feature.kind.accepts][:1])

    def _find_earlier_files(self, feature: Feature) -> Sequence[Media]:
        context, accepts = self.context, feature.kind.accepts
        quoted = quoted_files.find_quoted_inputs(context)
        if quoted is not None:
            return [media for media in quoted if media.kind in accepts]
        last = files.find_last_sent(context.session, context.person.id, accepts, context.now)
        return [last] if last is not None else []

    def _build_options(self, feature: Feature) -> JobOptions:
        tastes, has_chat_model = self.context.person.tastes, self.pipeline.has_chat_model
        return feature.build_options(tastes, has_chat_model=has_chat_model, words=self._read_words())

    def _read_words(self) -> str:
        """The words of the message; those of a forwarded one are another author's."""
        return "" if self.context.inbound.is_forwarded else self.context.inbound.text.strip()

    def _give_hints(self, feature: Feature) -> None:
        """Say what of the words cannot be done, where something is made."""
        if self.result.jobs:
            hints = feature.list_hints(self._read_words())
            self.result.replies += [Reply(Message(paragraphs=(hint,)), has_reply_to=True) for hint in hints]

    def _check_words(self, feature: Feature) -> bool:
        """Whether the words of the message ask for nothing impossible; else the reply says what."""
        try:
            self._build_options(feature)
        except RequestRejected as error:
            self._refuse([error])
            return False
        return True

    def _store(self, files: Sequence[MeasuredFile]) -> list[Media]:
        return [media for file in files if (media := self._store_file(file)) is not None]

    def _store_file(self, file: MeasuredFile) -> Media | None:
        context = self.context
        try:
            media = self.pipeline.create_media(context.session, context.person, file, context.now)
        except RequestRejected as error:
            message = build_error_reply(error, edits_delivery=self._take_ack()).message
            message = shop.add_purchase_choices(self.pipeline, context, error, message)
            self.result.replies.append(Reply(message, has_reply_to=True))
            return None
        self._new_media.append(media)
        return media

    def _submit(self, media: Sequence[Media], options: JobOptions, transcript: Transcript | None = None) -> None:
        submission = Submission(self.context.inbound.message_id, self._take_status_delivery(), transcript=transcript)
        if not submit(self.pipeline, self.context, self.result, media, options, submission):
            self._drop(media)

    def _drop(self, media: Sequence[Media]) -> None:
        """Let go of files that were refused. What was staged for them is deleted with the end of the transaction."""
        for item in media:
            if item in self._new_media:
                files.release(self.context.session, item)

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


def process_earlier_files(
    feature: Feature, pipeline: Pipeline, context: Context, result: HandlerResult, _arguments: str
) -> None:
    """Handle a feature's command without a file: it is about the result it replies to, or the last file sent."""
    quoted = quoted_files.find_quoted_result(context)
    if quoted is not None and feature.kind.name in {each.kind for each in get_kind(quoted.kind).follow_ups}:
        follow_ups.submit_follow_up(pipeline, context, result, quoted, feature.kind.name)
        return
    JobIntake(pipeline, context, result, context.ack).submit_earlier_files(feature)

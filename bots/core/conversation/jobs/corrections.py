"""Corrections in the conversation: the words of a result as numbered lines, and results made again with other words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from bots.core.context import Context, HandlerResult, Reply, TextValue, build_error_reply, reply_for, text_for
from bots.core.conversation.jobs import edited_subtitles, line_texts
from bots.core.conversation.jobs.edited_subtitles import SubtitlesNotPlaced
from bots.core.conversation.jobs.line_lists import LIST_CAUSE
from bots.core.conversation.jobs.submission import Submission, acknowledge, submit
from models.errors import AppError, ErrorCode, RequestRejected
from models.identity.people import Person
from models.jobs.job import Job, JobStatus
from models.jobs.options import JobOptions
from models.jobs.transcript import Correction, Transcript
from models.media.facts import MediaKind
from models.media.files import Media
from models.messaging.deliveries import Delivery, Message, TranslatedText
from pipeline import (
    JobKind,
    JobRequirements,
    Pipeline,
    correct_lines,
    find_kind,
    list_line_texts,
    read_edited_words,
)
from storage.identity import people
from storage.jobs import jobs, transcripts, versions
from storage.jobs.transcripts import StoredTranscript
from storage.messaging.outbox import OutboxMessage

MAX_MESSAGES = 8  # with lines; longer texts are sent as a file
MAX_MESSAGE_UNITS = 3500  # UTF-16 code units, as Telegram counts; what is said beside the lines takes the rest
SUBTITLES = "srt"  # the output whose captions have the same numbers


@dataclass(frozen=True, slots=True)
class CorrectableJob:
    """A finished job of a user's with the words its result shows, and the first file it was made from."""

    job: Job
    kind: JobKind
    media: Sequence[Media]
    shown: StoredTranscript
    earlier: int  # times it was made again

    @property
    def is_source_gone(self) -> bool:
        return any(media.file_id is None for media in self.media)

    @property
    def options(self) -> JobOptions:
        """The options it was made with."""
        return self.kind.options.model_validate(self.job.parameters)

    def find_numbered_file(self, session: Session) -> Media | None:
        """The file whose captions are the numbered lines; None where it is deleted, and for a film, whose captions may
        have other times, a translation below them and masked words."""
        file = jobs.map_outputs(session, self.job.id).get(SUBTITLES)
        is_numbered = self.kind.result.media_kind is MediaKind.TEXT
        return file if is_numbered and file is not None and file.file_id else None

    def compute_price(self, pipeline: Pipeline, person: Person) -> int:
        """Credits that the next correction costs."""
        seconds = self.options.compute_seconds(sum(media.seconds or 0 for media in self.media))
        requirements = JobRequirements(self.kind, seconds, earlier_corrections=self.earlier)
        return pipeline.entitlements.price_of(pipeline.entitlements.plan_of(person), requirements)


def find_correctable(session: Session, person: Person, job_id: UUID | None) -> CorrectableJob | None:
    """A job whose words this user can correct; None for one of somebody else, or without words."""
    job = session.get(Job, job_id) if job_id else None
    if job is None or job.status != JobStatus.DONE or not people.is_same_person(session, job.person_id, person):
        return None
    kind, shown, media = find_kind(job.kind), transcripts.find_shown(session, job.id), jobs.list_inputs(session, job.id)
    if kind is None or shown is None:
        return None
    return CorrectableJob(job, kind, media, shown, versions.count_repeats(session, job))


def offer_correction(pipeline: Pipeline, context: Context, result: HandlerResult, job_id: UUID | None) -> None:
    """Handle the button "correct the words": send the numbered lines, or take the words that came with it."""
    found = find_correctable(context.session, context.person, job_id)
    error = _find_rejection(context, found)
    if error is not None:
        result.replies.append(build_error_reply(error, edits_delivery=context.ack))
    elif found is None:
        _reply(context, result, "error-not-found")
    elif context.files:
        words = next(file for file in context.files if isinstance(file, Transcript)).words
        _submit(pipeline, context, result, found, read_edited_words(found.shown.transcript, words))
    else:
        _send_lines(pipeline, context, result, found)


def _find_rejection(context: Context, found: CorrectableJob | None) -> AppError | None:
    """Why nothing can be corrected: no jobs are accepted, the words cannot be read, or the source is deleted."""
    if context.admission is not None and context.admission.rejection is not None:
        return context.admission.rejection
    if found is not None and found.is_source_gone:
        return RequestRejected(ErrorCode.FILE_GONE)
    if context.files and not any(isinstance(file, Transcript) for file in context.files):
        errors = [file for file in context.files if isinstance(file, AppError)]
        return next(iter(errors), RequestRejected(ErrorCode.SUBTITLES_UNREADABLE))
    return None


def _send_lines(pipeline: Pipeline, context: Context, result: HandlerResult, found: CorrectableJob) -> None:
    """Send the numbered lines in as many messages as they need, how to answer below the last; very long texts as a
    file, whose captions have the same numbers."""
    limit = min(MAX_MESSAGE_UNITS, context.capabilities.max_text * 3 // 4)
    texts = list(_split_messages(list_line_texts(found.shown.transcript), limit))
    hints = _build_hints(pipeline, context, found)
    if len(texts) <= MAX_MESSAGES:
        messages = [Message(paragraphs=(text_for("name", name=text),)) for text in texts[:-1]]
        messages.append(Message(paragraphs=(text_for("name", name=texts[-1]), *hints)))
    elif (file := found.find_numbered_file(context.session)) is not None:
        hints = (text_for("correction-in-file"), *hints)
        messages = [Message(paragraphs=hints, media_id=file.id, as_file=True)]
    else:
        _reply(context, result, "correction-too-long")
        return
    cause = f"{LIST_CAUSE}{context.account.id}:{context.inbound.update_ids[0]}"
    for part, message in enumerate(messages):
        outbox_message = OutboxMessage(message, cause, str(part), found.job.reply_to, found.job.id)
        context.enqueue(outbox_message)


def _build_hints(pipeline: Pipeline, context: Context, found: CorrectableJob) -> tuple[TranslatedText, ...]:
    """How to answer, and what it costs; groups are not told of money."""
    how = text_for("correction-how")
    if context.inbound.is_group:
        return (how,)
    return (how, text_for("correction-costs", credits=found.compute_price(pipeline, context.person)))


def _split_messages(lines: Sequence[str], limit: int) -> Iterator[str]:
    """The numbered lines, joined to texts of at most so many UTF-16 code units where single lines allow it."""
    text = ""
    for number, line in enumerate(lines, start=1):
        numbered = f"{number}: {line}"
        if text and _count_units(text) + _count_units(numbered) >= limit:
            yield text
            text = ""
        text = f"{text}\n{numbered}" if text else numbered
    yield text


def _count_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def apply_correction(
    pipeline: Pipeline, context: Context, result: HandlerResult, delivery: Delivery, text: str
) -> None:
    """Make a result again with the lines that the user wrote in answer to a message.

    Lines that were corrected in an earlier answer to the same message stay corrected.
    """
    found = find_correctable(context.session, context.person, delivery.job_id)
    if found is None:
        _reply(context, result, "error-not-found")
        return
    lines = list_line_texts(found.shown.transcript)
    written = line_texts.parse_written(text, lines)
    refusal = _find_refusal(written, len(lines))
    if written is None or refusal is not None:
        result.replies.append(refusal or reply_for("correction-unclear"))
        return
    texts = {**_find_earlier_texts(context.session, found, delivery), **written}
    _submit(pipeline, context, result, found, correct_lines(found.shown.transcript, texts), texts)


def is_correction(context: Context, delivery: Delivery, text: str) -> bool:
    """Whether a text that replies to nothing is like lines of a message, and not simply the next thing that is said."""
    found = find_correctable(context.session, context.person, delivery.job_id)
    return found is not None and line_texts.match_lines(text, list_line_texts(found.shown.transcript)) is not None


def is_edited_copy(context: Context, job_id: UUID | None, subtitles: Transcript) -> bool:
    """Whether a subtitle file corrects a result of this user's, rather than being another one for the same video."""
    found = find_correctable(context.session, context.person, job_id)
    if found is None:
        return False
    return edited_subtitles.is_edited_copy(context.session, found.job, found.options, subtitles.words)


def apply_file(
    pipeline: Pipeline, context: Context, result: HandlerResult, job_id: UUID | None, subtitles: Transcript
) -> None:
    """Make a result again with the words of a subtitle file that was sent in answer to it or to its lines."""
    found = find_correctable(context.session, context.person, job_id)
    error = _find_rejection(context, found)
    if error is not None:
        result.replies.append(build_error_reply(error, edits_delivery=context.ack))
    elif found is None:
        _reply(context, result, "error-not-found")
    else:
        session, shown = context.session, found.shown.transcript
        try:
            words = edited_subtitles.restore_words(session, found.job, found.options, shown, subtitles.words)
        except SubtitlesNotPlaced as refusal:
            _reply(context, result, refusal.text_key)
        else:
            _submit(pipeline, context, result, found, words)


def _find_refusal(texts: Mapping[int, str] | None, count: int) -> Reply | None:
    """What is wrong with the numbers and lengths of lines."""
    unknown = next((number for number in texts or () if not 1 <= number <= count), None)
    if unknown is not None:
        return reply_for("correction-no-line", number=unknown, last=count)
    overlong = line_texts.find_overlong(texts or {})
    return reply_for("correction-line-too-long", number=overlong) if overlong is not None else None


def _find_earlier_texts(session: Session, found: CorrectableJob, delivery: Delivery) -> Mapping[int, str]:
    """Texts of the newest correction that was made since that message."""
    rows = transcripts.list_corrections(session, found.media[0].id, found.shown.id)
    texts = (each.line_texts for _, each, job in rows if job.created_at >= delivery.created_at)
    return next((each for each in texts if each), {})


def _submit(
    pipeline: Pipeline,
    context: Context,
    result: HandlerResult,
    found: CorrectableJob,
    corrected: Transcript,
    texts: Mapping[int, str] | None = None,
) -> None:
    """Submit the job with corrected words, unless there are none, or a result with the same is there already."""
    session, shown = context.session, found.shown
    made = [each.words for each, _, _ in transcripts.list_corrections(session, found.media[0].id, shown.id)]
    if not corrected.words:
        _reply(context, result, "correction-empty")
    elif corrected.words == shown.transcript.words:
        _reply(context, result, "correction-unchanged")
    elif corrected.words in made:
        _reply(context, result, "correction-made")
    else:
        status = context.ack or acknowledge(context, result, found.job.reply_to)
        correction = Correction(shown.id, found.earlier, texts)
        submission = Submission(found.job.reply_to, status, found.job.id, corrected, correction)
        submit(pipeline, context, result, found.media, found.options, submission)


def _reply(context: Context, result: HandlerResult, key: str, **values: TextValue) -> None:
    result.replies.append(Reply(Message(paragraphs=(text_for(key, **values),), edits_delivery=context.ack)))

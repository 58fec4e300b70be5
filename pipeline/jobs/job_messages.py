"""Outbox messages about a finished job, as locale keys that are translated on delivery."""

from collections.abc import Container, Mapping
from typing import Any

from sqlmodel import Session

from models.errors import ErrorCode
from models.jobs.job import Job
from models.jobs.transcript import UNKNOWN_LANGUAGE, Transcript
from models.media.facts import MediaKind
from models.media.files import Media
from models.messaging.deliveries import Delivery, Message, TranslatedChoice, TranslatedText
from pipeline.kinds.job_kind import JobKind
from pipeline.kinds.registry import get_kind
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage

THUMBNAIL = "thumbnail"  # the name of the output that is shown in place of a film
BUTTONS_PER_ROW = 3
LANGUAGES_OFFERED = {"pt": "choice-portuguese", "en": "choice-english", "es": "choice-spanish"}  # where it is unclear

RESULT_PART = "film"  # of every kind; the value is what rows have always had
MAX_INLINE_TEXT = 3500  # characters; longer texts are sent as a file, as messengers cut them


def build_result_message(
    job: Job,
    outputs: Mapping[str, Media],
    text: str,
    transcript: Transcript | None = None,
    *,
    has_chat_model: bool = False,
) -> OutboxMessage:
    """The result, as a reply to the user's message. `text` is the content of a result that is a text; `transcript` is
    what was heard for it. Without a chat model nothing is offered that needs one."""
    kind = get_kind(job.kind)
    result, thumbnail = outputs[kind.result.name], outputs.get(THUMBNAIL)
    is_inline = kind.result.media_kind is MediaKind.TEXT and len(text) <= MAX_INLINE_TEXT
    ready = TranslatedText(key=f"{job.kind}-ready")
    paragraphs = (ready, *_describe_hearing(transcript), *((_quote(text),) if is_inline else ()))
    message = Message(
        paragraphs=paragraphs,
        choices=_build_result_choices(job, kind, outputs, has_chat_model=has_chat_model),
        media_id=None if is_inline else result.id,
        thumbnail_id=thumbnail.id if thumbnail else None,
        as_file=not is_inline and kind.result.media_kind is not MediaKind.VIDEO,
    )
    return OutboxMessage(message, cause=f"job:{job.id}", part=RESULT_PART, reply_to=job.reply_to, job_id=job.id)


def _describe_hearing(transcript: Transcript | None) -> tuple[TranslatedText, ...]:
    """The language that was heard, and who heard it; nothing where the user gave the words."""
    if transcript is None or transcript.engine == "given" or transcript.language == UNKNOWN_LANGUAGE:
        return ()
    return (TranslatedText(key=f"heard-{transcript.engine}", values={"spoken": transcript.language}),)


def _quote(text: str) -> TranslatedText:
    """A text that is no sentence of the bot's."""
    return TranslatedText(key="name", values={"name": text})


def _build_result_choices(
    job: Job, kind: JobKind, outputs: Container[str], *, has_chat_model: bool
) -> tuple[tuple[TranslatedChoice, ...], ...]:
    rows: list[list[TranslatedChoice]] = []
    for button in kind.buttons:
        if button.output and button.output not in outputs:
            continue
        if not rows or button.begins_row or len(rows[-1]) == BUTTONS_PER_ROW:
            rows.append([])
        data = ":".join(filter(None, (button.action, job.id.hex, button.output)))
        rows[-1].append(TranslatedChoice(data=data, label=TranslatedText(key=button.label_key)))
    return tuple(filter(None, (*map(tuple, rows), _build_follow_up_choices(job, kind, has_chat_model=has_chat_model))))


def _build_follow_up_choices(job: Job, kind: JobKind, *, has_chat_model: bool) -> tuple[TranslatedChoice, ...]:
    return tuple(
        TranslatedChoice(data=f"make:{job.id.hex}:{each.kind}", label=TranslatedText(key=each.label_key))
        for each in kind.follow_ups
        if has_chat_model or not get_kind(each.kind).needs_chat_model
    )


def is_first_delivery(job: Job, delivery: Delivery) -> bool:
    """Whether a delivery is the job's own delivery of its result, not one that was requested again."""
    return (delivery.cause, delivery.part) == (f"job:{job.id}", RESULT_PART)


def build_failure_message(job: Job) -> OutboxMessage:
    """Error of a failed job, with its refunded credits and a button to retry."""
    message = _build_error_message(job, str(job.code), job.credits, job.code_values)
    return OutboxMessage(message, cause=f"job:{job.id}", part="failure", reply_to=job.reply_to, job_id=job.id)


def build_loss_message(job: Job, code: ErrorCode, refunded_credits: int, cause: str) -> OutboxMessage:
    """Error of a film that was rendered but could not be delivered, with the refunded credits."""
    return OutboxMessage(
        _build_error_message(job, code, refunded_credits, {}), cause, reply_to=job.reply_to, job_id=job.id
    )


def find_result_text(session: Session, job: Job) -> Message | None:
    """The message with the result of a job that is a text and stands in it, as it was sent."""
    message = outbox.find_message(session, f"job:{job.id}", RESULT_PART)
    return message if message is not None and message.media_id is None else None


def build_file_message(job: Job, media: Media, output: str, cause: str) -> OutboxMessage:
    """One of the job's files as a document, which no messenger recompresses; the same cause may send several."""
    is_result = output == get_kind(job.kind).result.name
    text = TranslatedText(key="film-as-file" if is_result else f"{job.kind}-file-{output}")
    message = Message(paragraphs=(text,), media_id=media.id, as_file=True)
    return OutboxMessage(message, cause, output, job.reply_to, job.id)


def _build_error_message(job: Job, code: str, refunded_credits: int, values: Mapping[str, Any]) -> Message:
    paragraphs = [TranslatedText(key=f"error-{code.lower().replace('_', '-')}", values=dict(values))]
    if refunded_credits:
        paragraphs.append(TranslatedText(key="credits-returned", values={"credits": refunded_credits}))
    paragraphs.append(TranslatedText(key="error-code", values={"code": code, "job": job.short_id}))
    again = TranslatedChoice(data=f"again:{job.id.hex}", label=TranslatedText(key="choice-again"))
    choices = _build_language_choices(job) if code == ErrorCode.LANGUAGE_UNCLEAR else (again,)
    return Message(paragraphs=tuple(paragraphs), choices=(choices,))


def _build_language_choices(job: Job) -> tuple[TranslatedChoice, ...]:
    """Choices to repeat a job with the language that is spoken."""
    return tuple(
        TranslatedChoice(data=f"heard:{code}:{job.id.hex}", label=TranslatedText(key=key))
        for code, key in LANGUAGES_OFFERED.items()
    )

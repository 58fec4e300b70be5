"""The order of a drawing by numbers: a still with numbered objects, taps on them, and the film again in that order.

The data of a choice holds the numbers as letters, "a" for 1; the objects stand in the message that was sent first.
"""

from collections.abc import Sequence
from string import ascii_lowercase
from typing import Final
from uuid import UUID

import structlog
from sqlmodel import Session

from bots.core.context import Context, HandlerResult, Reply, SubjectRequest, choice_for, reply_for, text_for
from bots.core.conversation import menus
from bots.core.conversation.jobs import versions
from models.errors import AppError
from models.identity.people import Address
from models.jobs.job import Job, JobStatus
from models.jobs.options import JobOptions
from models.messaging.deliveries import Message, SubjectPreview, TranslatedChoice, TranslatedText
from models.sketch.subjects import NumberedSubject
from pipeline import Pipeline, PreviewRenderer, find_kind, find_picture_keys
from storage.db import Database
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage

CAUSE: Final = "order:"  # of deliveries with the objects of a job
_PART: Final = "objects"
_PER_ROW: Final = 3

log = structlog.get_logger(__name__)


def offer_order(pipeline: Pipeline, context: Context, result: HandlerResult, job: Job | None, letters: str) -> None:
    """Show the numbered objects of a drawing with the chosen ones marked; they are looked for at the first time."""
    if job is None or job.status != JobStatus.DONE or not _has_order(job):
        result.replies.append(reply_for("error-not-found"))
    elif not find_picture_keys(context.session, job.id):
        result.replies.append(reply_for("error-file-gone"))
    elif (subjects := _find_subjects(context.session, job.id)) is None:
        answers = context.inbound.update_ids[0]
        result.subject_requests.append(SubjectRequest(job.id, context.address.id, context.person.id, answers))
    else:
        chosen = parse_numbers(letters, len(subjects))
        price = _build_price(pipeline, context, job, subjects, chosen)
        edits = context.inbound.message_id if letters else None
        preview = SubjectPreview(job_id=job.id, subjects=subjects, chosen=chosen)
        result.replies.append(Reply(_build_menu(preview, price, edits)))


def draw_ordered(pipeline: Pipeline, context: Context, result: HandlerResult, job: Job | None, letters: str) -> None:
    """Make a drawing again in the order of these letters; one that is there already is not made twice."""
    subjects = _find_subjects(context.session, job.id) if job is not None and _has_order(job) else None
    chosen = parse_numbers(letters, len(subjects or ()))
    if job is None or subjects is None or not chosen:
        result.replies.append(reply_for("error-not-found"))
        return
    options = _build_options(job, subjects, chosen)
    if not find_picture_keys(context.session, job.id):
        result.replies.append(reply_for("error-file-gone"))
    elif versions.is_version_made(pipeline, context, job, options):
        result.replies.append(reply_for("order-made"))
    else:
        versions.submit_version(pipeline, context, result, job, options)


def search_subjects(previews: PreviewRenderer, db: Database, request: SubjectRequest) -> None:
    """Look for the objects in the pictures of a job, and enqueue the message with them. Blocking.

    Where that fails they are looked for again at the next tap on the button.
    """
    with db.read_transaction() as session:
        keys = find_picture_keys(session, request.job_id)
    try:
        subjects = previews.find_subjects(keys) if keys else ()
        message, part = _build_menu(SubjectPreview(job_id=request.job_id, subjects=subjects)), _PART
    except (AppError, OSError) as error:
        log.warning("subjects-not-found", job=request.job_id, error=str(error))
        message, part = Message(paragraphs=(text_for("order-none"),)), request.answers
    outbox_message = OutboxMessage(
        message.model_copy(update={"answers": request.answers}),
        f"{CAUSE}{request.job_id}",
        part,
        job_id=request.job_id,
    )
    with db.transaction() as session:
        address = session.get_one(Address, request.address_id)
        outbox.enqueue(session, address, request.person_id, outbox_message, db.clock())


def parse_numbers(letters: str, count: int) -> tuple[int, ...]:
    """Numbers from 1 to `count`, each once; what is no such letter is none."""
    numbers = (ascii_lowercase.find(letter) + 1 for letter in letters)
    return tuple(dict.fromkeys(number for number in numbers if 1 <= number <= count))


def format_numbers(numbers: Sequence[int]) -> str:
    return "".join(ascii_lowercase[number - 1] for number in numbers)


def _has_order(job: Job) -> bool:
    kind = find_kind(job.kind)
    return kind is not None and "order" in kind.options.model_fields


def _find_subjects(session: Session, job_id: UUID) -> tuple[NumberedSubject, ...] | None:
    """The objects that were found in the pictures of a job; None where nobody has looked for them."""
    message = outbox.find_message(session, f"{CAUSE}{job_id}", _PART)
    return message.subjects.subjects if message is not None and message.subjects is not None else None


def _build_options(job: Job, subjects: Sequence[NumberedSubject], chosen: Sequence[int]) -> JobOptions:
    order = tuple(subjects[number - 1].to_subject() for number in chosen)
    kind = find_kind(job.kind)
    assert kind is not None  # noqa: S101 - `_has_order` is asked before
    return kind.options.model_validate({**job.parameters, "order": order})


def _build_price(
    pipeline: Pipeline, context: Context, job: Job, subjects: Sequence[NumberedSubject], chosen: Sequence[int]
) -> tuple[TranslatedText, ...]:
    price = versions.find_version_price(pipeline, context, job, _build_options(job, subjects, chosen))
    return (text_for("edit-costs", credits=price),) if price is not None else ()


def _build_menu(preview: SubjectPreview, price: tuple[TranslatedText, ...] = (), edits: str | None = None) -> Message:
    if not preview.subjects:
        return Message(paragraphs=(text_for("order-none"),), subjects=preview)
    order = " → ".join(str(number) for number in preview.chosen)
    said = (text_for("order-chosen", order=order),) if preview.chosen else (text_for("order-choose-words"),)
    return Message(
        paragraphs=(text_for("order-choose"), *said, *(price if preview.chosen else ())),
        choices=(*_build_numbers(preview), *_build_actions(preview)),
        subjects=preview,
        edits=edits,
    )


def _build_numbers(preview: SubjectPreview) -> list[tuple[TranslatedChoice, ...]]:
    """A choice for each object: a tap adds it to the order, or takes it out."""
    choices = [_build_number(preview, number) for number in range(1, len(preview.subjects) + 1)]
    return [tuple(choices[start : start + _PER_ROW]) for start in range(0, len(choices), _PER_ROW)]


def _build_number(preview: SubjectPreview, number: int) -> TranslatedChoice:
    is_chosen = number in preview.chosen
    others = [each for each in preview.chosen if each != number]
    letters = format_numbers(others if is_chosen else [*others, number]) or "-"
    label = preview.subjects[number - 1].label
    data = f"order:{preview.job_id.hex}:{letters}"
    choice = (
        choice_for(data, "order-number", number=number, subject=label)
        if label
        else choice_for(data, "order-number-alone", number=number)
    )
    return menus.mark_chosen(choice, is_chosen=is_chosen)


def _build_actions(preview: SubjectPreview) -> list[tuple[TranslatedChoice, ...]]:
    if not preview.chosen:
        return []
    letters = format_numbers(preview.chosen)
    draw = choice_for(f"ordered:{preview.job_id.hex}:{letters}", "choice-ordered")
    return [(draw,), (choice_for(f"order:{preview.job_id.hex}:-", "choice-order-again"),)]

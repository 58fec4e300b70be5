"""Outbox messages about a finished job, as locale keys that are translated on delivery."""

import uuid
from collections.abc import Mapping
from typing import Any

from models.errors import ErrorCode
from models.jobs.job import Job
from models.messaging.deliveries import Delivery, Message, TranslatedChoice, TranslatedText
from storage.messaging.outbox import OutboxMessage

FILM_PART = "film"


def build_film_message(job: Job, film_id: uuid.UUID, thumbnail_id: uuid.UUID) -> OutboxMessage:
    """The film, as a reply to the user's message."""
    message = Message(
        paragraphs=(TranslatedText(key=f"{job.kind}-ready"),),
        choices=((_build_choice("again", job), _build_choice("file", job)),),
        media_id=film_id,
        thumbnail_id=thumbnail_id,
    )
    return OutboxMessage(message, cause=f"job:{job.id}", part=FILM_PART, reply_to=job.reply_to, job_id=job.id)


def is_first_delivery(job: Job, delivery: Delivery) -> bool:
    """Whether a delivery is the job's own film delivery, not one that was requested again."""
    return (delivery.cause, delivery.part) == (f"job:{job.id}", FILM_PART)


def build_failure_message(job: Job) -> OutboxMessage:
    """Error of a failed job, with its refunded credits and a button to retry."""
    message = _build_error_message(job, str(job.code), job.credits, job.code_values)
    return OutboxMessage(message, cause=f"job:{job.id}", part="failure", reply_to=job.reply_to, job_id=job.id)


def build_loss_message(job: Job, code: ErrorCode, refunded_credits: int, cause: str) -> OutboxMessage:
    """Error of a film that was rendered but could not be delivered, with the refunded credits."""
    return OutboxMessage(
        _build_error_message(job, code, refunded_credits, {}), cause, reply_to=job.reply_to, job_id=job.id
    )


def build_file_message(job: Job, film_id: uuid.UUID, cause: str) -> OutboxMessage:
    """The film again, as a document that no messenger recompresses."""
    message = Message(paragraphs=(TranslatedText(key="film-as-file"),), media_id=film_id, as_file=True)
    return OutboxMessage(message, cause=cause, reply_to=job.reply_to, job_id=job.id)


def _build_error_message(job: Job, code: str, refunded_credits: int, values: Mapping[str, Any]) -> Message:
    paragraphs = [TranslatedText(key=f"error-{code.lower().replace('_', '-')}", values=dict(values))]
    if refunded_credits:
        paragraphs.append(TranslatedText(key="credits-returned", values={"credits": refunded_credits}))
    paragraphs.append(TranslatedText(key="error-code", values={"code": code, "job": job.short_id}))
    return Message(paragraphs=tuple(paragraphs), choices=((_build_choice("again", job),),))


def _build_choice(action: str, job: Job) -> TranslatedChoice:
    return TranslatedChoice(data=f"{action}:{job.id.hex}", label=TranslatedText(key=f"choice-{action}"))

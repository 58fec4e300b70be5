"""Outbox messages about a finished job, as locale keys that are translated on delivery."""

import uuid
from collections.abc import Mapping
from typing import Any

from models.deliveries import ChoiceWording, Delivery, Message, Wording
from models.errors import Code
from models.jobs import Job
from storage.outbox import Owed

FILM = "film"


def film(job: Job, film_id: uuid.UUID, thumbnail_id: uuid.UUID) -> Owed:
    """The film, as a reply to the user's message."""
    message = Message(
        paragraphs=(Wording(key=f"{job.kind}-ready"),),
        choices=((_choice("again", job), _choice("file", job)),),
        media_id=film_id,
        thumbnail_id=thumbnail_id,
    )
    return Owed(message, cause=f"job:{job.id}", part=FILM, reply_to=job.reply_to, job_id=job.id)


def is_first(job: Job, row: Delivery) -> bool:
    """Whether a delivery is the job's own film delivery, not one that was requested again."""
    return (row.cause, row.part) == (f"job:{job.id}", FILM)


def failure(job: Job) -> Owed:
    """Error of a failed job, with its refunded credits and a button to retry."""
    message = _apology(job, str(job.code), job.credits, job.code_values)
    return Owed(message, cause=f"job:{job.id}", part="failure", reply_to=job.reply_to, job_id=job.id)


def loss(job: Job, code: Code, returned: int, cause: str) -> Owed:
    """Error of a film that was rendered but could not be delivered, with the refunded credits."""
    return Owed(_apology(job, code, returned, {}), cause, reply_to=job.reply_to, job_id=job.id)


def original(job: Job, film_id: uuid.UUID, cause: str) -> Owed:
    """The film again, as a document that no messenger recompresses."""
    message = Message(paragraphs=(Wording(key="film-as-file"),), media_id=film_id, as_file=True)
    return Owed(message, cause=cause, reply_to=job.reply_to, job_id=job.id)


def _apology(job: Job, code: str, returned: int, values: Mapping[str, Any]) -> Message:
    paragraphs = [Wording(key=f"error-{code.lower().replace('_', '-')}", values=dict(values))]
    if returned:
        paragraphs.append(Wording(key="credits-returned", values={"credits": returned}))
    paragraphs.append(Wording(key="error-code", values={"code": code, "job": job.short}))
    return Message(paragraphs=tuple(paragraphs), choices=((_choice("again", job),),))


def _choice(what: str, job: Job) -> ChoiceWording:
    return ChoiceWording(data=f"{what}:{job.id.hex}", label=Wording(key=f"choice-{what}"))

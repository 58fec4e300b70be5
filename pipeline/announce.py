"""What the outbox says of a job that ended: keys of the catalogues, in no language."""

import uuid
from collections.abc import Mapping
from typing import Any

from models.deliveries import ChoiceWording, Delivery, Message, Wording
from models.errors import Code
from models.jobs import Job
from storage.outbox import Owed

FILM = "film"


def film(job: Job, film_id: uuid.UUID, thumbnail_id: uuid.UUID) -> Owed:
    """The film, as an answer to what was sent."""
    message = Message(
        paragraphs=(Wording(key=f"{job.kind}-ready"),),
        choices=((_choice("again", job), _choice("file", job)),),
        media_id=film_id,
        thumbnail_id=thumbnail_id,
    )
    return Owed(message, cause=f"job:{job.id}", part=FILM, reply_to=job.reply_to, job_id=job.id)


def is_first(job: Job, row: Delivery) -> bool:
    """Whether a delivery is the one that brings a job's film, not a film that is asked for once more."""
    return (row.cause, row.part) == (f"job:{job.id}", FILM)


def failure(job: Job) -> Owed:
    """Why there is no film, that the credits came back, and a way to try once more."""
    message = _apology(job, str(job.code), job.credits, job.code_values)
    return Owed(message, cause=f"job:{job.id}", part="failure", reply_to=job.reply_to, job_id=job.id)


def loss(job: Job, code: Code, returned: int, cause: str) -> Owed:
    """That a file which was there could not be brought, and the credits that came back for it."""
    return Owed(_apology(job, code, returned, {}), cause, reply_to=job.reply_to, job_id=job.id)


def original(job: Job, film_id: uuid.UUID, cause: str) -> Owed:
    """The film once more, as a file that no messenger touches."""
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

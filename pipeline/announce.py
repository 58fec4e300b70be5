"""What the outbox says of a job that ended: keys of the catalogues, in no language."""

import uuid

from models.deliveries import ChoiceWording, Message, Wording
from models.jobs import Job
from storage.outbox import Owed


def film(job: Job, film_id: uuid.UUID, thumbnail_id: uuid.UUID) -> Owed:
    """The film, as an answer to what was sent."""
    message = Message(
        paragraphs=(Wording(key=f"{job.kind}-ready"),),
        choices=((_choice("again", job), _choice("file", job)),),
        media_id=film_id,
        thumbnail_id=thumbnail_id,
    )
    return Owed(message, cause=f"job:{job.id}", part="film", reply_to=job.reply_to, job_id=job.id)


def failure(job: Job) -> Owed:
    """Why there is no film, that the credits came back, and a way to try once more."""
    paragraphs = [Wording(key=f"error-{str(job.code).lower().replace('_', '-')}", values=job.code_values)]
    if job.credits:
        paragraphs.append(Wording(key="credits-returned", values={"credits": job.credits}))
    paragraphs.append(Wording(key="error-code", values={"code": str(job.code), "job": job.short}))
    message = Message(paragraphs=tuple(paragraphs), choices=((_choice("again", job),),))
    return Owed(message, cause=f"job:{job.id}", part="failure", reply_to=job.reply_to, job_id=job.id)


def original(job: Job, film_id: uuid.UUID, cause: str) -> Owed:
    """The film once more, as a file that no messenger touches."""
    message = Message(paragraphs=(Wording(key="film-as-file"),), media_id=film_id, as_file=True)
    return Owed(message, cause=cause, reply_to=job.reply_to, job_id=job.id)


def _choice(what: str, job: Job) -> ChoiceWording:
    return ChoiceWording(data=f"{what}:{job.id.hex}", label=Wording(key=f"choice-{what}"))

"""Settlement of a finished job in the ledger: credits captured, released, and billed as overage."""

from datetime import datetime

from sqlmodel import Session

from models.jobs import Job
from models.people import Person
from storage import joining, ledger, overages
from storage.reversal import reverse


def settle(session: Session, job: Job, captured: int, now: datetime) -> None:
    """Capture `captured` of a job's reserved credits and release the rest; a second call does nothing."""
    if not job.credits:
        return
    person = session.get_one(Person, job.person_id)
    if ledger.settle(session, person, job.id, job.credits, captured, now):
        overages.close(session, person, job.id, now)
    joining.carry(session, person, now)


def undo(session: Session, job: Job, now: datetime) -> int:
    """Refund the credits spent on a film that was never delivered; returns how many, 0 on a second call."""
    person = session.get_one(Person, job.person_id)
    returned = reverse(session, person, job.id, now)
    if returned:
        overages.close(session, person, job.id, now)
    return returned

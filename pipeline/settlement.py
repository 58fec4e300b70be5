"""A job's end in the books: what is spent, what comes back, and what of it goes onto a bill."""

from datetime import datetime

from sqlmodel import Session

from models.jobs import Job
from models.people import Person
from storage import joining, ledger, overages
from storage.reversal import reverse


def settle(session: Session, job: Job, captured: int, now: datetime) -> None:
    """Spend so many of a job's credits and give back the rest; nothing when that was done before."""
    if not job.credits:
        return
    person = session.get_one(Person, job.person_id)
    if ledger.settle(session, person, job.id, job.credits, captured, now):
        overages.close(session, person, job.id, now)
    joining.carry(session, person, now)


def undo(session: Session, job: Job, now: datetime) -> int:
    """Give back what was spent on a film that never arrived; how many credits, and 0 when that was done before."""
    person = session.get_one(Person, job.person_id)
    returned = reverse(session, person, job.id, now)
    if returned:
        overages.close(session, person, job.id, now)
    return returned

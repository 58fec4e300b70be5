"""Settlement of a finished job in the ledger: credits captured, released, and billed as overage."""

from datetime import datetime

from sqlmodel import Session

from models.identity.people import Person
from models.jobs.job import Job
from pipeline.jobs.invitations import grant_invitation_for_result
from storage.billing import ledger, overages
from storage.billing.credit_refunds import refund_job_credits
from storage.identity import account_merge


def settle(session: Session, job: Job, captured: int, now: datetime) -> None:
    """Capture `captured` of a job's reserved credits and release the rest; a second call does nothing."""
    if not job.credits:
        return
    person = session.get_one(Person, job.person_id)
    if captured:
        grant_invitation_for_result(session, person, now)
    if ledger.settle(session, person, job.id, job.credits, captured, now):
        overages.close(session, person, job.id, now)
    account_merge.move_returned(session, person, now)


def refund(session: Session, job: Job, now: datetime) -> int:
    """Refund the credits spent on a film that was never delivered; returns how many, 0 on a second call."""
    person = session.get_one(Person, job.person_id)
    refunded = refund_job_credits(session, person, job.id, now)
    if refunded:
        overages.close(session, person, job.id, now)
    return refunded

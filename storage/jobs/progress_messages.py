"""Progress messages of jobs: which are open, and which show the final status."""

import uuid
from collections.abc import Sequence

from sqlalchemy import update
from sqlmodel import Session, col, select

from models.identity.people import Address, Person
from models.jobs.job import FINAL_STATUSES, Job
from models.messaging.deliveries import Delivery
from storage.jobs.conditions import HAS_OPEN_PROGRESS
from storage.upsert import execute_dml


def list_with_progress_message(
    session: Session, account_ids: Sequence[uuid.UUID]
) -> list[tuple[Job, Address, Person, str]]:
    """Jobs of accounts whose progress message was sent and does not show the final status, with the message's id."""
    statement = (
        select(Job, Address, Person, Delivery.external_id)
        .join(Address, col(Address.id) == col(Job.address_id))
        .join(Person, col(Person.id) == col(Job.person_id))
        .join(Delivery, col(Delivery.id) == col(Job.status_delivery_id))
        .where(col(Address.account_id).in_(account_ids), HAS_OPEN_PROGRESS, col(Delivery.external_id).is_not(None))
    )
    return [(job, address, person, message or "") for job, address, person, message in session.exec(statement)]


def mark_status_closed(session: Session, job_id: uuid.UUID) -> None:
    """Record that the progress message shows the final status."""
    session.connection().execute(update(Job).where(col(Job.id) == job_id).values(status_closed=True))


def reopen_final_status(session: Session, job_id: uuid.UUID) -> bool:
    """Have the final status of a job written once more; whether it had been.

    To be called after another text was written: of several processes one may write an older text than was there.
    """
    is_closed = col(Job.status_closed).is_(True), col(Job.status).in_(FINAL_STATUSES)
    reopening = update(Job).where(col(Job.id) == job_id, *is_closed).values(status_closed=False)
    return execute_dml(session, reopening) == 1

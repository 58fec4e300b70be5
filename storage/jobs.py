"""Job queue in the database: creation with inputs, claims in fair order with lease and fence, completion once."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, update
from sqlmodel import Session, col, select

from models.deliveries import Delivery
from models.files import Media
from models.jobs import WAITING, Claim, Job, JobInput, JobOutput, Stage, Status, WorkerRow
from models.people import Address, Person
from storage import turns
from storage.rows import changed, insert_once

MAX_ATTEMPTS = 3


class LostLease(Exception):
    """The claim is no longer valid: another worker holds the job, or it was cancelled. Nothing may be written."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Final status and cost of a job: CPU seconds, and the seconds a speech provider transcribed with their price."""

    status: Status
    code: str | None = None
    values: dict[str, Any] | None = None
    cpu_seconds: float = 0.0
    provider_seconds: float = 0.0
    provider_cost: int = 0


def create(session: Session, job: Job, inputs: Sequence[uuid.UUID]) -> None:
    """Insert a job with its inputs in order."""
    session.add(job)
    session.flush()
    for position, media_id in enumerate(inputs):
        session.add(JobInput(job_id=job.id, position=position, media_id=media_id))
    session.flush()


def inputs(session: Session, job_id: uuid.UUID) -> list[Media]:
    wanted = (
        select(Media)
        .join(JobInput, col(JobInput.media_id) == col(Media.id))
        .where(col(JobInput.job_id) == job_id)
        .order_by(col(JobInput.position))
    )
    return list(session.exec(wanted))


def outputs(session: Session, job_id: uuid.UUID) -> dict[str, Media]:
    """A job's outputs by role."""
    wanted = select(JobOutput, Media).join(Media, col(JobOutput.media_id) == col(Media.id))
    found = session.exec(wanted.where(col(JobOutput.job_id) == job_id))
    return {output.role: media for output, media in found}


def add_output(session: Session, job_id: uuid.UUID, role: str, media_id: uuid.UUID) -> None:
    session.add(JobOutput(job_id=job_id, role=role, media_id=media_id))


def claim(session: Session, owner: str, now: datetime, lease: timedelta) -> Claim | None:
    """Claim the next job in fair order; None when none may run."""
    turns.one_at_a_time(session)
    candidate = turns.fairest(session, _runnable(now), now).with_for_update(of=Job, skip_locked=True)
    job_id: uuid.UUID | None = session.connection().execute(candidate).scalar()
    if job_id is None:
        return None
    taken = (
        update(Job)
        .where(col(Job.id) == job_id)
        .values(
            status=Status.RUNNING,
            owner=owner,
            fence=col(Job.fence) + 1,
            attempts=col(Job.attempts) + 1,
            lease_until=now + lease,
            started_at=func.coalesce(col(Job.started_at), now),
            progress=0.0,
            stage=Stage.WAITING,
        )
        .returning(col(Job.fence), col(Job.attempts), col(Job.kind), col(Job.request), col(Job.received_at))
    )
    return Claim(job_id, *session.connection().execute(taken).one())


def renew(session: Session, claim: Claim, until: datetime) -> bool:
    """Extend the lease of a claim; False when it is lost or the job is to be cancelled."""
    kept = update(Job).where(_held(claim), col(Job.cancel_asked_at).is_(None)).values(lease_until=until)
    return changed(session, kept) == 1


def report(session: Session, claim: Claim, stage: str, progress: float) -> None:
    """Store the progress of a job; does nothing once the claim is lost."""
    session.connection().execute(update(Job).where(_held(claim)).values(stage=stage, progress=progress))


def finish(session: Session, claim: Claim, ending: Ending, now: datetime) -> Job:
    """Complete a claimed job. Raises LeaseLost, with nothing written."""
    ended = (
        update(Job)
        .where(_held(claim), col(Job.cancel_asked_at).is_(None))
        .values(
            status=ending.status,
            code=ending.code,
            code_values=ending.values or {},
            cpu_seconds=col(Job.cpu_seconds) + ending.cpu_seconds,
            provider_seconds=col(Job.provider_seconds) + ending.provider_seconds,
            provider_cost=col(Job.provider_cost) + ending.provider_cost,
            finished_at=now,
            lease_until=None,
            progress=1.0,
        )
    )
    if changed(session, ended) != 1:
        raise LostLease(str(claim.job_id))
    return session.get_one(Job, claim.job_id, populate_existing=True)


def give_back(session: Session, claim: Claim, run_after: datetime, *, counts: bool) -> None:
    """Put a claimed job back in the queue; an interruption not caused by the job does not count as an attempt."""
    back = (
        update(Job)
        .where(_held(claim))
        .values(
            status=Status.QUEUED,
            lease_until=None,
            owner=None,
            run_after=run_after,
            stage=Stage.WAITING,
            progress=0.0,
            attempts=col(Job.attempts) - (0 if counts else 1),
        )
    )
    session.connection().execute(back)


def cancel(session: Session, job_id: uuid.UUID, now: datetime) -> Job | None:
    """Cancel an unfinished job at the user's request; None when it had ended already.

    A worker that runs it finds its claim lost at the next renewal or progress report, and stops.
    """
    ended = (
        update(Job)
        .where(col(Job.id) == job_id, col(Job.status).in_(WAITING))
        .values(
            status=Status.CANCELLED, cancel_asked_at=now, finished_at=now, lease_until=None, fence=col(Job.fence) + 1
        )
    )
    if changed(session, ended) != 1:
        return None
    return session.get_one(Job, job_id, populate_existing=True)


def is_held(session: Session, claim: Claim) -> bool:
    return session.exec(select(Job.id).where(_held(claim))).first() is not None


def due(session: Session, now: datetime, older_than: timedelta, most: int) -> list[uuid.UUID]:
    """Runnable jobs no worker has claimed; their `wake_at` is set to now."""
    lost = (
        select(Job.id)
        .where(_runnable(now), col(Job.wake_at) < now - older_than)
        .order_by(col(Job.wake_at))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.exec(lost))
    if ids:
        session.connection().execute(update(Job).where(col(Job.id).in_(ids)).values(wake_at=now))
    return ids


def exhausted(session: Session, now: datetime) -> list[Claim]:
    """Jobs whose worker died at the last allowed attempt; the caller fails them."""
    wanted = (
        select(Job)
        .where(col(Job.status) == Status.RUNNING, col(Job.lease_until) < now, col(Job.attempts) >= MAX_ATTEMPTS)
        .with_for_update(skip_locked=True)
    )
    return [Claim(job.id, job.fence, job.attempts) for job in session.exec(wanted)]


def waiting_of(session: Session, person_id: uuid.UUID) -> list[Job]:
    """A person's unfinished jobs, oldest first."""
    wanted = select(Job).where(col(Job.person_id) == person_id, col(Job.status).in_(WAITING))
    return list(session.exec(wanted.order_by(col(Job.created_at))))


def to_show(session: Session, account_ids: Sequence[uuid.UUID]) -> list[tuple[Job, Address, Person, str]]:
    """Jobs of accounts whose progress message was sent and does not show the final status, with the message's id."""
    wanted = (
        select(Job, Address, Person, Delivery.external_id)
        .join(Address, col(Address.id) == col(Job.address_id))
        .join(Person, col(Person.id) == col(Job.person_id))
        .join(Delivery, col(Delivery.id) == col(Job.status_delivery_id))
        .where(
            col(Address.account_id).in_(account_ids),
            col(Job.status_closed).is_(False),
            col(Delivery.external_id).is_not(None),
        )
    )
    return [(job, address, person, message or "") for job, address, person, message in session.exec(wanted)]


def close_status(session: Session, job_id: uuid.UUID) -> None:
    """Record that the progress message shows the final status."""
    session.connection().execute(update(Job).where(col(Job.id) == job_id).values(status_closed=True))


def seen(session: Session, worker: str, now: datetime) -> None:
    """Record a worker's heartbeat."""
    insert_once(session, WorkerRow(name=worker, started_at=now, seen_at=now))
    session.connection().execute(update(WorkerRow).where(col(WorkerRow.name) == worker).values(seen_at=now))


def left(session: Session, worker: str) -> None:
    """Remove a worker that shut down properly, so that it is not reported as missing."""
    session.connection().execute(delete(WorkerRow).where(col(WorkerRow.name) == worker))


def _runnable(now: datetime) -> ColumnElement[bool]:
    return and_(
        col(Job.attempts) < MAX_ATTEMPTS,
        or_(
            and_(col(Job.status) == Status.QUEUED, col(Job.run_after) <= now),
            and_(col(Job.status) == Status.RUNNING, col(Job.lease_until) < now),
        ),
    )


def _held(claim: Claim) -> ColumnElement[bool]:
    return and_(col(Job.id) == claim.job_id, col(Job.fence) == claim.fence, col(Job.status) == Status.RUNNING)

"""Job administration: list unfinished jobs and workers, and retry a job."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from models.columns import new_id
from models.jobs import WAITING, Job, JobInput, Status, WorkerRow
from storage import jobs, transcripts
from storage.people import SHORT

SHOWN = 10  # jobs in one list
ALIVE = timedelta(minutes=10)  # after a worker's last heartbeat, when it is no longer listed
PLAIN = {"id", "tenant_id", "person_id", "address_id", "kind", "parameters", "paid", "at_once", "reply_to"}


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker process; `jobs` are the short ids of the jobs it runs."""

    name: str
    started_at: datetime
    seen_at: datetime
    jobs: tuple[str, ...]


def waiting(session: Session, tenant_id: uuid.UUID) -> list[Job]:
    """A tenant's unfinished jobs: running, then queued, oldest first."""
    wanted = select(Job).where(col(Job.tenant_id) == tenant_id, col(Job.status).in_(WAITING))
    return sorted(session.exec(wanted), key=lambda job: (job.status != Status.RUNNING, job.received_at))


def named(session: Session, tenant_id: uuid.UUID, short: str) -> Job | None:
    """A tenant's job by the first eight or more characters of its id; None when no job or several match."""
    if not SHORT.fullmatch(short.lower()):
        return None
    first, last = (uuid.UUID(hex=short.ljust(32, filling)) for filling in "0f")
    wanted = select(Job).where(col(Job.tenant_id) == tenant_id, col(Job.id).between(first, last))
    found = list(session.exec(wanted.limit(2)))
    return found[0] if len(found) == 1 else None


def workers(session: Session, now: datetime) -> Sequence[Worker]:
    """Workers with a recent heartbeat, for all tenants."""
    running = session.exec(select(Job).where(col(Job.status) == Status.RUNNING)).all()
    wanted = select(WorkerRow).where(col(WorkerRow.seen_at) >= now - ALIVE).order_by(col(WorkerRow.name))
    return [
        Worker(row.name, row.started_at, row.seen_at, tuple(job.short for job in running if job.owner == row.name))
        for row in session.exec(wanted)
    ]


def retried(session: Session, job_id: uuid.UUID) -> Job | None:
    """The retry of an unsuccessful job, unless that was unsuccessful too."""
    undone = (Status.FAILED, Status.CANCELLED)
    wanted = select(Job).where(col(Job.parent_id) == job_id, col(Job.credits) == 0, col(Job.status).not_in(undone))
    return session.exec(wanted).first()


def retry(session: Session, job: Job, now: datetime) -> Job:
    """Create a copy of a job with the same inputs and given transcript, free of charge."""
    made = Job(
        **(job.model_dump(include=PLAIN) | {"id": new_id(), "parent_id": job.id, "credits": 0}),
        run_after=now,
        wake_at=now,
        received_at=now,
        created_at=now,
    )
    wanted = select(JobInput.media_id).where(col(JobInput.job_id) == job.id).order_by(col(JobInput.position))
    jobs.create(session, made, list(session.exec(wanted)))
    given = transcripts.given(session, job.id)
    if given is not None:
        transcripts.remember(session, made, jobs.inputs(session, made.id)[0], given)
    return made

"""Job administration: list unfinished jobs, and retry a job."""

import uuid
from datetime import datetime

from sqlmodel import Session, col, func, select

from models.columns import generate_id
from models.jobs.job import Job, JobInput, JobStatus
from storage.identity.people import ID_PREFIX_PATTERN
from storage.jobs import jobs, transcripts
from storage.jobs.conditions import IS_UNFINISHED

LIST_LIMIT = 10  # jobs in one list
COPIED_FIELDS = {"id", "tenant_id", "person_id", "address_id", "kind", "parameters", "paid", "at_once", "reply_to"}


def list_unfinished(session: Session, tenant_id: uuid.UUID) -> list[Job]:
    """A tenant's unfinished jobs: running, then queued, oldest first."""
    statement = select(Job).where(col(Job.tenant_id) == tenant_id, IS_UNFINISHED)
    return sorted(session.exec(statement), key=lambda job: (job.status != JobStatus.RUNNING, job.received_at))


def count_unfinished(session: Session, tenant_id: uuid.UUID | None = None) -> int:
    """Number of a tenant's unfinished jobs, or of all tenants'."""
    statement = select(func.count()).select_from(Job).where(IS_UNFINISHED)
    return session.exec(statement if tenant_id is None else statement.where(col(Job.tenant_id) == tenant_id)).one()


def find_by_id_prefix(session: Session, tenant_id: uuid.UUID, prefix: str) -> Job | None:
    """A tenant's job by the first eight or more characters of its id; None when no job or several match."""
    if not ID_PREFIX_PATTERN.fullmatch(prefix.lower()):
        return None
    first, last = (uuid.UUID(hex=prefix.ljust(32, digit)) for digit in "0f")
    statement = select(Job).where(col(Job.tenant_id) == tenant_id, col(Job.id).between(first, last))
    found = list(session.exec(statement.limit(2)))
    return found[0] if len(found) == 1 else None


def find_retry(session: Session, job_id: uuid.UUID) -> Job | None:
    """The retry of an unsuccessful job, unless that was unsuccessful too."""
    unsuccessful = (JobStatus.FAILED, JobStatus.CANCELLED)
    statement = select(Job).where(
        col(Job.parent_id) == job_id, col(Job.credits) == 0, col(Job.status).not_in(unsuccessful)
    )
    return session.exec(statement).first()


def retry(session: Session, job: Job, now: datetime) -> Job:
    """Create a copy of a job with the same inputs and given transcript, free of charge."""
    copy = Job(
        **(job.model_dump(include=COPIED_FIELDS) | {"id": generate_id(), "parent_id": job.id, "credits": 0}),
        run_after=now,
        wake_at=now,
        received_at=now,
        created_at=now,
    )
    statement = select(JobInput.media_id).where(col(JobInput.job_id) == job.id).order_by(col(JobInput.position))
    jobs.create(session, copy, list(session.exec(statement)))
    given = transcripts.find_given(session, job.id)
    if given is not None:
        first = jobs.list_inputs(session, copy.id)[0]
        transcripts.save(session, copy, first, given, transcripts.find_correction(session, job.id))
    return copy

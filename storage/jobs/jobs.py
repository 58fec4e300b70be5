"""Job queue in the database: creation with inputs, claims in fair order with lease and fence, completion once."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Uuid, and_, bindparam, func, or_, update
from sqlmodel import Session, col, select

from models.columns import UtcDateTime
from models.jobs.job import UNFINISHED_STATUSES, WAITING_STAGE, Job, JobClaim, JobInput, JobOutput, JobStatus
from models.media.files import Media
from models.retries import JOB_RETRIES
from storage.jobs import fair_queue, scheduling
from storage.jobs.conditions import IS_RUNNING, IS_UNFINISHED
from storage.jobs.fair_queue_statements import NOW
from storage.jobs.outcomes import NO_COSTS, JobCosts, JobOutcome, LeaseLost
from storage.upsert import execute_dml

_CLAIM: Final = (
    update(Job)
    .where(col(Job.id) == bindparam("job", type_=Uuid()))
    .values(
        status=JobStatus.RUNNING,
        owner=bindparam("by"),
        fence=col(Job.fence) + 1,
        attempts=col(Job.attempts) + 1,
        lease_until=bindparam("until", type_=UtcDateTime()),
        started_at=func.coalesce(col(Job.started_at), NOW),
        progress=0.0,
        stage=WAITING_STAGE,
    )
    .returning(col(Job.fence), col(Job.attempts), col(Job.kind), col(Job.request), col(Job.received_at))
)


def create(session: Session, job: Job, inputs: Sequence[uuid.UUID]) -> None:
    """Insert a job with its inputs in order."""
    session.add(job)
    session.flush()
    for position, media_id in enumerate(inputs):
        session.add(JobInput(job_id=job.id, position=position, media_id=media_id))
    session.flush()
    fair_queue.enter(session, job)


def list_inputs(session: Session, job_id: uuid.UUID) -> list[Media]:
    statement = (
        select(Media)
        .join(JobInput, col(JobInput.media_id) == col(Media.id))
        .where(col(JobInput.job_id) == job_id)
        .order_by(col(JobInput.position))
    )
    return list(session.exec(statement))


def map_outputs(session: Session, job_id: uuid.UUID) -> dict[str, Media]:
    """A job's outputs by role."""
    statement = select(JobOutput, Media).join(Media, col(JobOutput.media_id) == col(Media.id))
    rows = session.exec(statement.where(col(JobOutput.job_id) == job_id))
    return {output.role: media for output, media in rows}


def add_output(
    session: Session,
    job_id: uuid.UUID,
    role: str,
    media_id: uuid.UUID,
    cuts: Sequence[tuple[float, float]] | None = None,
) -> None:
    """Add a file that a job made; `cuts` are the parts of the input, in seconds, that are not in it, if known."""
    cuts = None if cuts is None else list(cuts)
    session.add(JobOutput(job_id=job_id, role=role, media_id=media_id, cuts=cuts))


def find_cuts(session: Session, job_id: uuid.UUID) -> list[tuple[float, float]] | None:
    """The parts of its input, in seconds, that are not in the result of a job; None where nobody wrote them down."""
    found = session.exec(select(JobOutput.cuts).where(col(JobOutput.job_id) == job_id)).all()
    known = [cuts for cuts in found if cuts is not None]
    return [(start, end) for cuts in known for start, end in cuts] if known else None


def claim_next(
    session: Session, owner: str, now: datetime, lease: timedelta, kinds: Sequence[str] | None = None
) -> JobClaim | None:
    """Claim the next job in fair order; None when none may run.

    With `kinds`, jobs of others are left to workers that know them.
    """
    state = scheduling.read_state(session, now, kinds)
    if state.has_interrupted and (job_id := scheduling.find_interrupted(session, now, kinds)):
        return _claim(session, job_id, owner, now, now + lease)
    turn = scheduling.find_turn(session, state, now, kinds)
    if turn is None:
        return None
    claim = _claim(session, turn.job_id, owner, now, now + lease)
    fair_queue.record_start(session, turn, now)
    return claim


def _claim(session: Session, job_id: uuid.UUID, owner: str, now: datetime, until: datetime) -> JobClaim:
    values = {"job": job_id, "by": owner, "now": now, "until": until}
    return JobClaim(job_id, *session.connection().execute(_CLAIM, values).one())


def renew_lease(session: Session, claim: JobClaim, until: datetime) -> bool:
    """Extend the lease of a claim; False when it is lost or the job is to be cancelled."""
    renewal = (
        update(Job).where(_build_claim_filter(claim), col(Job.cancel_asked_at).is_(None)).values(lease_until=until)
    )
    return execute_dml(session, renewal) == 1


def report_progress(session: Session, claim: JobClaim, stage: str, progress: float) -> None:
    """Store the progress of a job; does nothing once the claim is lost."""
    session.connection().execute(update(Job).where(_build_claim_filter(claim)).values(stage=stage, progress=progress))


def finish(session: Session, claim: JobClaim, outcome: JobOutcome, now: datetime) -> Job:
    """Complete a claimed job. Raises LeaseLost, with nothing written."""
    completion = (
        update(Job)
        .where(_build_claim_filter(claim), col(Job.cancel_asked_at).is_(None))
        .values(
            status=outcome.status,
            code=outcome.code,
            code_values=outcome.values or {},
            **_add_to_columns(outcome.costs),
            finished_at=now,
            lease_until=None,
            progress=1.0,
        )
    )
    if execute_dml(session, completion) != 1:
        raise LeaseLost(str(claim.job_id))
    return session.get_one(Job, claim.job_id, populate_existing=True)


def add_costs(session: Session, claim: JobClaim, costs: JobCosts) -> Job:
    """Add to the costs of a claimed job. Raises LeaseLost, with nothing written."""
    addition = update(Job).where(_build_claim_filter(claim)).values(**_add_to_columns(costs))
    if execute_dml(session, addition) != 1:
        raise LeaseLost(str(claim.job_id))
    return session.get_one(Job, claim.job_id, populate_existing=True)


def _add_to_columns(costs: JobCosts) -> dict[str, ColumnElement[Any]]:
    return {name: col(getattr(Job, name)) + value for name, value in asdict(costs).items()}


def requeue(
    session: Session, claim: JobClaim, run_after: datetime, *, counts_as_attempt: bool, costs: JobCosts = NO_COSTS
) -> None:
    """Put a claimed job back in the queue; an interruption not caused by the job does not count as an attempt."""
    release = (
        update(Job)
        .where(_build_claim_filter(claim))
        .values(
            status=JobStatus.QUEUED,
            lease_until=None,
            owner=None,
            run_after=run_after,
            stage=WAITING_STAGE,
            progress=0.0,
            attempts=col(Job.attempts) - (0 if counts_as_attempt else 1),
            **_add_to_columns(costs),
        )
    )
    session.connection().execute(release)


def cancel(session: Session, job_id: uuid.UUID, now: datetime) -> Job | None:
    """Cancel an unfinished job at the user's request; None when it had ended already.

    A worker that runs it finds its claim lost at the next renewal or progress report, and stops. The caller settles its
    credits, and then takes it out of the queue.
    """
    cancellation = (
        update(Job)
        .where(col(Job.id) == job_id, col(Job.status).in_(UNFINISHED_STATUSES))
        .values(
            status=JobStatus.CANCELLED, cancel_asked_at=now, finished_at=now, lease_until=None, fence=col(Job.fence) + 1
        )
    )
    if execute_dml(session, cancellation) != 1:
        return None
    return session.get_one(Job, job_id, populate_existing=True)


def is_held(session: Session, claim: JobClaim) -> bool:
    return session.exec(select(Job.id).where(_build_claim_filter(claim))).first() is not None


def collect_unclaimed(session: Session, now: datetime, older_than: timedelta, limit: int) -> list[uuid.UUID]:
    """Runnable jobs no worker has claimed; their `wake_at` is set to now."""
    statement = (
        select(Job.id)
        .where(IS_UNFINISHED, _build_runnable_filter(now), col(Job.wake_at) < now - older_than)
        .order_by(col(Job.wake_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.exec(statement))
    if ids:
        session.connection().execute(update(Job).where(col(Job.id).in_(ids)).values(wake_at=now))
        fair_queue.restore(session, ids)
    return ids


def list_exhausted(session: Session, now: datetime) -> list[JobClaim]:
    """Jobs whose worker died at the last allowed attempt; the caller fails them."""
    statement = (
        select(Job)
        .where(IS_RUNNING, col(Job.lease_until) < now, col(Job.attempts) >= JOB_RETRIES.max_attempts)
        .with_for_update(skip_locked=True)
    )
    return [JobClaim(job.id, job.fence, job.attempts) for job in session.exec(statement)]


def find_follow_up(session: Session, parent_id: uuid.UUID, kind: str) -> Job | None:
    """The newest job of a kind that followed a job, unless it failed or was cancelled."""
    statement = select(Job).where(
        col(Job.parent_id) == parent_id,
        col(Job.kind) == kind,
        col(Job.status).not_in([JobStatus.FAILED, JobStatus.CANCELLED]),
    )
    return session.exec(statement.order_by(col(Job.created_at).desc()).limit(1)).first()


def find_last(session: Session, person_ids: Sequence[uuid.UUID], address_id: uuid.UUID, since: datetime) -> Job | None:
    """The job of these people in a chat that was started last, if it was since a time."""
    statement = select(Job).where(
        col(Job.person_id).in_(person_ids), col(Job.address_id) == address_id, col(Job.started_at) > since
    )
    return session.exec(statement.order_by(col(Job.started_at).desc()).limit(1)).first()


def list_unfinished(session: Session, person_id: uuid.UUID) -> list[Job]:
    """A person's unfinished jobs, oldest first."""
    statement = select(Job).where(col(Job.person_id) == person_id, col(Job.status).in_(UNFINISHED_STATUSES))
    return list(session.exec(statement.order_by(col(Job.created_at))))


def _build_runnable_filter(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    return and_(
        col(Job.attempts) < JOB_RETRIES.max_attempts,
        or_(
            and_(col(Job.status) == JobStatus.QUEUED, col(Job.run_after) <= now),
            and_(col(Job.status) == JobStatus.RUNNING, col(Job.lease_until) < now),
        ),
    )


def _build_claim_filter(claim: JobClaim) -> ColumnElement[bool]:
    return and_(col(Job.id) == claim.job_id, col(Job.fence) == claim.fence, col(Job.status) == JobStatus.RUNNING)

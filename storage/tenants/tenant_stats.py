"""Statistics of a tenant, for its administrators."""

import uuid
from datetime import datetime

from sqlmodel import Session, col, func, select

from models.identity.people import Account
from models.jobs.job import Job, JobStatus
from models.messaging.updates import Update


def collect_stats(session: Session, tenant_id: uuid.UUID, since: datetime) -> dict[str, int]:
    """Updates, people and ended jobs by status since then, and jobs queued and running now, of one tenant."""
    ended = _count_by_status(session, tenant_id, since)
    now = _count_by_status(session, tenant_id, None)
    return {
        "people": _count_people(session, tenant_id, since),
        "done": ended.get(JobStatus.DONE, 0),
        "failed": ended.get(JobStatus.FAILED, 0),
        "cancelled": ended.get(JobStatus.CANCELLED, 0),
        "queued": now.get(JobStatus.QUEUED, 0),
        "running": now.get(JobStatus.RUNNING, 0),
        "updates": _count_updates(session, tenant_id, since),
    }


def _count_by_status(session: Session, tenant_id: uuid.UUID, since: datetime | None) -> dict[str, int]:
    query = select(Job.status, func.count()).where(col(Job.tenant_id) == tenant_id).group_by(col(Job.status))
    if since is not None:
        query = query.where(col(Job.finished_at) >= since)
    return dict(session.exec(query).all())


def _count_people(session: Session, tenant_id: uuid.UUID, since: datetime) -> int:
    query = select(func.count(func.distinct(col(Job.person_id)))).where(
        col(Job.tenant_id) == tenant_id, col(Job.created_at) >= since
    )
    return session.exec(query).one()


def _count_updates(session: Session, tenant_id: uuid.UUID, since: datetime) -> int:
    query = (
        select(func.count())
        .select_from(Update)
        .join(Account, col(Account.id) == col(Update.account_id))
        .where(col(Account.tenant_id) == tenant_id, col(Update.received_at) >= since)
    )
    return session.exec(query).one()

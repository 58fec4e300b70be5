"""Statistics of a tenant, for its administrators."""

import uuid
from datetime import datetime

from sqlmodel import Session, col, func, select

from models.jobs import Job, Status
from models.people import Account
from models.updates import Update


def day(session: Session, tenant_id: uuid.UUID, since: datetime) -> dict[str, int]:
    """Updates, people and ended jobs by status since then, and jobs queued and running now, of one tenant."""
    ended = _by_status(session, tenant_id, since)
    now = _by_status(session, tenant_id, None)
    return {
        "people": _people(session, tenant_id, since),
        "done": ended.get(Status.DONE, 0),
        "failed": ended.get(Status.FAILED, 0),
        "cancelled": ended.get(Status.CANCELLED, 0),
        "queued": now.get(Status.QUEUED, 0),
        "running": now.get(Status.RUNNING, 0),
        "updates": _updates(session, tenant_id, since),
    }


def _by_status(session: Session, tenant_id: uuid.UUID, since: datetime | None) -> dict[str, int]:
    wanted = select(Job.status, func.count()).where(col(Job.tenant_id) == tenant_id).group_by(col(Job.status))
    if since is not None:
        wanted = wanted.where(col(Job.finished_at) >= since)
    return dict(session.exec(wanted).all())


def _people(session: Session, tenant_id: uuid.UUID, since: datetime) -> int:
    wanted = select(func.count(func.distinct(col(Job.person_id)))).where(
        col(Job.tenant_id) == tenant_id, col(Job.created_at) >= since
    )
    return session.exec(wanted).one()


def _updates(session: Session, tenant_id: uuid.UUID, since: datetime) -> int:
    wanted = (
        select(func.count())
        .select_from(Update)
        .join(Account, col(Account.id) == col(Update.account_id))
        .where(col(Account.tenant_id) == tenant_id, col(Update.received_at) >= since)
    )
    return session.exec(wanted).one()

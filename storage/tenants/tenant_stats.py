"""Statistics of a tenant, for its administrators."""

import uuid
from datetime import datetime

from sqlmodel import Session, col, func, select

from models.identity.people import Account
from models.jobs.job import Job, JobStatus
from models.messaging.updates import Update
from models.operations.rollups import UpdateRollup
from storage.jobs.conditions import IS_UNFINISHED
from storage.operations.rollups import find_spans


def collect_stats(session: Session, tenant_id: uuid.UUID, since: datetime, now: datetime) -> dict[str, int]:
    """Updates since then, and jobs queued and running now, of one tenant."""
    query = select(Job.status, func.count()).where(col(Job.tenant_id) == tenant_id, IS_UNFINISHED)
    jobs = dict(session.exec(query.group_by(col(Job.status))).all())
    return {
        "queued": jobs.get(JobStatus.QUEUED, 0),
        "running": jobs.get(JobStatus.RUNNING, 0),
        "updates": _count_updates(session, tenant_id, since, now),
    }


def _count_updates(session: Session, tenant_id: uuid.UUID, since: datetime, now: datetime) -> int:
    spans = find_spans(session, since, now)
    account_ids = session.exec(select(Account.id).where(col(Account.tenant_id) == tenant_id)).all()
    recent = select(func.count()).select_from(Update).where(col(Update.account_id).in_(account_ids))
    rolled_up = select(func.coalesce(func.sum(col(UpdateRollup.updates)), 0)).where(
        col(UpdateRollup.account_id).in_(account_ids), spans.build_hour_filter(UpdateRollup.hour)
    )
    # by themselves, as each reads its part of the index; together they would read all updates of the accounts
    queries = [recent.where(each) for each in spans.list_row_filters(Update.received_at)]
    return sum(int(session.exec(query).one()) for query in (*queries, rolled_up))

"""Number of people who were active in a period, that is, who created jobs in it.

Whoever is active in two hours is one person, so the numbers of hours cannot be added. Therefore each person is counted
in the last of all rolled-up hours of theirs: those who were active since an hour are counted in it or after it.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, literal, update
from sqlmodel import Session, col, select

from models.columns import UtcDateTime
from models.identity.people import Tenant
from models.jobs.job import Job
from models.operations.rollups import ActivityRollup, PersonActivity, ReportProgress
from storage.operations.rollups import HOURLY, RollupSpans, build_raw_spans, filter_hour, split_period

_MOVE_PEOPLE = (
    update(ActivityRollup)
    .where(col(ActivityRollup.tenant_id) == bindparam("tenant"), col(ActivityRollup.hour) == bindparam("last_hour"))
    .values(people=col(ActivityRollup.people) - bindparam("moved"))
)


def count_active_people(session: Session, tenant_id: uuid.UUID, since: datetime, until: datetime) -> int:
    """Number of a tenant's people who created jobs in the period, both ends included."""
    progress = session.get(ReportProgress, HOURLY)
    spans = split_period(progress, since, until)
    # not in a period that ends earlier: who was active again after it is counted there
    if progress is not None and spans.end == progress.until:
        counted_until, rolled_up, recent = _count_together(session, tenant_id, spans)
        if counted_until == spans.end:
            return rolled_up + recent
    spans = build_raw_spans(since, until)
    return int(session.exec(select(_build_recent_count(tenant_id, spans))).one())


def _count_together(session: Session, tenant_id: uuid.UUID, spans: RollupSpans) -> tuple[datetime, int, int]:
    """Until when people are rolled up, how many are, and how many are not. In one statement, since rolling up another
    hour changes the hours before it."""
    rolled_up = select(func.coalesce(func.sum(col(ActivityRollup.people)), 0)).where(
        col(ActivityRollup.tenant_id) == tenant_id, spans.build_hour_filter(ActivityRollup.hour)
    )
    is_counted = select(PersonActivity.person_id).where(
        col(PersonActivity.person_id) == col(Job.person_id), col(PersonActivity.hour) >= spans.start
    )
    recent = _build_recent_count(tenant_id, spans, ~is_counted.exists())
    until = select(ReportProgress.until).where(col(ReportProgress.name) == HOURLY)
    row = session.exec(select(until.scalar_subquery(), rolled_up.scalar_subquery(), recent)).one()
    return row[0], int(row[1]), int(row[2])


def _build_recent_count(tenant_id: uuid.UUID, spans: RollupSpans, *conditions: Any) -> Any:
    people = select(Job.person_id).where(
        col(Job.tenant_id) == tenant_id, spans.build_row_filter(Job.created_at), *conditions
    )
    return select(func.count()).select_from(people.distinct().subquery()).scalar_subquery()


def roll_up(session: Session, hour: datetime) -> None:
    """Count the people who were active within an hour in it, and no longer in the last one before it."""
    execute, start = session.connection().execute, literal(hour, UtcDateTime())
    # tenant by tenant, as the index of jobs is by tenant and time
    jobs: Any = select(Job.person_id).join(Tenant, col(Tenant.id) == col(Job.tenant_id))
    jobs = jobs.where(*filter_hour(Job.created_at, hour))
    is_active = col(PersonActivity.person_id).in_(jobs)
    before: Any = select(PersonActivity.tenant_id, PersonActivity.hour, func.count()).where(is_active)
    rows = execute(before.group_by(PersonActivity.tenant_id, PersonActivity.hour)).all()
    if rows:
        execute(_MOVE_PEOPLE, [dict(zip(("tenant", "last_hour", "moved"), row, strict=True)) for row in rows])
        execute(update(PersonActivity).where(is_active).values(hour=hour))
    people = jobs.with_only_columns(Job.person_id, Job.tenant_id, start).distinct()
    is_known = select(PersonActivity.person_id).where(col(PersonActivity.person_id) == col(Job.person_id)).exists()
    execute(insert(PersonActivity).from_select(["person_id", "tenant_id", "hour"], people.where(~is_known)))
    counts = jobs.with_only_columns(Job.tenant_id, start, func.count(col(Job.person_id).distinct()))
    execute(insert(ActivityRollup).from_select(["tenant_id", "hour", "people"], counts.group_by(Job.tenant_id)))

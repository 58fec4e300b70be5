"""Jobs of a tenant that ended in a period: from rollups, and from the rows of those hours that are in none."""

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from models.billing.credits import LedgerBucket, LedgerPosting, LedgerTransaction
from models.jobs.job import FINAL_STATUSES, Job
from models.operations.rollups import CreditRollup, JobRollup
from storage.jobs.outcomes import JobCosts
from storage.operations.rollups import HOUR, RollupSpans


@dataclass(frozen=True, slots=True)
class EndedJobs:
    """Sums of jobs of one kind that ended in one status."""

    kind: str
    status: str
    jobs: int
    costs: JobCosts


def list_sums(session: Session, tenant_id: uuid.UUID, spans: RollupSpans) -> Iterator[EndedJobs]:
    """Sums of the period, at most two for each kind and status."""
    yield from _list_rolled_up(session, tenant_id, spans)
    yield from _list_recent(session, tenant_id, spans)


def sum_spent_by_kind(session: Session, tenant_id: uuid.UUID, spans: RollupSpans) -> dict[str, int]:
    """Credits captured for jobs, less refunds for those that were not delivered."""
    recent = (
        select(Job.kind, func.sum(LedgerPosting.amount))
        .join(LedgerTransaction, col(LedgerTransaction.job_id) == col(Job.id))
        .join(LedgerPosting, col(LedgerPosting.transaction_id) == col(LedgerTransaction.id))
        .where(
            col(LedgerTransaction.tenant_id) == tenant_id,
            col(LedgerPosting.bucket) == LedgerBucket.SPENT,
            spans.build_row_filter(LedgerTransaction.created_at),
        )
        .group_by(col(Job.kind))
    )
    rolled_up = (
        select(CreditRollup.kind, func.sum(CreditRollup.spent))
        .where(col(CreditRollup.tenant_id) == tenant_id, spans.build_hour_filter(CreditRollup.hour))
        .group_by(col(CreditRollup.kind))
    )
    spent: Counter[str] = Counter()
    for query in (recent, rolled_up):
        spent.update({kind: int(total) for kind, total in session.exec(query)})
    return dict(spent)


def count_over_time(
    session: Session, tenant_id: uuid.UUID, spans: RollupSpans, ends: Sequence[datetime]
) -> Iterator[tuple[int, str, int]]:
    """Jobs by the part of the period in which they ended, and status: at most two numbers of each. `ends` are those of
    all parts but the last. All jobs of a rolled-up hour are taken as ended in the middle of it.
    """
    rolled_up_part = _build_part(JobRollup.hour, [end - HOUR / 2 for end in ends])
    rolled_up = select(rolled_up_part, JobRollup.status, func.sum(JobRollup.jobs)).where(
        col(JobRollup.tenant_id) == tenant_id, spans.build_hour_filter(JobRollup.hour)
    )
    part = _build_part(Job.finished_at, ends)
    recent = select(part, Job.status, func.count()).where(
        col(Job.tenant_id) == tenant_id,
        col(Job.status).in_(FINAL_STATUSES),
        spans.build_row_filter(Job.finished_at),
    )
    for query in (
        rolled_up.group_by(rolled_up_part, col(JobRollup.status)),
        recent.group_by(part, col(Job.status)),
    ):
        for index, status, jobs in session.exec(query):
            yield index, status, int(jobs)


def _build_part(column: Any, ends: Sequence[datetime]) -> ColumnElement[int]:
    """SQL expression of the index of the part that a moment is in."""
    return case(*((col(column) < end, index) for index, end in enumerate(ends)), else_=len(ends))


def _list_rolled_up(session: Session, tenant_id: uuid.UUID, spans: RollupSpans) -> Iterator[EndedJobs]:
    sums = [func.sum(col(JobRollup.jobs)), *_sum_costs(JobRollup)]
    query = select_columns(col(JobRollup.kind), col(JobRollup.status), *sums)
    query = query.where(col(JobRollup.tenant_id) == tenant_id, spans.build_hour_filter(JobRollup.hour))
    for row in session.connection().execute(query.group_by(col(JobRollup.kind), col(JobRollup.status))):
        yield _ended_jobs_of(row)


def _list_recent(session: Session, tenant_id: uuid.UUID, spans: RollupSpans) -> Iterator[EndedJobs]:
    """Sums of the rows that are not rolled up."""
    query = select_columns(col(Job.kind), col(Job.status), func.count(), *_sum_costs(Job)).where(
        col(Job.tenant_id) == tenant_id,
        col(Job.status).in_(FINAL_STATUSES),
        spans.build_row_filter(Job.finished_at),
    )
    for row in session.connection().execute(query.group_by(col(Job.kind), col(Job.status))):
        yield _ended_jobs_of(row)


def _sum_costs(table: type[Job | JobRollup]) -> list[Any]:
    """SQL expressions of the sums of all costs, in their order."""
    return [func.sum(col(getattr(table, each.name))) for each in fields(JobCosts)]


def _ended_jobs_of(row: Any) -> EndedJobs:
    kind, status, jobs, *sums = row
    return EndedJobs(kind, status, int(jobs), _costs_of(*sums))


def _costs_of(cpu: Any, provider: Any, price: Any, local: Any, prompt: Any, completion: Any) -> JobCosts:
    """Sums as the database has them, which may be decimals."""
    return JobCosts(float(cpu), float(provider), int(price), float(local), int(prompt), int(completion))

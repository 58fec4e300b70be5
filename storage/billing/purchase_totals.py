"""Totals of all purchases that were decided, by provider, status and currency: what was decided since is read by time.

A purchase that expired or failed may be paid later. It is then taken out of the total it is in.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, func, true, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from models.billing.payments import UNDECIDED_STATUSES, Provider, Purchase, PurchaseStatus
from models.jobs.fair_queue import NEVER
from models.operations.rollups import PurchaseTotal, ReportProgress
from storage.operations.rollup_writer import SETTLING_TIME
from storage.operations.rollups import floor_to_hour
from storage.upsert import insert_once

PROGRESS: Final = "purchases"  # its name
_KEY: Final = col(Purchase.provider), col(Purchase.status), col(Purchase.currency)
_SUMS: Final[Any] = select_columns(*_KEY, func.count(), func.sum(col(Purchase.amount))).group_by(*_KEY)


def list_totals(session: Session) -> list[PurchaseTotal]:
    """Totals of all purchases by provider, status and currency; of some keys several, to be added up."""
    query = select(PurchaseTotal, ReportProgress.until).join(ReportProgress, true())
    rows = session.exec(query.where(ReportProgress.name == PROGRESS)).all()
    since = rows[0][1] if rows else NEVER
    recent = _sum_up(session, col(Purchase.decided_at) >= since)
    undecided = _sum_up(session, col(Purchase.status).in_(UNDECIDED_STATUSES))
    return [*(total for total, _ in rows), *recent, *undecided]


def count_by_status(totals: Sequence[PurchaseTotal]) -> dict[tuple[str, str], int]:
    """Number of purchases by provider and status; every pair is present."""
    counts = {(str(provider), str(status)): 0 for provider in Provider for status in PurchaseStatus}
    for total in totals:
        counts[total.provider, total.status] = counts.get((total.provider, total.status), 0) + total.purchases
    return counts


def sum_revenue(totals: Sequence[PurchaseTotal]) -> dict[str, int]:
    """All-time revenue, in minor units of each currency."""
    revenue: Counter[str] = Counter()
    for total in totals:
        if total.status == PurchaseStatus.PAID:
            revenue[total.currency] += total.amount
    return dict(revenue)


def roll_up(session: Session, now: datetime) -> bool:
    """Add what was decided until the end of the last full hour; False if that is done, or another process does it."""
    if session.get(ReportProgress, PROGRESS) is None:
        insert_once(session, ReportProgress(name=PROGRESS, since=NEVER, until=NEVER))
    progress = session.exec(_select_progress().with_for_update(skip_locked=True)).one_or_none()
    until = floor_to_hour(now - SETTLING_TIME)
    if progress is None or progress.until >= until:
        return False
    for each in _sum_up(session, col(Purchase.decided_at) >= progress.until, col(Purchase.decided_at) < until):
        _add(session, each)
    progress.until = until
    session.flush()
    return True


def remove_late(session: Session, purchase_id: uuid.UUID) -> None:
    """Take a purchase that expired or failed out of its total, before it is marked as paid."""
    is_late = col(Purchase.status).in_((PurchaseStatus.EXPIRED, PurchaseStatus.FAILED))
    query = select_columns(*_KEY, col(Purchase.amount), col(Purchase.decided_at))
    late = session.connection().execute(query.where(col(Purchase.id) == purchase_id, is_late).with_for_update()).first()
    if late is None:
        return
    progress = session.exec(_select_progress().with_for_update(read=True)).one_or_none()
    if progress is not None and late.decided_at < progress.until:
        _add(session, _build_total(late.provider, late.status, late.currency, -1, -late.amount))


def _sum_up(session: Session, *conditions: ColumnElement[bool]) -> list[PurchaseTotal]:
    return [_build_total(*row) for row in session.connection().execute(_SUMS.where(*conditions))]


def _build_total(provider: str, status: str, currency: str, count: int, amount: int) -> PurchaseTotal:
    return PurchaseTotal(provider=provider, status=status, currency=currency, purchases=count, amount=int(amount))


def _add(session: Session, added: PurchaseTotal) -> None:
    key = {"provider": added.provider, "status": added.status, "currency": added.currency}
    insert_once(session, PurchaseTotal.model_validate(key))
    sums = {
        "purchases": col(PurchaseTotal.purchases) + added.purchases,
        "amount": col(PurchaseTotal.amount) + added.amount,
    }
    session.connection().execute(update(PurchaseTotal).filter_by(**key).values(**sums))


def _select_progress() -> Any:
    query = select(ReportProgress).where(ReportProgress.name == PROGRESS)
    return query.execution_options(populate_existing=True)

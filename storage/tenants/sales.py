"""Sales of a tenant, refunds, and the credits that were sold: from rollups, and from the rows of those hours that are
in none."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, literal, text
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from models.billing.credits import IS_SOLD, LedgerBucket, LedgerPosting, LedgerTransaction
from models.billing.payments import Purchase, PurchaseStatus, Repayment, RepaymentStatus
from models.columns import UtcDateTime
from models.identity.people import Tenant
from models.operations.rollups import SalesRollup, SoldCreditRollup
from storage.operations.rollups import RollupSpans, filter_hour

Amounts = tuple[int, int, int]  # number of sales, what was paid and what was refunded, in minor units


def sum_sales(session: Session, tenant_id: uuid.UUID, spans: RollupSpans) -> dict[tuple[str, str], Amounts]:
    """Sums by item and currency."""
    payments = _build_payments(Purchase.item, Purchase.currency).where(
        col(Purchase.tenant_id) == tenant_id, spans.build_row_filter(Purchase.decided_at)
    )
    refunds = _build_refunds(Purchase.item, Purchase.currency).where(
        col(Repayment.tenant_id) == tenant_id, spans.build_row_filter(Repayment.decided_at)
    )
    sums = [func.sum(col(each)) for each in (SalesRollup.sales, SalesRollup.amount, SalesRollup.refunded)]
    rolled_up = select_columns(col(SalesRollup.item), col(SalesRollup.currency), *sums).where(
        col(SalesRollup.tenant_id) == tenant_id, spans.build_hour_filter(SalesRollup.hour)
    )
    rolled_up = rolled_up.group_by(col(SalesRollup.item), col(SalesRollup.currency))
    return _add_up(row for query in (payments, refunds, rolled_up) for row in session.connection().execute(query))


def sum_credits_sold(session: Session, tenant_id: uuid.UUID, spans: RollupSpans) -> int:
    """Credits that were paid for."""
    recent = _build_sold_credits(func.coalesce(func.sum(LedgerPosting.amount), 0)).where(
        col(LedgerTransaction.tenant_id) == tenant_id, spans.build_row_filter(LedgerTransaction.created_at)
    )
    rolled_up = select(func.coalesce(func.sum(col(SoldCreditRollup.credits)), 0)).where(
        col(SoldCreditRollup.tenant_id) == tenant_id, spans.build_hour_filter(SoldCreditRollup.hour)
    )
    return sum(int(session.connection().execute(query).scalar_one()) for query in (recent, rolled_up))


def roll_up(session: Session, hour: datetime) -> None:
    """Roll up an hour, tenant by tenant: the indexes are by tenant and time."""
    execute, of_tenant = session.connection().execute, Purchase.tenant_id
    payments = _build_payments(of_tenant, Purchase.item, Purchase.currency)
    payments = payments.join(Tenant, col(Tenant.id) == col(Purchase.tenant_id))
    refunds = _build_refunds(of_tenant, Purchase.item, Purchase.currency)
    refunds = refunds.join(Tenant, col(Tenant.id) == col(Repayment.tenant_id))
    queries = (
        payments.where(*filter_hour(Purchase.decided_at, hour)),
        refunds.where(*filter_hour(Repayment.decided_at, hour)),
    )
    for key, amounts in _add_up(row for query in queries for row in execute(query)).items():
        names = ("tenant_id", "item", "currency", "sales", "amount", "refunded")
        session.add(SalesRollup(hour=hour, **dict(zip(names, (*key, *amounts), strict=True))))
    credits_ = _build_sold_credits(
        LedgerTransaction.tenant_id, literal(hour, UtcDateTime()), func.sum(LedgerPosting.amount)
    )
    credits_ = credits_.join(Tenant, col(Tenant.id) == col(LedgerTransaction.tenant_id))
    credits_ = credits_.where(*filter_hour(LedgerTransaction.created_at, hour)).group_by(LedgerTransaction.tenant_id)
    execute(insert(SoldCreditRollup).from_select(["tenant_id", "hour", "credits"], credits_))


def _add_up(rows: Iterable[Any]) -> dict[Any, Amounts]:
    """The sums of rows by all of their columns but the last three."""
    sums: defaultdict[Any, Amounts] = defaultdict(lambda: (0, 0, 0))
    for *key, sales, amount, refunded in rows:
        before = sums[tuple(key)]
        sums[tuple(key)] = before[0] + int(sales), before[1] + int(amount), before[2] + int(refunded)
    return dict(sums)


def _build_payments(*key: Any) -> Any:
    query: Any = select_columns(*key, func.count(), func.sum(Purchase.amount), literal(0))
    return query.where(col(Purchase.status) == PurchaseStatus.PAID).group_by(*key)


def _build_refunds(*key: Any) -> Any:
    """By when they were carried out, whenever the purchase was."""
    query: Any = select_columns(*key, literal(0), literal(0), func.sum(Repayment.amount)).select_from(Repayment)
    query = query.join(Purchase, col(Purchase.id) == col(Repayment.purchase_id))
    return query.where(col(Repayment.status) == RepaymentStatus.DONE).group_by(*key)


def _build_sold_credits(*columns: Any) -> Any:
    query: Any = select_columns(*columns).select_from(LedgerTransaction)
    query = query.join(LedgerPosting, col(LedgerPosting.transaction_id) == col(LedgerTransaction.id))
    return query.where(text(IS_SOLD), col(LedgerPosting.bucket) == LedgerBucket.AVAILABLE)

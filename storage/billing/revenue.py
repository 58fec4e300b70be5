"""Purchases and revenue of all tenants, for metrics."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col

from models.billing.payments import Provider, Purchase, PurchaseStatus


@dataclass(frozen=True, slots=True)
class PurchaseTotal:
    """Number of purchases of one provider, status and currency, and the sum of their amounts in minor units."""

    provider: str
    status: str
    currency: str
    count: int
    amount: int


def list_totals(session: Session) -> list[PurchaseTotal]:
    """Totals of all purchases, read from one index."""
    key = col(Purchase.provider), col(Purchase.status), col(Purchase.currency)
    query = select_columns(*key, func.count(), func.sum(col(Purchase.amount))).group_by(*key)
    rows = session.connection().execute(query)
    return [
        PurchaseTotal(provider, status, currency, count, int(amount))
        for provider, status, currency, count, amount in rows
    ]


def count_by_status(totals: Sequence[PurchaseTotal]) -> dict[tuple[str, str], int]:
    """Number of purchases by provider and status; every pair is present."""
    counts = {(str(provider), str(status)): 0 for provider in Provider for status in PurchaseStatus}
    for total in totals:
        counts[total.provider, total.status] = counts.get((total.provider, total.status), 0) + total.count
    return counts


def sum_revenue(totals: Sequence[PurchaseTotal]) -> dict[str, int]:
    """All-time revenue, in minor units of each currency."""
    revenue: Counter[str] = Counter()
    for total in totals:
        if total.status == PurchaseStatus.PAID:
            revenue[total.currency] += total.amount
    return dict(revenue)

"""Purchases and revenue of all tenants, for metrics."""

from collections import Counter
from collections.abc import Sequence

from models.billing.payments import Provider, PurchaseStatus
from models.operations.rollups import PurchaseTotal


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

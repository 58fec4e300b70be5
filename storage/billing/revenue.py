"""Purchases and revenue of all tenants, for metrics."""

from sqlmodel import Session, col, func, select

from models.billing.payments import Provider, Purchase, PurchaseStatus


def count_by_status(session: Session) -> dict[tuple[str, str], int]:
    """Number of purchases by provider and status; every pair is present."""
    grouped = select(Purchase.provider, Purchase.status, func.count()).group_by(
        col(Purchase.provider), col(Purchase.status)
    )
    zeros = {(str(provider), str(status)): 0 for provider in Provider for status in PurchaseStatus}
    return zeros | {(provider, status): count for provider, status, count in session.exec(grouped).all()}


def sum_revenue(session: Session) -> dict[str, int]:
    """All-time revenue, in minor units of each currency."""
    query = select(Purchase.currency, func.sum(Purchase.amount)).where(col(Purchase.status) == PurchaseStatus.PAID)
    return {name: int(total) for name, total in session.exec(query.group_by(col(Purchase.currency))).all()}

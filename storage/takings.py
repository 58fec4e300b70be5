"""Purchases and revenue of all tenants, for metrics."""

from sqlmodel import Session, col, func, select

from models.payments import Provider, Purchase, PurchaseStatus


def by_status(session: Session) -> dict[tuple[str, str], int]:
    """Number of purchases by provider and status; every pair is present."""
    grouped = select(Purchase.provider, Purchase.status, func.count()).group_by(
        col(Purchase.provider), col(Purchase.status)
    )
    none = {(str(provider), str(status)): 0 for provider in Provider for status in PurchaseStatus}
    return none | {(provider, status): count for provider, status, count in session.exec(grouped).all()}


def revenue(session: Session) -> dict[str, int]:
    """All-time revenue, in minor units of each currency."""
    paid = select(Purchase.currency, func.sum(Purchase.amount)).where(col(Purchase.status) == PurchaseStatus.PAID)
    return {name: int(total) for name, total in session.exec(paid.group_by(col(Purchase.currency))).all()}

"""Results of refunds, independent of the payment method, and the notification of the administrator who requested them.

`bots.billing.refunds` refunds payments made by link, `bots.telegram.stars` those made in Stars.
"""

from datetime import datetime, timedelta

from sqlmodel import Session

from bots.core.ways import amount
from models.deliveries import Message, Wording
from models.payments import Purchase, Repayment, RepaymentStatus
from models.people import Address
from storage import outbox, repayments
from storage.outbox import Owed

PATIENCE = timedelta(seconds=30)  # until the next attempt when a provider does not respond


def done(session: Session, row: Repayment, now: datetime) -> None:
    """Mark a refund as accepted by the provider."""
    if repayments.decide(session, row, RepaymentStatus.DONE, now):
        _tell(session, row, "admin-refund-done", now)


def refused(session: Session, row: Repayment, reason: str, now: datetime) -> None:
    """Mark a refund as refused, with the provider's own reason."""
    if repayments.decide(session, row, RepaymentStatus.REFUSED, now, reason):
        _tell(session, row, "admin-refund-refused", now, reason=reason[:200] or "?")


def later(session: Session, row: Repayment, now: datetime) -> None:
    repayments.put_off(session, row, now + PATIENCE)


def _tell(session: Session, row: Repayment, key: str, now: datetime, **values: str) -> None:
    purchase = session.get_one(Purchase, row.purchase_id)
    money = amount(row.amount, purchase.currency)
    told = Wording(key=key, values={"code": purchase.short, **values}, inner=money)
    owed = Owed(Message(paragraphs=(told,)), f"repayment:{row.id}")
    outbox.owe(session, session.get_one(Address, row.address_id), row.asked_by_id, owed, now)

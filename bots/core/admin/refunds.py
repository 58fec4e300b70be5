"""Results of refunds, independent of the payment method, and the notification of the administrator who requested them.

`bots.billing.refunds` refunds payments made by link, `bots.telegram.stars` those made in Stars.
"""

from datetime import datetime, timedelta

from sqlmodel import Session

from bots.core.conversation.payment_methods import amount_text_for
from models.billing.payments import Purchase, Repayment, RepaymentStatus
from models.identity.people import Address
from models.messaging.deliveries import Message, TranslatedText
from storage.billing import refunds
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage

RETRY_DELAY = timedelta(seconds=30)  # until the next attempt when a provider does not respond


def mark_done(session: Session, repayment: Repayment, now: datetime) -> None:
    """Mark a refund as accepted by the provider."""
    if refunds.finish(session, repayment, RepaymentStatus.DONE, now):
        _notify_requester(session, repayment, "admin-refund-done", now)


def mark_refused(session: Session, repayment: Repayment, reason: str, now: datetime) -> None:
    """Mark a refund as refused, with the provider's own reason."""
    if refunds.finish(session, repayment, RepaymentStatus.REJECTED, now, reason):
        _notify_requester(session, repayment, "admin-refund-refused", now, reason=reason[:200] or "?")


def postpone(session: Session, repayment: Repayment, now: datetime) -> None:
    refunds.postpone(session, repayment, now + RETRY_DELAY)


def _notify_requester(session: Session, repayment: Repayment, key: str, now: datetime, **values: str) -> None:
    purchase = session.get_one(Purchase, repayment.purchase_id)
    money = amount_text_for(repayment.amount, purchase.currency)
    text = TranslatedText(key=key, values={"code": purchase.short_id, **values}, inner=money)
    outbox_message = OutboxMessage(Message(paragraphs=(text,)), f"repayment:{repayment.id}")
    outbox.enqueue(session, session.get_one(Address, repayment.address_id), repayment.asked_by_id, outbox_message, now)

"""Messages to users about their payments and plans, as locale keys that are translated on delivery."""

from datetime import datetime

from sqlmodel import Session

from bots.billing.catalogue_check import CatalogueCheck
from bots.core.context import choice_for, text_for
from bots.core.conversation.payment_methods import build_link_message, format_money, format_plan_title
from models.billing.payments import Purchase, Subscription
from models.identity.people import Address, Person
from models.messaging.deliveries import Message, TranslatedChoice, TranslatedText
from storage.billing import purchases
from storage.billing.subscriptions import GRACE_PERIOD
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage

ChoiceRows = tuple[tuple[TranslatedChoice, ...], ...]
PLANS_CHOICES: ChoiceRows = ((choice_for("plans", "choice-plans"),),)
BILLING_CHOICES: ChoiceRows = ((choice_for("billing", "choice-billing"),),)


def notify_buyer(
    session: Session, purchase: Purchase, part: str, message: Message, now: datetime, *, cause: str = ""
) -> None:
    """Enqueue a message to the chat a purchase was made in; each `part` is sent once."""
    address = session.get_one(Address, purchase.address_id)
    outbox_message = OutboxMessage(message, cause or f"purchase:{purchase.id}", part)
    outbox.enqueue(session, address, purchase.person_id, outbox_message, now)


def notify_subscriber(
    session: Session, person: Person, subscription: Subscription, part: str, message: Message, now: datetime
) -> None:
    """Enqueue a message to a user about their plan; nothing when the user has no address."""
    address = purchases.address_of(session, person)
    if address is not None:
        outbox.enqueue(
            session, address, person.id, OutboxMessage(message, f"subscription:{subscription.id}", part), now
        )


def build_link_ready(purchase: Purchase) -> Message:
    return build_link_message(purchase, edits_delivery=purchase.delivery_id)


def build_link_replaced(purchase: Purchase, key: str) -> Message:
    """Replace the link's message by the reason why it is gone (`key`) and a button for a new one."""
    new_link = ((choice_for(f"buy:{purchase.item}", "choice-new-link"),),)
    return Message(paragraphs=(text_for(key),), choices=new_link, edits_delivery=purchase.delivery_id)


def build_payment_pending(purchase: Purchase) -> Message:
    return Message(paragraphs=(text_for("payment-pending", price=format_money(purchase.amount, purchase.currency)),))


def build_payment_failed(purchase: Purchase) -> Message:
    new_link = ((choice_for(f"buy:{purchase.item}", "choice-new-link"),),)
    return Message(paragraphs=(text_for("payment-failed"),), choices=new_link)


def build_credits_arrived(credits_: int, total: int, debt: int) -> Message:
    return Message(paragraphs=(text_for("credits-arrived", credits=credits_, total=total), *_build_debt(debt)))


def build_payment_refunded(purchase: Purchase, credits_: int, total: int, debt: int) -> Message:
    paid = format_money(purchase.amount, purchase.currency)
    return _build_credits_changed("payment-refunded", paid, credits_, total, debt)


def build_payment_disputed(purchase: Purchase, credits_: int, total: int, debt: int) -> Message:
    paid = format_money(purchase.amount, purchase.currency)
    return _build_credits_changed("payment-disputed", paid, credits_, total, debt)


def build_payment_restored(purchase: Purchase, credits_: int, total: int, debt: int) -> Message:
    paid = format_money(purchase.amount, purchase.currency)
    return _build_credits_changed("payment-restored", paid, credits_, total, debt)


def _build_credits_changed(key: str, paid: str, credits_: int, total: int, debt: int) -> Message:
    return Message(paragraphs=(text_for(key, price=paid, credits=credits_, total=total), *_build_debt(debt)))


def _build_debt(debt: int) -> tuple[TranslatedText, ...]:
    return (text_for("debt-left", debt=debt),) if debt else ()


def build_plan_paid(key: str, subscription: Subscription, credits_: int) -> Message:
    """`key` is `plan-began`, `plan-renewed` or `plan-changed`."""
    ends = f"{subscription.period_end:%Y-%m-%d}"
    return Message(
        paragraphs=(text_for(key, plan=format_plan_title(subscription.plan), credits=credits_, returns=ends),)
    )


def build_plan_unpaid(subscription: Subscription) -> Message:
    until = (subscription.past_due_since or subscription.seen_at) + GRACE_PERIOD
    text = text_for("plan-unpaid", plan=format_plan_title(subscription.plan), returns=f"{until:%Y-%m-%d}")
    return Message(paragraphs=(text,), choices=BILLING_CHOICES)


def build_plan_paused(subscription: Subscription) -> Message:
    return Message(
        paragraphs=(text_for("plan-paused", plan=format_plan_title(subscription.plan)),), choices=BILLING_CHOICES
    )


def build_plan_cancels(subscription: Subscription) -> Message:
    ends = f"{subscription.period_end:%Y-%m-%d}"
    return Message(
        paragraphs=(text_for("plan-cancels", plan=format_plan_title(subscription.plan), returns=ends),),
        choices=BILLING_CHOICES,
    )


def build_plan_ended(plan: str) -> Message:
    return Message(paragraphs=(text_for("plan-ended", plan=format_plan_title(plan)),), choices=PLANS_CHOICES)


def build_portal_ready(url: str, delivery: int) -> Message:
    button = TranslatedChoice(data="portal", label=text_for("choice-portal"), url=url)
    return Message(paragraphs=(text_for("portal-ready"),), choices=((button,),), edits_delivery=delivery)


def build_portal_unavailable(key: str, delivery: int) -> Message:
    return Message(paragraphs=(text_for(key),), edits_delivery=delivery)


def build_price_check(check: CatalogueCheck, delivery: int) -> Message:
    """List how the provider's prices differ from the price file."""
    lines = [text_for("admin-price-missing", name=key) for key in check.missing]
    lines += [text_for("admin-price-wrong", name=key) for key in check.mismatched]
    lines += [text_for("admin-price-portal", currency=currency.upper()) for currency in check.currencies_without_portal]
    paragraphs = (
        [*lines, text_for("admin-price-sync")] if lines else [text_for("admin-price-well", count=len(check.expected))]
    )
    return Message(paragraphs=tuple(paragraphs), edits_delivery=delivery)


def build_drift_alert(count: int) -> Message:
    return Message(paragraphs=(text_for("billing-drift", count=count),))


def build_drift_resolved() -> Message:
    return Message(paragraphs=(text_for("billing-well"),))

"""Messages to users about their payments and plans, as locale keys that are translated on delivery."""

from datetime import datetime

from sqlmodel import Session

from bots.billing.checkup import Checkup
from bots.core.visit import choice, word
from bots.core.ways import link, money, title
from models.deliveries import ChoiceWording, Message, Wording
from models.payments import Purchase, Subscription
from models.people import Address, Person
from storage import outbox, purchases
from storage.outbox import Owed
from storage.subscriptions import GRACE

Rows = tuple[tuple[ChoiceWording, ...], ...]
PLANS: Rows = ((choice("plans", "choice-plans"),),)
BILLING: Rows = ((choice("billing", "choice-billing"),),)


def tell_buyer(
    session: Session, purchase: Purchase, part: str, message: Message, now: datetime, *, cause: str = ""
) -> None:
    """Enqueue a message to the chat a purchase was made in; each `part` is sent once."""
    address = session.get_one(Address, purchase.address_id)
    owed = Owed(message, cause or f"purchase:{purchase.id}", part)
    outbox.owe(session, address, purchase.person_id, owed, now)


def tell_subscriber(
    session: Session, person: Person, subscription: Subscription, part: str, message: Message, now: datetime
) -> None:
    """Enqueue a message to a user about their plan; nothing when the user has no address."""
    address = purchases.address_of(session, person)
    if address is not None:
        outbox.owe(session, address, person.id, Owed(message, f"subscription:{subscription.id}", part), now)


def linked(purchase: Purchase) -> Message:
    return link(purchase, edits_delivery=purchase.delivery_id)


def renewable(purchase: Purchase, key: str) -> Message:
    """Replace the link's message by the reason why it is gone (`key`) and a button for a new one."""
    again = ((choice(f"buy:{purchase.item}", "choice-new-link"),),)
    return Message(paragraphs=(word(key),), choices=again, edits_delivery=purchase.delivery_id)


def pending(purchase: Purchase) -> Message:
    return Message(paragraphs=(word("payment-pending", price=money(purchase.amount, purchase.currency)),))


def failed(purchase: Purchase) -> Message:
    again = ((choice(f"buy:{purchase.item}", "choice-new-link"),),)
    return Message(paragraphs=(word("payment-failed"),), choices=again)


def arrived(credits_: int, total: int, debt: int) -> Message:
    return Message(paragraphs=(word("credits-arrived", credits=credits_, total=total), *_owed(debt)))


def refunded(purchase: Purchase, credits_: int, total: int, debt: int) -> Message:
    paid = money(purchase.amount, purchase.currency)
    return _moved("payment-refunded", paid, credits_, total, debt)


def disputed(purchase: Purchase, credits_: int, total: int, debt: int) -> Message:
    paid = money(purchase.amount, purchase.currency)
    return _moved("payment-disputed", paid, credits_, total, debt)


def restored(purchase: Purchase, credits_: int, total: int, debt: int) -> Message:
    paid = money(purchase.amount, purchase.currency)
    return _moved("payment-restored", paid, credits_, total, debt)


def _moved(key: str, paid: str, credits_: int, total: int, debt: int) -> Message:
    return Message(paragraphs=(word(key, price=paid, credits=credits_, total=total), *_owed(debt)))


def _owed(debt: int) -> tuple[Wording, ...]:
    return (word("debt-left", debt=debt),) if debt else ()


def plan_paid(key: str, subscription: Subscription, credits_: int) -> Message:
    """`key` is `plan-began`, `plan-renewed` or `plan-changed`."""
    ends = f"{subscription.period_end:%Y-%m-%d}"
    return Message(paragraphs=(word(key, plan=title(subscription.plan), credits=credits_, returns=ends),))


def plan_unpaid(subscription: Subscription) -> Message:
    until = (subscription.past_due_since or subscription.seen_at) + GRACE
    told = word("plan-unpaid", plan=title(subscription.plan), returns=f"{until:%Y-%m-%d}")
    return Message(paragraphs=(told,), choices=BILLING)


def plan_paused(subscription: Subscription) -> Message:
    return Message(paragraphs=(word("plan-paused", plan=title(subscription.plan)),), choices=BILLING)


def plan_cancels(subscription: Subscription) -> Message:
    ends = f"{subscription.period_end:%Y-%m-%d}"
    return Message(paragraphs=(word("plan-cancels", plan=title(subscription.plan), returns=ends),), choices=BILLING)


def plan_ended(plan: str) -> Message:
    return Message(paragraphs=(word("plan-ended", plan=title(plan)),), choices=PLANS)


def portal(url: str, delivery: int) -> Message:
    button = ChoiceWording(data="portal", label=word("choice-portal"), url=url)
    return Message(paragraphs=(word("portal-ready"),), choices=((button,),), edits_delivery=delivery)


def no_portal(key: str, delivery: int) -> Message:
    return Message(paragraphs=(word(key),), edits_delivery=delivery)


def compared(found: Checkup, delivery: int) -> Message:
    """List how the provider's prices differ from the price file."""
    lines = [word("admin-price-missing", name=key) for key in found.missing]
    lines += [word("admin-price-wrong", name=key) for key in found.wrong]
    lines += [word("admin-price-portal", currency=currency.upper()) for currency in found.portals]
    told = [*lines, word("admin-price-sync")] if lines else [word("admin-price-well", count=len(found.wanted))]
    return Message(paragraphs=tuple(told), edits_delivery=delivery)


def drifted(count: int) -> Message:
    return Message(paragraphs=(word("billing-drift", count=count),))


def in_line() -> Message:
    return Message(paragraphs=(word("billing-well"),))

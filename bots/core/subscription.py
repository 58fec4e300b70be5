"""Commands about a subscription: its status, the link to the customer portal, and extra credits beyond the plan."""

import uuid

from bots.core.menus import marked
from bots.core.shop import doors, in_private
from bots.core.till import PortalWish
from bots.core.visit import Outcome, Reply, Visit, choice, say, word
from bots.core.ways import money, title
from models.deliveries import Message, Wording
from models.payments import Provider, Subscription
from pipeline.service import Pipeline
from storage import basket, customers, outbox, overages
from storage.outbox import Owed


@in_private
def billing(pipeline: Pipeline, visit: Visit, outcome: Outcome, _argument: str) -> None:
    """Show the status of the subscription, and a link to change it."""
    if Provider.STRIPE not in visit.providers or customers.customer_of(visit.session, visit.person) is None:
        message = Message(paragraphs=(word("billing-nothing"),), choices=doors(pipeline, visit))
        outcome.replies.append(Reply(message))
        return
    subscription = basket.subscription_of(visit.session, visit.person)
    if subscription is not None:
        _owe(visit, _standing(pipeline, visit, subscription), "plan")
    delivery = _owe(visit, Message(paragraphs=(word("portal-preparing"),)), "portal")
    outcome.portals.append(PortalWish(visit.person.id, delivery))


def _owe(visit: Visit, message: Message, part: str) -> int:
    cause = f"billing:{visit.account.id}:{visit.inbound.updates[0]}"
    return outbox.owe(visit.session, visit.address, visit.person.id, Owed(message, cause, part), visit.now)


def _standing(pipeline: Pipeline, visit: Visit, subscription: Subscription) -> Message:
    ends = f"{subscription.period_end:%Y-%m-%d}"
    key = "billing-ends" if subscription.cancels else "billing-renews"
    paragraphs = [word(key, plan=title(subscription.plan), returns=ends)]
    if subscription.past_due_since is not None:
        paragraphs.append(word("billing-past-due"))
    paragraphs.append(word("billing-cancel"))
    if not (price := _extra_price(pipeline, subscription)):
        return Message(paragraphs=tuple(paragraphs))
    paragraphs.append(_extra(subscription))
    paragraphs += _used(visit, subscription, price)
    return Message(paragraphs=tuple(paragraphs), choices=((choice("extra", "choice-extra"),),))


def _extra(subscription: Subscription) -> Wording:
    return word("extra-on", cap=subscription.overage_cap) if subscription.overage_cap else word("extra-off")


def _used(visit: Visit, subscription: Subscription, price: int) -> list[Wording]:
    """Describe the extra credits used since the last invoice, if any."""
    used = overages.lent(visit.session, subscription)
    return [word("extra-used", credits=used, price=money(used * price, subscription.currency))] if used else []


def _extra_price(pipeline: Pipeline, subscription: Subscription) -> int | None:
    """The price of an extra credit, in minor units; None where the plan has none."""
    return pipeline.access.catalogue.extra_price(subscription.plan, subscription.currency)


@in_private
def extra(pipeline: Pipeline, visit: Visit, outcome: Outcome, argument: str) -> None:
    """Show or set the cap on extra credits: an empty argument shows it, `200` sets it. It is off by default."""
    subscription = basket.subscription_of(visit.session, visit.person)
    price = _extra_price(pipeline, subscription) if subscription else None
    if subscription is None or price is None:
        outcome.replies.append(say("extra-none"))
        return
    caps = pipeline.access.catalogue.extra_caps
    if argument.isdecimal() and int(argument[:9]) in (0, *caps):
        subscription.overage_cap = int(argument)
    outcome.replies.append(Reply(_extra_menu(visit, subscription, price, caps)))


def _extra_menu(visit: Visit, subscription: Subscription, price: int, caps: tuple[int, ...]) -> Message:
    offered = [(0, choice("extra:0", "choice-extra-off"))]
    offered += [(cap, choice(f"extra:{cap}", "choice-extra-cap", cap=cap)) for cap in caps]
    rows = tuple((marked(label, is_chosen=cap == subscription.overage_cap),) for cap, label in offered)
    about = word("extra-about", price=money(price, subscription.currency))
    return Message(paragraphs=(about, _extra(subscription)), choices=rows, edits=visit.inbound.message)


def lent(visit: Visit, job_id: uuid.UUID) -> list[Reply]:
    """Build the notice of a job's extra credits, shown at its submission; in groups they appear only on the invoice."""
    row = None if visit.inbound.in_group else overages.of_job(visit.session, job_id)
    plan = visit.session.get(Subscription, row.subscription_id) if row else None
    if row is None or plan is None:
        return []
    return [say("extra-lent", credits=row.credits, price=money(row.amount, plan.currency))]

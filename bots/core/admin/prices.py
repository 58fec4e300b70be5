"""`/price`: what the price file says, and whether the payment provider agrees."""

from bots.core.admin.answers import tell
from bots.core.roles import Command, Role
from bots.core.till import PriceWish
from bots.core.visit import Outcome, Visit, word
from bots.core.ways import amount
from models.catalogue import Catalogue
from models.deliveries import Message, Wording
from models.payments import Provider
from pipeline.service import Pipeline
from storage import outbox
from storage.outbox import Owed


def price(pipeline: Pipeline, visit: Visit, outcome: Outcome, _arguments: str) -> None:
    """All that is sold; what differs at the provider is looked up after the commit, in a message of its own."""
    catalogue = pipeline.access.catalogue
    lines = (*_plans(catalogue), *_items(catalogue), word("price-hint"))
    if Provider.STRIPE not in visit.providers:
        tell(outcome, *lines, word("admin-price-unsold"))
        return
    _owe(visit, Message(paragraphs=lines), "list")
    delivery = _owe(visit, Message(paragraphs=(word("admin-price-comparing"),)), "compared")
    outcome.checks.append(PriceWish(visit.person.id, delivery))


def _owe(visit: Visit, message: Message, part: str) -> int:
    cause = f"price:{visit.account.id}:{visit.inbound.updates[0]}"
    return outbox.owe(visit.session, visit.address, visit.person.id, Owed(message, cause, part), visit.now)


def _plans(catalogue: Catalogue) -> list[Wording]:
    """What each plan lets people do."""
    return [
        word("admin-price-plan", name=name, monthly=plan.credits, seconds=round(plan.longest), limit=plan.waiting)
        for name, plan in catalogue.plans.items()
        if plan.metered
    ]


def _items(catalogue: Catalogue) -> list[Wording]:
    return [
        Wording(
            key="admin-price-item", values={"item": item.name, "credits": item.credits}, inner=amount(minor, currency)
        )
        for item in catalogue.items()
        for currency, minor in item.prices.items()
    ]


COMMANDS = (Command("price", price, Role.ADMIN),)

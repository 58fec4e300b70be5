"""`/price`: the price catalogue, compared with the payment provider's prices."""

from bots.core.admin.replies import add_reply
from bots.core.context import Context, HandlerResult, text_for
from bots.core.conversation.payment_links import PriceRequest
from bots.core.conversation.payment_methods import amount_text_for
from bots.core.conversation.shop import build_price_hints
from bots.core.roles import Command
from models.billing.catalogue import Catalogue
from models.billing.payments import Provider
from models.identity.roles import Role
from models.messaging.deliveries import Message, TranslatedText
from pipeline import Pipeline
from storage.messaging.outbox import OutboxMessage


def price(pipeline: Pipeline, context: Context, result: HandlerResult, _arguments: str) -> None:
    """List all that is sold; differences at the provider are looked up after the commit, in a second message."""
    catalogue = pipeline.entitlements.catalogue
    lines = (*_describe_plans(catalogue), *_describe_items(catalogue), *build_price_hints(pipeline))
    if Provider.STRIPE not in context.providers:
        add_reply(result, *lines, text_for("admin-price-unsold"))
        return
    _enqueue(context, Message(paragraphs=lines), "list")
    delivery = _enqueue(context, Message(paragraphs=(text_for("admin-price-comparing"),)), "compared")
    result.price_requests.append(PriceRequest(context.person.id, delivery))


def _enqueue(context: Context, message: Message, part: str) -> int:
    cause = f"price:{context.account.id}:{context.inbound.update_ids[0]}"
    return context.enqueue(OutboxMessage(message, cause, part))


def _describe_plans(catalogue: Catalogue) -> list[TranslatedText]:
    """Limits of each plan."""
    return [
        text_for("admin-price-plan", name=name, monthly=plan.credits, seconds=round(plan.longest), limit=plan.waiting)
        for name, plan in catalogue.plans.items()
        if plan.metered
    ]


def _describe_items(catalogue: Catalogue) -> list[TranslatedText]:
    return [
        TranslatedText(
            key="admin-price-item",
            values={"item": item.name, "credits": item.credits},
            inner=amount_text_for(minor, currency),
        )
        for item in catalogue.list_items()
        for currency, minor in item.prices.items()
    ]


COMMANDS = (Command("price", price, Role.ADMIN),)

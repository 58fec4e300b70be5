"""Commands about a subscription: its status, the link to the customer portal, and extra credits beyond the plan."""

import uuid
from collections.abc import Iterable

from bots.core.context import Context, HandlerResult, Reply, choice_for, reply_for, text_for
from bots.core.conversation.menus import mark_chosen
from bots.core.conversation.payment_links import PortalRequest
from bots.core.conversation.payment_methods import format_money, format_plan_title
from bots.core.conversation.shop import build_shop_choices, require_private_chat
from models.billing.payments import Provider, Subscription
from models.messaging.deliveries import Message, TranslatedText
from pipeline import Pipeline
from storage.billing import customers, open_purchases, overages
from storage.messaging.outbox import OutboxMessage


@require_private_chat
def billing(pipeline: Pipeline, context: Context, result: HandlerResult, _argument: str) -> None:
    """Show the status of the subscription, and a link to change it."""
    if Provider.STRIPE not in context.providers or customers.customer_of(context.session, context.person) is None:
        message = Message(paragraphs=(text_for("billing-nothing"),), choices=build_shop_choices(pipeline, context))
        result.replies.append(Reply(message))
        return
    subscription = open_purchases.subscription_of(context.session, context.person)
    if subscription is not None:
        _enqueue(context, _describe_subscription(pipeline, context, subscription), "plan")
    delivery = _enqueue(context, Message(paragraphs=(text_for("portal-preparing"),)), "portal")
    result.portal_requests.append(PortalRequest(context.person.id, delivery))


def _enqueue(context: Context, message: Message, part: str) -> int:
    cause = f"billing:{context.account.id}:{context.inbound.update_ids[0]}"
    return context.enqueue(OutboxMessage(message, cause, part))


def _describe_subscription(pipeline: Pipeline, context: Context, subscription: Subscription) -> Message:
    end_date = f"{subscription.period_end:%Y-%m-%d}"
    key = "billing-ends" if subscription.cancels else "billing-renews"
    paragraphs = [text_for(key, plan=format_plan_title(subscription.plan), returns=end_date)]
    if subscription.past_due_since is not None:
        paragraphs.append(text_for("billing-past-due"))
    paragraphs.append(text_for("billing-cancel"))
    if not (price := _extra_price_of(pipeline, subscription)):
        return Message(paragraphs=tuple(paragraphs))
    paragraphs.append(_describe_extra_cap(subscription))
    paragraphs += _describe_extra_usage(context, subscription, price)
    return Message(paragraphs=tuple(paragraphs), choices=((choice_for("extra", "choice-extra"),),))


def _describe_extra_cap(subscription: Subscription) -> TranslatedText:
    return text_for("extra-on", cap=subscription.overage_cap) if subscription.overage_cap else text_for("extra-off")


def _describe_extra_usage(context: Context, subscription: Subscription, price: int) -> list[TranslatedText]:
    """Describe the extra credits used since the last invoice, if any."""
    used = overages.sum_period_credits(context.session, subscription)
    return (
        [text_for("extra-used", credits=used, price=format_money(used * price, subscription.currency))] if used else []
    )


def _extra_price_of(pipeline: Pipeline, subscription: Subscription) -> int | None:
    """The price of an extra credit, in minor units; None where the plan has none."""
    return pipeline.entitlements.catalogue.extra_price_of(subscription.plan, subscription.currency)


@require_private_chat
def handle_extra_credits(pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    """Show or set the cap on extra credits: an empty argument shows it, `200` sets it. It is off by default."""
    subscription = open_purchases.subscription_of(context.session, context.person)
    price = _extra_price_of(pipeline, subscription) if subscription else None
    if subscription is None or price is None:
        result.replies.append(reply_for("extra-none"))
        return
    caps = pipeline.entitlements.catalogue.extra_caps
    if (cap := _parse_cap(argument, caps)) is not None:
        subscription.overage_cap = cap
    result.replies.append(Reply(_build_extra_menu(context, subscription, price, caps)))


def _parse_cap(argument: str, caps: Iterable[int]) -> int | None:
    """The cap that an argument names as the buttons do; None for any other text, which may be hostile."""
    return next((cap for cap in (0, *caps) if argument == str(cap)), None)


def _build_extra_menu(context: Context, subscription: Subscription, price: int, caps: tuple[int, ...]) -> Message:
    offered = [(0, choice_for("extra:0", "choice-extra-off"))]
    offered += [(cap, choice_for(f"extra:{cap}", "choice-extra-cap", cap=cap)) for cap in caps]
    rows = tuple((mark_chosen(label, is_chosen=cap == subscription.overage_cap),) for cap, label in offered)
    explanation = text_for("extra-about", price=format_money(price, subscription.currency))
    return Message(
        paragraphs=(explanation, _describe_extra_cap(subscription)), choices=rows, edits=context.inbound.message_id
    )


def build_overage_replies(context: Context, job_id: uuid.UUID) -> list[Reply]:
    """Build the notice of a job's extra credits, shown at its submission; in groups they appear only on the invoice."""
    overage = None if context.inbound.is_group else overages.find_for_job(context.session, job_id)
    plan = context.session.get(Subscription, overage.subscription_id) if overage else None
    if overage is None or plan is None:
        return []
    return [reply_for("extra-lent", credits=overage.credits, price=format_money(overage.amount, plan.currency))]

"""Purchases in the conversation: the offers, and the choice of one. No payment provider is called here."""

from collections.abc import Callable

from bots.core.context import Context, HandlerResult, Reply, choice_for, reply_for, text_for
from bots.core.conversation.payment_methods import LINKS, PAYMENT_METHODS, STARS, PaymentMethod, format_plan_title
from models.billing.catalogue import Catalogue
from models.billing.plans import OWNER_PLAN
from models.errors import AppError, ErrorCode
from models.messaging.deliveries import Message, TranslatedChoice, TranslatedText
from pipeline import Pipeline, list_kinds
from storage.billing import open_purchases

PurchaseHandler = Callable[[Pipeline, Context, HandlerResult, str], None]


def require_private_chat(handler: PurchaseHandler) -> PurchaseHandler:
    """Restrict a handler to private chats: money is not mentioned in groups."""

    def wrapper(pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
        if context.inbound.is_group:
            result.replies.append(reply_for("money-in-private"))
        else:
            handler(pipeline, context, result, argument)

    return wrapper


@require_private_chat
def plans(pipeline: Pipeline, context: Context, result: HandlerResult, _argument: str) -> None:
    """Show the offers, each as a button with its price."""
    catalogue = pipeline.entitlements.catalogue
    rows = build_offers(catalogue, context)
    if not rows:
        result.replies.append(reply_for("shop-closed"))
        return
    current = text_for("plans-current", plan=format_plan_title(plan_of(context)))
    result.replies.append(
        Reply(Message(paragraphs=(text_for("plans"), current, *build_price_hints(pipeline)), choices=rows))
    )


def build_price_hints(pipeline: Pipeline) -> tuple[TranslatedText, ...]:
    """What jobs cost: those of most kinds, those of each kind with a price of its own, and corrections."""
    catalogue = pipeline.entitlements.catalogue
    offered = (kind for kind in list_kinds() if kind.name in catalogue.prices and pipeline.is_offered(kind))
    own = (text_for(f"{kind.name}-price") for kind in offered)
    corrections = (text_for("corrections-price"),) if catalogue.corrections.prices else ()
    return (text_for("price-hint"), *own, *corrections)


def build_offers(catalogue: Catalogue, context: Context) -> tuple[tuple[TranslatedChoice, ...], ...]:
    """Build a button for each item and payment method available to this user."""
    methods = [method for method in PAYMENT_METHODS.values() if method.provider in context.providers]
    found = (method.build_offer(catalogue, context, item) for item in catalogue.list_items() for method in methods)
    return tuple((offer,) for offer in found if offer is not None)


def plan_of(context: Context) -> str:
    return OWNER_PLAN if context.is_admin else context.person.plan


@require_private_chat
def buy(pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    """Buy an item through a payment link."""
    _request_payment(LINKS, pipeline, context, result, argument)


@require_private_chat
def buy_with_stars(pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    """Buy an item with Telegram Stars."""
    _request_payment(STARS, pipeline, context, result, argument)


def _request_payment(
    method: PaymentMethod, pipeline: Pipeline, context: Context, result: HandlerResult, argument: str
) -> None:
    catalogue = pipeline.entitlements.catalogue
    item = catalogue.find_item(argument)
    is_sold = (
        item is not None
        and method.provider in context.providers
        and method.build_offer(catalogue, context, item) is not None
    )
    if item is None or not is_sold:
        result.replies.append(_build_gone_reply(catalogue, context))
        return
    open_purchases.lock_person(context.session, context.person)
    method.request_payment(catalogue, context, result, item)


def _build_gone_reply(catalogue: Catalogue, context: Context) -> Reply:
    """Build the reply to an offer that is no longer available, with the present offers."""
    rows = build_offers(catalogue, context)
    return Reply(Message(paragraphs=(text_for("offer-gone" if rows else "shop-closed"),), choices=rows))


def build_shop_choices(pipeline: Pipeline, context: Context) -> tuple[tuple[TranslatedChoice, ...], ...]:
    """Build the button that shows the offers; empty where there are none."""
    has_offers = not context.inbound.is_group and bool(build_offers(pipeline.entitlements.catalogue, context))
    return ((choice_for("plans", "choice-plans"),),) if has_offers else ()


def add_purchase_choices(pipeline: Pipeline, context: Context, error: AppError, message: Message) -> Message:
    """Add the button for the offers to a refusal that a purchase would resolve. Groups see nothing about credits."""
    if error.code not in PURCHASE_CHECKS:
        return message
    if context.inbound.is_group:
        return message.model_copy(update={"paragraphs": _hide_credits(error, message.paragraphs)})
    if not PURCHASE_CHECKS[error.code](pipeline, context):
        return message
    return message.model_copy(update={"choices": build_shop_choices(pipeline, context)})


def _hide_credits(error: AppError, paragraphs: tuple[TranslatedText, ...]) -> tuple[TranslatedText, ...]:
    if error.code not in {ErrorCode.NOT_ENOUGH_CREDITS, ErrorCode.DEBT}:
        return paragraphs
    return (text_for("money-in-private"), *paragraphs[1:])


def _can_always_help(_pipeline: Pipeline, _context: Context) -> bool:
    return True


def _plan_check_for(is_better: Callable[[Catalogue, str, str], bool]) -> Callable[[Pipeline, Context], bool]:
    """Build a check whether one of the plans on offer is better than the user's own."""

    def can_help(pipeline: Pipeline, context: Context) -> bool:
        catalogue, own = pipeline.entitlements.catalogue, plan_of(context)
        return any(item.plan is not None and is_better(catalogue, item.plan, own) for item in catalogue.list_items())

    return can_help


PURCHASE_CHECKS: dict[ErrorCode, Callable[[Pipeline, Context], bool]] = {
    ErrorCode.NOT_ENOUGH_CREDITS: _can_always_help,
    ErrorCode.DEBT: _can_always_help,
    ErrorCode.PLAN_LIMIT: _plan_check_for(
        lambda catalogue, plan, own: catalogue.get_plan(plan).longest > catalogue.get_plan(own).longest
    ),
    ErrorCode.PLAN_SIZE: _plan_check_for(
        lambda catalogue, plan, own: catalogue.get_plan(plan).byte_limit > catalogue.get_plan(own).byte_limit
    ),
    ErrorCode.PLAN_STORAGE: _plan_check_for(
        lambda catalogue, plan, own: catalogue.get_plan(plan).stored_limit > catalogue.get_plan(own).stored_limit
    ),
    ErrorCode.PLAN_LANGUAGE: _plan_check_for(lambda catalogue, plan, _own: catalogue.get_plan(plan).languages is None),
    ErrorCode.TOO_MANY_WAITING: _plan_check_for(
        lambda catalogue, plan, own: catalogue.get_plan(plan).waiting > catalogue.get_plan(own).waiting
    ),
}

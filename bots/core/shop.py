"""Purchases in the conversation: the offers, and the choice of one. No payment provider is called here."""

from collections.abc import Callable

from bots.core.visit import Outcome, Reply, Visit, choice, say, word
from bots.core.ways import LINKS, STARS, WAYS, Way, title
from models.catalogue import OWNER, Catalogue
from models.deliveries import ChoiceWording, Message, Wording
from models.errors import AppError, Code
from pipeline.service import Pipeline
from storage import basket

Handler = Callable[[Pipeline, Visit, Outcome, str], None]


def in_private(handler: Handler) -> Handler:
    """Restrict a handler to private chats: money is not mentioned in groups."""

    def guarded(pipeline: Pipeline, visit: Visit, outcome: Outcome, argument: str) -> None:
        if visit.inbound.in_group:
            outcome.replies.append(say("money-in-private"))
        else:
            handler(pipeline, visit, outcome, argument)

    return guarded


@in_private
def plans(pipeline: Pipeline, visit: Visit, outcome: Outcome, _argument: str) -> None:
    """Show the offers, each as a button with its price."""
    rows = offers(pipeline.access.catalogue, visit)
    if not rows:
        outcome.replies.append(say("shop-closed"))
        return
    current = word("plans-current", plan=title(own_plan(visit)))
    outcome.replies.append(Reply(Message(paragraphs=(word("plans"), current, word("price-hint")), choices=rows)))


def offers(catalogue: Catalogue, visit: Visit) -> tuple[tuple[ChoiceWording, ...], ...]:
    """Build a button for each item and payment method available to this user."""
    ways = [way for way in WAYS.values() if way.provider in visit.providers]
    found = (way.offer(catalogue, visit, item) for item in catalogue.items() for way in ways)
    return tuple((offer,) for offer in found if offer is not None)


def own_plan(visit: Visit) -> str:
    return OWNER if visit.is_admin else visit.person.plan


@in_private
def buy(pipeline: Pipeline, visit: Visit, outcome: Outcome, argument: str) -> None:
    """Buy an item through a payment link."""
    _pay(LINKS, pipeline, visit, outcome, argument)


@in_private
def star(pipeline: Pipeline, visit: Visit, outcome: Outcome, argument: str) -> None:
    """Buy an item with Telegram Stars."""
    _pay(STARS, pipeline, visit, outcome, argument)


def _pay(way: Way, pipeline: Pipeline, visit: Visit, outcome: Outcome, argument: str) -> None:
    catalogue = pipeline.access.catalogue
    item = catalogue.item(argument)
    is_sold = item is not None and way.provider in visit.providers and way.offer(catalogue, visit, item) is not None
    if item is None or not is_sold:
        outcome.replies.append(_gone(catalogue, visit))
        return
    basket.hold_still(visit.session, visit.person)
    way.ask(catalogue, visit, outcome, item)


def _gone(catalogue: Catalogue, visit: Visit) -> Reply:
    """Build the reply to an offer that is no longer available, with the present offers."""
    rows = offers(catalogue, visit)
    return Reply(Message(paragraphs=(word("offer-gone" if rows else "shop-closed"),), choices=rows))


def doors(pipeline: Pipeline, visit: Visit) -> tuple[tuple[ChoiceWording, ...], ...]:
    """Build the button that shows the offers; empty where there are none."""
    has_offers = not visit.inbound.in_group and bool(offers(pipeline.access.catalogue, visit))
    return ((choice("plans", "choice-plans"),),) if has_offers else ()


def refused(pipeline: Pipeline, visit: Visit, error: AppError, message: Message) -> Message:
    """Add the button for the offers to a refusal that a purchase would resolve. Groups see nothing about credits."""
    if error.code not in HELPED_BY:
        return message
    if visit.inbound.in_group:
        return message.model_copy(update={"paragraphs": _unspoken(error, message.paragraphs)})
    if not HELPED_BY[error.code](pipeline, visit):
        return message
    return message.model_copy(update={"choices": doors(pipeline, visit)})


def _unspoken(error: AppError, paragraphs: tuple[Wording, ...]) -> tuple[Wording, ...]:
    if error.code not in {Code.NOT_ENOUGH_CREDITS, Code.DEBT}:
        return paragraphs
    return (word("money-in-private"), *paragraphs[1:])


def _always(_pipeline: Pipeline, _visit: Visit) -> bool:
    return True


def _by_a_plan(better: Callable[[Catalogue, str, str], bool]) -> Callable[[Pipeline, Visit], bool]:
    """Build a check whether one of the plans on offer is better than the user's own."""

    def helps(pipeline: Pipeline, visit: Visit) -> bool:
        catalogue, own = pipeline.access.catalogue, own_plan(visit)
        return any(item.plan is not None and better(catalogue, item.plan, own) for item in catalogue.items())

    return helps


HELPED_BY: dict[Code, Callable[[Pipeline, Visit], bool]] = {
    Code.NOT_ENOUGH_CREDITS: _always,
    Code.DEBT: _always,
    Code.PLAN_LIMIT: _by_a_plan(lambda shop, plan, own: shop.plan(plan).longest > shop.plan(own).longest),
    Code.PLAN_SIZE: _by_a_plan(lambda shop, plan, own: shop.plan(plan).most_bytes > shop.plan(own).most_bytes),
    Code.PLAN_LANGUAGE: _by_a_plan(lambda shop, plan, _own: shop.plan(plan).languages is None),
    Code.TOO_MANY_WAITING: _by_a_plan(lambda shop, plan, own: shop.plan(plan).waiting > shop.plan(own).waiting),
}

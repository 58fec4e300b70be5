"""The shop in the conversation: what there is, and what happens when it is chosen. No provider is spoken to here."""

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
    """Money is not spoken of where others read along."""

    def guarded(pipeline: Pipeline, visit: Visit, outcome: Outcome, argument: str) -> None:
        if visit.inbound.in_group:
            outcome.replies.append(say("money-in-private"))
        else:
            handler(pipeline, visit, outcome, argument)

    return guarded


@in_private
def plans(pipeline: Pipeline, visit: Visit, outcome: Outcome, _argument: str) -> None:
    """What can be bought, each with its price on a button."""
    rows = offers(pipeline.access.catalogue, visit)
    if not rows:
        outcome.replies.append(say("shop-closed"))
        return
    current = word("plans-current", plan=title(own_plan(visit)))
    outcome.replies.append(Reply(Message(paragraphs=(word("plans"), current, word("price-hint")), choices=rows)))


def offers(catalogue: Catalogue, visit: Visit) -> tuple[tuple[ChoiceWording, ...], ...]:
    """A button for each thing and way to pay there is for this person."""
    ways = [way for way in WAYS.values() if way.provider in visit.providers]
    found = (way.offer(catalogue, visit, item) for item in catalogue.items() for way in ways)
    return tuple((offer,) for offer in found if offer is not None)


def own_plan(visit: Visit) -> str:
    return OWNER if visit.is_admin else visit.person.plan


@in_private
def buy(pipeline: Pipeline, visit: Visit, outcome: Outcome, argument: str) -> None:
    """Ask for money by a link."""
    _pay(LINKS, pipeline, visit, outcome, argument)


@in_private
def star(pipeline: Pipeline, visit: Visit, outcome: Outcome, argument: str) -> None:
    """Ask for Stars."""
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
    """What was pressed is not sold here any more; what is, is shown."""
    rows = offers(catalogue, visit)
    return Reply(Message(paragraphs=(word("offer-gone" if rows else "shop-closed"),), choices=rows))


def doors(pipeline: Pipeline, visit: Visit) -> tuple[tuple[ChoiceWording, ...], ...]:
    """The way into the shop, where there is something in it."""
    has_offers = not visit.inbound.in_group and bool(offers(pipeline.access.catalogue, visit))
    return ((choice("plans", "choice-plans"),),) if has_offers else ()


def refused(pipeline: Pipeline, visit: Visit, error: AppError, message: Message) -> Message:
    """A refusal with the way out of it, if money is one. In a group nothing is said of credits."""
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
    """Whether one of the plans that are sold goes further than the person's own."""

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

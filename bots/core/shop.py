"""The shop in the conversation: what there is, and what happens when it is chosen. No provider is spoken to here."""

from collections.abc import Callable
from datetime import timedelta

from bots.core.visit import Outcome, Reply, Visit, choice, say, word
from models.catalogue import OWNER, Catalogue, Item
from models.deliveries import ChoiceWording, InvoiceWording, Message, Wording
from models.errors import AppError, Code
from models.payments import Provider, Purchase, PurchaseStatus
from pipeline.service import Pipeline
from storage import basket, outbox
from storage.outbox import Owed

Handler = Callable[[Pipeline, Visit, Outcome, str], None]

STARS = "xtr"
INVOICE_LASTS = timedelta(days=1)


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
    currency = catalogue.currency_of(visit.person.language)
    rows: list[tuple[ChoiceWording, ...]] = []
    for item in catalogue.items():
        if Provider.STRIPE in visit.providers and currency in item.prices:
            rows.append((_offer(item, currency, is_current=item.plan == visit.person.plan),))
        if sells_for_stars(item, visit):
            rows.append((choice(f"star:{item.name}", "offer-stars", credits=item.credits, stars=item.prices[STARS]),))
    return tuple(rows)


def sells_for_stars(item: Item, visit: Visit) -> bool:
    """Packs only: a month of a plan renews itself, which an invoice in a chat does not."""
    return Provider.STARS in visit.providers and STARS in item.prices and item.plan is None


def _offer(item: Item, currency: str, *, is_current: bool) -> ChoiceWording:
    price = money(item.prices[currency], currency)
    if item.plan is None:
        return choice(f"buy:{item.name}", "offer-pack", credits=item.credits, price=price)
    key = "offer-plan-current" if is_current else "offer-plan"
    return choice(f"buy:{item.name}", key, plan=title(item.plan), credits=item.credits, price=price)


def money(amount: int, currency: str) -> str:
    """An amount in minor units as sentences take it for `price`."""
    return f"{amount} {currency}"


def own_plan(visit: Visit) -> str:
    return OWNER if visit.is_admin else visit.person.plan


def title(plan: str) -> str:
    return plan.replace("_", " ").replace("-", " ").title()


@in_private
def buy(pipeline: Pipeline, visit: Visit, outcome: Outcome, argument: str) -> None:
    """Ask for a link to pay something; the one there is already is shown again."""
    catalogue = pipeline.access.catalogue
    item, currency = catalogue.item(argument), catalogue.currency_of(visit.person.language)
    if item is None or currency not in item.prices or Provider.STRIPE not in visit.providers:
        outcome.replies.append(_gone(catalogue, visit))
        return
    basket.hold_still(visit.session, visit.person)
    if item.plan is not None and basket.subscription_of(visit.session, visit.person) is not None:
        outcome.replies.append(Reply(Message(paragraphs=(word("plan-change"),), choices=(_billing(),))))
        return
    wanted = _purchase(visit, item, Provider.STRIPE, currency)
    found = basket.under_way(visit.session, wanted, visit.now)
    if found is None:
        _ask(visit, outcome, wanted)
    elif found.url is None:
        outcome.purchases.append(found.id)
        outcome.replies.append(say("link-still"))
    else:
        outcome.replies.append(Reply(link(found)))


def _ask(visit: Visit, outcome: Outcome, purchase: Purchase) -> None:
    """Promise a link, in a message the till will edit."""
    visit.session.add(purchase)
    visit.session.flush()
    owed = Owed(Message(paragraphs=(word("link-preparing"),)), f"purchase:{purchase.id}", "link")
    purchase.delivery_id = outbox.owe(visit.session, visit.address, visit.person.id, owed, visit.now)
    outcome.purchases.append(purchase.id)


def link(purchase: Purchase, *, edits_delivery: int | None = None) -> Message:
    """A purchase's link as a button."""
    label = word("choice-pay", price=money(purchase.amount, purchase.currency))
    button = ChoiceWording(data="pay", label=label, url=purchase.url)
    return Message(paragraphs=(word("link-ready"),), choices=((button,),), edits_delivery=edits_delivery)


@in_private
def star(pipeline: Pipeline, visit: Visit, outcome: Outcome, argument: str) -> None:
    """Send an invoice in Stars; pressed again, the same purchase is asked for once more."""
    item = pipeline.access.catalogue.item(argument)
    if item is None or not sells_for_stars(item, visit):
        outcome.replies.append(_gone(pipeline.access.catalogue, visit))
        return
    basket.hold_still(visit.session, visit.person)
    wanted = _purchase(visit, item, Provider.STARS, STARS)
    purchase = basket.under_way(visit.session, wanted, visit.now)
    if purchase is None:
        purchase = wanted
        purchase.status, purchase.expires_at = PurchaseStatus.OPEN, visit.now + INVOICE_LASTS
        visit.session.add(purchase)
        visit.session.flush()
    outcome.replies.append(Reply(_invoice(purchase, item)))


def _invoice(purchase: Purchase, item: Item) -> Message:
    name = word("invoice-title", credits=item.credits)
    invoice = InvoiceWording(title=name, payload=str(purchase.id), currency=STARS, amount=purchase.amount)
    return Message(paragraphs=(word("invoice-about", credits=item.credits),), invoice=invoice)


def _purchase(visit: Visit, item: Item, provider: Provider, currency: str) -> Purchase:
    return Purchase(
        tenant_id=visit.account.tenant_id,
        person_id=visit.person.id,
        address_id=visit.address.id,
        provider=provider,
        item=item.name,
        currency=currency,
        amount=item.prices[currency],
        created_at=visit.now,
        checked_at=visit.now,
    )


def _gone(catalogue: Catalogue, visit: Visit) -> Reply:
    """What was pressed is not sold here any more; what is, is shown."""
    rows = offers(catalogue, visit)
    return Reply(Message(paragraphs=(word("offer-gone" if rows else "shop-closed"),), choices=rows))


def _billing() -> tuple[ChoiceWording, ...]:
    return (choice("billing", "choice-billing"),)


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

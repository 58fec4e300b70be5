"""The ways to pay, one small port: what each offers a person, and how it asks for the money.

`LinkWay` promises a link of the payment provider, which the till makes after the commit; `StarsWay` sends an invoice in
the messenger's own money. What has been paid comes in through `bots.billing.payments` and `bots.core.stars`.
"""

from datetime import timedelta
from typing import Protocol

from bots.core.visit import Outcome, Reply, Visit, choice, say, word
from models.catalogue import Catalogue, Item
from models.deliveries import ChoiceWording, InvoiceWording, Message, Wording
from models.payments import Provider, Purchase, PurchaseStatus
from models.prices import STARS as XTR
from storage import basket, outbox
from storage.outbox import Owed

INVOICE_LASTS = timedelta(days=1)
PIX = "brl"  # what is paid once in reais can be paid with Pix, which most in Brazil reach for first


class Way(Protocol):
    """One way to pay."""

    @property
    def provider(self) -> Provider: ...

    def offer(self, catalogue: Catalogue, visit: Visit, item: Item) -> ChoiceWording | None:
        """The button that asks for an item; None for what cannot be paid in this way."""
        ...

    def ask(self, catalogue: Catalogue, visit: Visit, outcome: Outcome, item: Item) -> None:
        """Begin a purchase of what was offered, or go on with the one there is. Nobody else buys for this person
        meanwhile (`basket.hold_still`).
        """
        ...


class LinkWay:
    """Cards, Pix and the rest, at a link; packs once, plans every month."""

    provider = Provider.STRIPE

    def offer(self, catalogue: Catalogue, visit: Visit, item: Item) -> ChoiceWording | None:
        currency = catalogue.currency_of(visit.person.language)
        if currency not in item.prices:
            return None
        price = money(item.prices[currency], currency)
        if item.plan is None:
            return choice(f"buy:{item.name}", "offer-pack", credits=item.credits, price=price)
        key = "offer-plan-current" if item.plan == visit.person.plan else "offer-plan"
        return choice(f"buy:{item.name}", key, plan=title(item.plan), credits=item.credits, price=price)

    def ask(self, catalogue: Catalogue, visit: Visit, outcome: Outcome, item: Item) -> None:
        """A promise of a link; the one there is already is shown again. Who has a plan changes it in /billing."""
        if item.plan is not None and basket.subscription_of(visit.session, visit.person) is not None:
            billing = ((choice("billing", "choice-billing"),),)
            outcome.replies.append(Reply(Message(paragraphs=(word("plan-change"),), choices=billing)))
            return
        wanted = _purchase(visit, item, self.provider, catalogue.currency_of(visit.person.language))
        found = basket.under_way(visit.session, wanted, visit.now)
        if found is None:
            self._promise(visit, outcome, wanted)
        elif found.url is None:
            outcome.purchases.append(found.id)
            outcome.replies.append(say("link-still"))
        else:
            outcome.replies.append(Reply(link(found)))

    @staticmethod
    def _promise(visit: Visit, outcome: Outcome, purchase: Purchase) -> None:
        """In a message the till will edit."""
        visit.session.add(purchase)
        visit.session.flush()
        owed = Owed(Message(paragraphs=(word("link-preparing"),)), f"purchase:{purchase.id}", "link")
        purchase.delivery_id = outbox.owe(visit.session, visit.address, visit.person.id, owed, visit.now)
        outcome.purchases.append(purchase.id)


class StarsWay:
    """Telegram Stars. Packs only: a month of a plan renews itself, which an invoice in a chat does not."""

    provider = Provider.STARS

    def offer(self, catalogue: Catalogue, visit: Visit, item: Item) -> ChoiceWording | None:  # noqa: ARG002 - the port's
        if XTR not in item.prices or item.plan is not None:
            return None
        return choice(f"star:{item.name}", "offer-stars", credits=item.credits, stars=item.prices[XTR])

    def ask(self, catalogue: Catalogue, visit: Visit, outcome: Outcome, item: Item) -> None:  # noqa: ARG002 - the port's
        """An invoice; pressed again, the same purchase is asked for once more."""
        wanted = _purchase(visit, item, self.provider, XTR)
        purchase = basket.under_way(visit.session, wanted, visit.now)
        if purchase is None:
            purchase = wanted
            purchase.status, purchase.expires_at = PurchaseStatus.OPEN, visit.now + INVOICE_LASTS
            visit.session.add(purchase)
            visit.session.flush()
        outcome.replies.append(Reply(_invoice(purchase, item)))


LINKS, STARS = LinkWay(), StarsWay()
WAYS: dict[Provider, Way] = {way.provider: way for way in (LINKS, STARS)}
"""In the order they are offered."""


def link(purchase: Purchase, *, edits_delivery: int | None = None) -> Message:
    """A purchase's link as a button."""
    has_pix = purchase.currency == PIX and not purchase.item.startswith("plan:")
    label = word("choice-pay-pix" if has_pix else "choice-pay", price=money(purchase.amount, purchase.currency))
    button = ChoiceWording(data="pay", label=label, url=purchase.url)
    return Message(paragraphs=(word("link-ready"),), choices=((button,),), edits_delivery=edits_delivery)


def money(amount: int, currency: str) -> str:
    """An amount in minor units as sentences take it for `price`."""
    return f"{amount} {currency}"


def amount(minor: int, currency: str) -> Wording:
    """An amount in minor units, for the placeholder `value` of another sentence."""
    return word("amount-stars", stars=minor) if currency == XTR else word("amount", price=money(minor, currency))


def title(plan: str) -> str:
    """A plan's name as people read it."""
    return plan.replace("_", " ").replace("-", " ").title()


def _invoice(purchase: Purchase, item: Item) -> Message:
    name = word("invoice-title", credits=item.credits)
    invoice = InvoiceWording(title=name, payload=str(purchase.id), currency=XTR, amount=purchase.amount)
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

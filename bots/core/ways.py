"""Payment methods behind one protocol: the offers of each, and how it requests a payment.

`LinkPaymentMethod` announces a link of the payment provider, which `PaymentLinks` creates after the commit;
`StarsPaymentMethod` sends an invoice in the messenger's own currency. Completed payments are handled by
`bots.billing.payments` and `bots.core.conversation.stars`.
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
PIX = "brl"  # one-off payments in reais can be made with Pix, the most common method in Brazil


class Way(Protocol):
    """A payment method."""

    @property
    def provider(self) -> Provider: ...

    def offer(self, catalogue: Catalogue, visit: Visit, item: Item) -> ChoiceWording | None:
        """Build the button to buy an item; None for an item this method cannot sell."""
        ...

    def ask(self, catalogue: Catalogue, visit: Visit, outcome: Outcome, item: Item) -> None:
        """Begin a purchase of an item, or continue the open one. The caller holds the lock against other purchases of
        this user (see `storage.billing.open_purchases`).
        """
        ...


class LinkWay:
    """Payment by cards, Pix and others at a link: packs once, plans every month."""

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
        """Announce a link, or show the existing one again. A user with a plan is sent to /billing to change it."""
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
        """Enqueue the message that `PaymentLinks` will edit into the link."""
        visit.session.add(purchase)
        visit.session.flush()
        owed = Owed(Message(paragraphs=(word("link-preparing"),)), f"purchase:{purchase.id}", "link")
        purchase.delivery_id = outbox.owe(visit.session, visit.address, visit.person.id, owed, visit.now)
        outcome.purchases.append(purchase.id)


class StarsWay:
    """Payment in Telegram Stars. Packs only: plans renew every month, which an invoice in a chat does not."""

    provider = Provider.STARS

    def offer(self, catalogue: Catalogue, visit: Visit, item: Item) -> ChoiceWording | None:  # noqa: ARG002 - the port's
        if XTR not in item.prices or item.plan is not None:
            return None
        return choice(f"star:{item.name}", "offer-stars", credits=item.credits, stars=item.prices[XTR])

    def ask(self, catalogue: Catalogue, visit: Visit, outcome: Outcome, item: Item) -> None:  # noqa: ARG002 - the port's
        """Send an invoice; pressed again, the invoice of the same purchase is sent again."""
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
"""All payment methods, in the order of the offers."""


def link(purchase: Purchase, *, edits_delivery: int | None = None) -> Message:
    """Build the message with a purchase's link as a button."""
    has_pix = purchase.currency == PIX and not purchase.item.startswith("plan:")
    label = word("choice-pay-pix" if has_pix else "choice-pay", price=money(purchase.amount, purchase.currency))
    button = ChoiceWording(data="pay", label=label, url=purchase.url)
    return Message(paragraphs=(word("link-ready"),), choices=((button,),), edits_delivery=edits_delivery)


def money(amount: int, currency: str) -> str:
    """Format an amount in minor units for the placeholder `price` of a text."""
    return f"{amount} {currency}"


def amount(minor: int, currency: str) -> Wording:
    """Build the text of an amount in minor units, for the placeholder `value` of another text."""
    return word("amount-stars", stars=minor) if currency == XTR else word("amount", price=money(minor, currency))


def title(plan: str) -> str:
    """Format the display name of a plan."""
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

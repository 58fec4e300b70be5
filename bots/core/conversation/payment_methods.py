"""Payment methods behind one protocol: the offers of each, and how it requests a payment.

`LinkPaymentMethod` announces a link of the payment provider, which `PaymentLinks` creates after the commit;
`StarsPaymentMethod` sends an invoice in the messenger's own currency. Completed payments are handled by
`bots.billing.payments` and `bots.core.conversation.stars`.
"""

from datetime import timedelta
from typing import Protocol

from bots.core.context import Context, HandlerResult, Reply, choice_for, reply_for, text_for
from models.billing.catalogue import Catalogue, CatalogueItem
from models.billing.payments import Provider, Purchase, PurchaseStatus
from models.billing.prices import STARS_CURRENCY as XTR
from models.messaging.deliveries import Message, TranslatedChoice, TranslatedInvoice, TranslatedText
from storage.billing import open_purchases
from storage.messaging.outbox import OutboxMessage

INVOICE_TTL = timedelta(days=1)
PIX_CURRENCY = "brl"  # one-off payments in reais can be made with Pix, the most common method in Brazil


class PaymentMethod(Protocol):
    """A payment method."""

    @property
    def provider(self) -> Provider: ...

    def build_offer(self, catalogue: Catalogue, context: Context, item: CatalogueItem) -> TranslatedChoice | None:
        """Build the button to buy an item; None for an item this method cannot sell."""
        ...

    def request_payment(
        self,
        catalogue: Catalogue,
        context: Context,
        result: HandlerResult,
        item: CatalogueItem,
    ) -> None:
        """Begin a purchase of an item, or continue the open one. The caller holds the lock against other purchases of
        this user (see `storage.billing.open_purchases`).
        """
        ...


class LinkPaymentMethod:
    """Payment by cards, Pix and others at a link: packs once, plans every month."""

    provider = Provider.STRIPE

    def build_offer(self, catalogue: Catalogue, context: Context, item: CatalogueItem) -> TranslatedChoice | None:
        currency = catalogue.currency_for(context.person.language)
        if currency not in item.prices:
            return None
        price = format_money(item.prices[currency], currency)
        if item.plan is None:
            return choice_for(f"buy:{item.name}", "offer-pack", credits=item.credits, price=price)
        key = "offer-plan-current" if item.plan == context.person.plan else "offer-plan"
        return choice_for(f"buy:{item.name}", key, plan=format_plan_title(item.plan), credits=item.credits, price=price)

    def request_payment(
        self,
        catalogue: Catalogue,
        context: Context,
        result: HandlerResult,
        item: CatalogueItem,
    ) -> None:
        """Announce a link, or show the existing one again. A user with a plan is sent to /billing to change it."""
        if item.plan is not None and open_purchases.subscription_of(context.session, context.person) is not None:
            billing = ((choice_for("billing", "choice-billing"),),)
            result.replies.append(Reply(Message(paragraphs=(text_for("plan-change"),), choices=billing)))
            return
        wanted = _build_purchase(context, item, self.provider, catalogue.currency_for(context.person.language))
        existing = open_purchases.find_payable(context.session, wanted, context.now)
        if existing is None:
            self._enqueue_link(context, result, wanted)
        elif existing.url is None:
            result.purchases.append(existing.id)
            result.replies.append(reply_for("link-still"))
        else:
            result.replies.append(Reply(build_link_message(existing)))

    @staticmethod
    def _enqueue_link(context: Context, result: HandlerResult, purchase: Purchase) -> None:
        """Enqueue the message that `PaymentLinks` will edit into the link."""
        context.session.add(purchase)
        context.session.flush()
        outbox_message = OutboxMessage(
            Message(paragraphs=(text_for("link-preparing"),)), f"purchase:{purchase.id}", "link"
        )
        purchase.delivery_id = context.enqueue(outbox_message)
        result.purchases.append(purchase.id)


class StarsPaymentMethod:
    """Payment in Telegram Stars. Packs only: plans renew every month, which an invoice in a chat does not."""

    provider = Provider.STARS

    def build_offer(self, catalogue: Catalogue, context: Context, item: CatalogueItem) -> TranslatedChoice | None:  # noqa: ARG002 - the port's
        if XTR not in item.prices or item.plan is not None:
            return None
        return choice_for(f"star:{item.name}", "offer-stars", credits=item.credits, stars=item.prices[XTR])

    def request_payment(
        self,
        catalogue: Catalogue,  # noqa: ARG002 - the port's
        context: Context,
        result: HandlerResult,
        item: CatalogueItem,
    ) -> None:
        """Send an invoice; pressed again, the invoice of the same purchase is sent again."""
        wanted = _build_purchase(context, item, self.provider, XTR)
        purchase = open_purchases.find_payable(context.session, wanted, context.now)
        if purchase is None:
            purchase = wanted
            purchase.status, purchase.expires_at = PurchaseStatus.OPEN, context.now + INVOICE_TTL
            context.session.add(purchase)
            context.session.flush()
        result.replies.append(Reply(_build_invoice(purchase, item)))


LINKS, STARS = LinkPaymentMethod(), StarsPaymentMethod()
PAYMENT_METHODS: dict[Provider, PaymentMethod] = {method.provider: method for method in (LINKS, STARS)}
"""All payment methods, in the order of the offers."""


def build_link_message(purchase: Purchase, *, edits_delivery: int | None = None) -> Message:
    """Build the message with a purchase's link as a button."""
    has_pix = purchase.currency == PIX_CURRENCY and not purchase.item.startswith("plan:")
    label = text_for(
        "choice-pay-pix" if has_pix else "choice-pay", price=format_money(purchase.amount, purchase.currency)
    )
    button = TranslatedChoice(data="pay", label=label, url=purchase.url)
    return Message(paragraphs=(text_for("link-ready"),), choices=((button,),), edits_delivery=edits_delivery)


def format_money(amount: int, currency: str) -> str:
    """Format an amount in minor units for the placeholder `price` of a text."""
    return f"{amount} {currency}"


def amount_text_for(minor: int, currency: str) -> TranslatedText:
    """Build the text of an amount in minor units, for the placeholder `value` of another text."""
    return (
        text_for("amount-stars", stars=minor)
        if currency == XTR
        else text_for("amount", price=format_money(minor, currency))
    )


def format_plan_title(plan: str) -> str:
    """Format the display name of a plan."""
    return plan.replace("_", " ").replace("-", " ").title()


def _build_invoice(purchase: Purchase, item: CatalogueItem) -> Message:
    name = text_for("invoice-title", credits=item.credits)
    invoice = TranslatedInvoice(title=name, payload=str(purchase.id), currency=XTR, amount=purchase.amount)
    return Message(paragraphs=(text_for("invoice-about", credits=item.credits),), invoice=invoice)


def _build_purchase(context: Context, item: CatalogueItem, provider: Provider, currency: str) -> Purchase:
    return Purchase(
        tenant_id=context.account.tenant_id,
        person_id=context.person.id,
        address_id=context.address.id,
        provider=provider,
        item=item.name,
        currency=currency,
        amount=item.prices[currency],
        created_at=context.now,
        checked_at=context.now,
    )

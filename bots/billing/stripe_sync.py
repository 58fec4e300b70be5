"""Sync of a Stripe account with the catalogue: products, prices, Payment Links, the webhook, the customer portal.

Everything is looked up before it is written, so a second run changes nothing and an interrupted one can be repeated.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from stripe import StripeClient

from bots.billing.port import KINDS
from bots.billing.stripe_client import VERSION, Body, everything, in_our_words
from bots.billing.stripe_objects import LOOKUP_KEY, identity
from bots.billing.stripe_portal import PortalSync
from models.catalogue import Catalogue, Item, lookup_key
from models.prices import STARS

if TYPE_CHECKING:
    from stripe.params import PriceCreateParams, WebhookEndpointCreateParams

OURS: Final = "rabisco_"
PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Aim:
    """Desired state of the Stripe account. `product_name` returns the name of an item's product, `webhook_url` is our
    endpoint (empty: none); `has_payment_links`: also a Payment Link for each price.
    """

    catalogue: Catalogue
    name: Callable[[Item], str]
    webhook: str = ""
    links: bool = False


@dataclass(slots=True)
class Synced:
    """Number of changes made (or, in a dry run, needed); the webhook's secret, which Stripe returns only on creation;
    and the Payment Links' URLs by lookup key."""

    changes: int = 0
    secret: str | None = field(default=None, repr=False)
    links: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Sync:
    """One sync run. `report` is called with a line for each change; in a dry run nothing is written.

    Raises ProviderUnavailable and ProviderRejected.
    """

    client: StripeClient
    aim: Aim
    say: Callable[[str], None]
    only_say: bool = False
    done: Synced = field(default_factory=Synced)

    def run(self) -> Synced:
        with in_our_words():
            products = self._products()
            for item in self.aim.catalogue.items():
                self._product(item, products.pop(_product_id(item), None))
            for left in products.values():
                self._retire(left)
            current = self._prices()
            if self.aim.links:
                self._links(current)
            if self.aim.webhook:
                self._webhook()
            self._portals(current)
        return self.done

    def _change(self, line: str) -> bool:
        """Report a change; True when it is to be made."""
        self.done.changes += 1
        self.say(f"would {line}" if self.only_say else line)
        return not self.only_say

    def _products(self) -> dict[str, Body]:
        """Our products by id, including retired ones."""
        found = everything(self.client.v1.products.list({"limit": PAGE}))
        return {body["id"]: body for body in found if body["id"].startswith(OURS)}

    def _product(self, item: Item, found: Body | None) -> None:
        name, product = self.aim.name(item), _product_id(item)
        if found is None:
            if self._change(f"create product {product}: {name}"):
                self.client.v1.products.create({"id": product, "name": name, "metadata": {"item": item.name}})
        elif (found["name"], found["active"]) != (name, True) and self._change(f"update product {product}: {name}"):
            self.client.v1.products.update(product, {"name": name, "active": True})

    def _retire(self, found: Body) -> None:
        """Deactivate a product: no new purchases, existing subscriptions go on."""
        if found["active"] and self._change(f"retire product {found['id']}: it is not in the catalogue any more"):
            self.client.v1.products.update(found["id"], {"active": False})

    def _prices(self) -> dict[str, str]:
        """Sync all prices and return the ids of existing ones by lookup key."""
        current: dict[str, str] = {}
        for item in self.aim.catalogue.items():
            wanted = {lookup_key(item.name, currency): currency for currency in item.prices if currency != STARS}
            answer = self.client.v1.prices.list({"lookup_keys": list(wanted), "limit": PAGE})
            found = {body["lookup_key"]: body for body in everything(answer)}
            for key, currency in wanted.items():
                if price := self._price(item, currency, key, found.get(key)):
                    current[key] = price
        return current

    def _price(self, item: Item, currency: str, key: str, found: Body | None) -> str | None:
        if found is None or not _fits(found, item, currency):
            return self._new_price(item, currency, key, found)
        if not found["active"] and self._change(f"sell again at price {key}"):
            self.client.v1.prices.update(found["id"], {"active": True})
        return str(found["id"])

    def _new_price(self, item: Item, currency: str, key: str, replaced: Body | None) -> str | None:
        """Amounts are immutable, so a new price takes over the lookup key. The key is repeated in its metadata, as it
        may be replaced too: subscriptions stay with the price they were created with.
        """
        amount = item.prices[currency]
        verb = "replace" if replaced else "create"
        if not self._change(f"{verb} price {key}: {amount / 100:.2f} {currency.upper()}{_each(item)}"):
            return None
        asked: PriceCreateParams = {
            "product": _product_id(item),
            "currency": currency,
            "unit_amount": amount,
            "lookup_key": key,
            "transfer_lookup_key": True,
            "metadata": {LOOKUP_KEY: key},
        }
        if item.recurring:
            asked["recurring"] = {"interval": "month"}
        before = replaced["id"] if replaced else "none"
        made = self.client.v1.prices.create(asked, {"idempotency_key": f"price:{key}:{amount}:after:{before}"})
        return made.id

    def _links(self, current: dict[str, str]) -> None:
        """Create a Payment Link for each price; deactivate links of replaced prices."""
        open_links = self._open_links()
        for item in self.aim.catalogue.items():
            for key in (lookup_key(item.name, currency) for currency in item.prices if currency != STARS):
                link = open_links.pop(key, None)
                if link and link["metadata"].get("price") == current.get(key):
                    self.done.links[key] = link["url"]
                    continue
                self._close(link)
                self._new_link(key, current.get(key))
        for link in open_links.values():
            self._close(link)

    def _open_links(self) -> dict[str, Body]:
        found = everything(self.client.v1.payment_links.list({"active": True, "limit": PAGE}))
        return {body["metadata"][LOOKUP_KEY]: body for body in found if LOOKUP_KEY in body["metadata"]}

    def _new_link(self, key: str, price: str | None) -> None:
        if self._change(f"create payment link {key}") and price:
            made = self.client.v1.payment_links.create(
                {
                    "line_items": [{"price": price, "quantity": 1}],
                    "allow_promotion_codes": True,
                    "metadata": {LOOKUP_KEY: key, "price": price},
                }
            )
            self.done.links[key] = made.url

    def _close(self, link: Body | None) -> None:
        if link and self._change(f"close payment link {link['metadata'][LOOKUP_KEY]}: its price is gone"):
            self.client.v1.payment_links.update(link["id"], {"active": False})

    def _portals(self, current: dict[str, str]) -> None:
        """Sync the customer portal for each currency something is sold in."""
        sold: dict[str, dict[str, str]] = {}
        for item in self.aim.catalogue.items():
            for currency in (name for name in item.prices if name != STARS):
                plans = sold.setdefault(currency, {})
                price = current.get(lookup_key(item.name, currency))
                if item.recurring and price:
                    plans[_product_id(item)] = price
        PortalSync(self.client.v1, self._change).run(sold)

    def _webhook(self) -> None:
        found = self._endpoint()
        if found is None:
            if self._change(f"create webhook {self.aim.webhook}"):
                self._new_webhook()
            return
        if (found.get("api_version") or VERSION) != VERSION:
            self.say(f"note: the webhook is of version {found['api_version']}, this is {VERSION}; both work")
        is_well = set(found["enabled_events"]) == set(KINDS) and found["status"] == "enabled"
        if not is_well and self._change(f"update webhook {self.aim.webhook}"):
            changed = {"enabled_events": list(KINDS), "disabled": False}
            self.client.v1.webhook_endpoints.update(found["id"], cast("Any", changed))

    def _endpoint(self) -> Body | None:
        found = everything(self.client.v1.webhook_endpoints.list({"limit": PAGE}))
        return next((body for body in found if body["url"] == self.aim.webhook), None)

    def _new_webhook(self) -> None:
        asked = {
            "url": self.aim.webhook,
            "enabled_events": list(KINDS),
            "api_version": VERSION,
            "description": "Rabisco",
        }
        made = self.client.v1.webhook_endpoints.create(cast("WebhookEndpointCreateParams", asked))
        self.done.secret = made.secret


def _product_id(item: Item) -> str:
    return f"{OURS}{item.name.replace(':', '_')}"


def _fits(found: Body, item: Item, currency: str) -> bool:
    """Whether a price has the terms of the catalogue; all of them are immutable."""
    interval = (found.get("recurring") or {}).get("interval")
    said = (found["currency"], found["unit_amount"], identity(found["product"]), interval)
    return said == (currency, item.prices[currency], _product_id(item), "month" if item.recurring else None)


def _each(item: Item) -> str:
    return " a month" if item.recurring else ""

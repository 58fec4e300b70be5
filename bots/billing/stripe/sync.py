"""Sync of a Stripe account with the catalogue: products, prices, Payment Links, the webhook, the customer portal.

Everything is looked up before it is written, so a second run changes nothing and an interrupted one can be repeated.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from stripe import StripeClient

from bots.billing.provider import EVENT_TYPES
from bots.billing.stripe.client import VERSION, JsonObject, iterate_all, translate_errors
from bots.billing.stripe.objects import LOOKUP_KEY, id_of
from bots.billing.stripe.portal import PortalSync
from models.billing.catalogue import Catalogue, CatalogueItem
from models.billing.item_names import build_lookup_key
from models.billing.prices import STARS_CURRENCY

if TYPE_CHECKING:
    from stripe.params import PriceCreateParams, WebhookEndpointCreateParams

PRODUCT_ID_PREFIX: Final = "rabisco_"
PAGE_SIZE: Final = 100


@dataclass(frozen=True, slots=True)
class SyncTarget:
    """Desired state of the Stripe account. `product_name` returns the name of an item's product, `webhook_url` is our
    endpoint (empty: none); `has_payment_links`: also a Payment Link for each price.
    """

    catalogue: Catalogue
    product_name: Callable[[CatalogueItem], str]
    webhook_url: str = ""
    has_payment_links: bool = False


@dataclass(slots=True)
class SyncResult:
    """Number of changes made (or, in a dry run, needed); the webhook's secret, which Stripe returns only on creation;
    and the Payment Links' URLs by lookup key."""

    changes: int = 0
    webhook_secret: str | None = field(default=None, repr=False)
    payment_links: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class CatalogueSync:
    """One sync run. `report` is called with a line for each change; in a dry run nothing is written.

    Raises ProviderUnavailable and ProviderRejected.
    """

    client: StripeClient
    target: SyncTarget
    report: Callable[[str], None]
    is_dry_run: bool = False
    result: SyncResult = field(default_factory=SyncResult)

    def run(self) -> SyncResult:
        with translate_errors():
            products = self._list_products()
            for item in self.target.catalogue.list_items():
                self._sync_product(item, products.pop(_product_id_of(item), None))
            for unused in products.values():
                self._retire(unused)
            current = self._sync_prices()
            if self.target.has_payment_links:
                self._sync_links(current)
            if self.target.webhook_url:
                self._sync_webhook()
            self._sync_portals(current)
        return self.result

    def _report_change(self, line: str) -> bool:
        """Report a change; True when it is to be made."""
        self.result.changes += 1
        self.report(f"would {line}" if self.is_dry_run else line)
        return not self.is_dry_run

    def _list_products(self) -> dict[str, JsonObject]:
        """Our products by id, including retired ones."""
        found = iterate_all(self.client.v1.products.list({"limit": PAGE_SIZE}))
        return {body["id"]: body for body in found if body["id"].startswith(PRODUCT_ID_PREFIX)}

    def _sync_product(self, item: CatalogueItem, found: JsonObject | None) -> None:
        name, product = self.target.product_name(item), _product_id_of(item)
        if found is None:
            if self._report_change(f"create product {product}: {name}"):
                self.client.v1.products.create({"id": product, "name": name, "metadata": {"item": item.name}})
        elif (found["name"], found["active"]) != (name, True) and self._report_change(
            f"update product {product}: {name}"
        ):
            self.client.v1.products.update(product, {"name": name, "active": True})

    def _retire(self, found: JsonObject) -> None:
        """Deactivate a product: no new purchases, existing subscriptions go on."""
        if found["active"] and self._report_change(
            f"retire product {found['id']}: it is not in the catalogue any more"
        ):
            self.client.v1.products.update(found["id"], {"active": False})

    def _sync_prices(self) -> dict[str, str]:
        """Sync all prices and return the ids of existing ones by lookup key."""
        current: dict[str, str] = {}
        for item in self.target.catalogue.list_items():
            wanted = {
                build_lookup_key(item.name, currency): currency
                for currency in item.prices
                if currency != STARS_CURRENCY
            }
            answer = self.client.v1.prices.list({"lookup_keys": list(wanted), "limit": PAGE_SIZE})
            found = {body["lookup_key"]: body for body in iterate_all(answer)}
            for key, currency in wanted.items():
                if price := self._sync_price(item, currency, key, found.get(key)):
                    current[key] = price
        return current

    def _sync_price(self, item: CatalogueItem, currency: str, key: str, found: JsonObject | None) -> str | None:
        if found is None or not _has_same_terms(found, item, currency):
            return self._create_price(item, currency, key, found)
        if not found["active"] and self._report_change(f"sell again at price {key}"):
            self.client.v1.prices.update(found["id"], {"active": True})
        return str(found["id"])

    def _create_price(self, item: CatalogueItem, currency: str, key: str, replaced: JsonObject | None) -> str | None:
        """Amounts are immutable, so a new price takes over the lookup key. The key is repeated in its metadata, as it
        may be replaced too: subscriptions stay with the price they were created with.
        """
        amount = item.prices[currency]
        verb = "replace" if replaced else "create"
        if not self._report_change(
            f"{verb} price {key}: {amount / 100:.2f} {currency.upper()}{_format_interval(item)}"
        ):
            return None
        params: PriceCreateParams = {
            "product": _product_id_of(item),
            "currency": currency,
            "unit_amount": amount,
            "lookup_key": key,
            "transfer_lookup_key": True,
            "metadata": {LOOKUP_KEY: key},
        }
        if item.is_recurring:
            params["recurring"] = {"interval": "month"}
        replaced_id = replaced["id"] if replaced else "none"
        made = self.client.v1.prices.create(params, {"idempotency_key": f"price:{key}:{amount}:after:{replaced_id}"})
        return made.id

    def _sync_links(self, current: dict[str, str]) -> None:
        """Create a Payment Link for each price; deactivate links of replaced prices."""
        open_links = self._list_links()
        for item in self.target.catalogue.list_items():
            for key in (
                build_lookup_key(item.name, currency) for currency in item.prices if currency != STARS_CURRENCY
            ):
                link = open_links.pop(key, None)
                if link and link["metadata"].get("price") == current.get(key):
                    self.result.payment_links[key] = link["url"]
                    continue
                self._deactivate_link(link)
                self._create_link(key, current.get(key))
        for link in open_links.values():
            self._deactivate_link(link)

    def _list_links(self) -> dict[str, JsonObject]:
        found = iterate_all(self.client.v1.payment_links.list({"active": True, "limit": PAGE_SIZE}))
        return {body["metadata"][LOOKUP_KEY]: body for body in found if LOOKUP_KEY in body["metadata"]}

    def _create_link(self, key: str, price: str | None) -> None:
        if self._report_change(f"create payment link {key}") and price:
            made = self.client.v1.payment_links.create(
                {
                    "line_items": [{"price": price, "quantity": 1}],
                    "allow_promotion_codes": True,
                    "metadata": {LOOKUP_KEY: key, "price": price},
                }
            )
            self.result.payment_links[key] = made.url

    def _deactivate_link(self, link: JsonObject | None) -> None:
        if link and self._report_change(f"close payment link {link['metadata'][LOOKUP_KEY]}: its price is gone"):
            self.client.v1.payment_links.update(link["id"], {"active": False})

    def _sync_portals(self, current: dict[str, str]) -> None:
        """Sync the customer portal for each currency something is sold in."""
        plans_by_currency: dict[str, dict[str, str]] = {}
        for item in self.target.catalogue.list_items():
            for currency in (name for name in item.prices if name != STARS_CURRENCY):
                plans = plans_by_currency.setdefault(currency, {})
                price = current.get(build_lookup_key(item.name, currency))
                if item.is_recurring and price:
                    plans[_product_id_of(item)] = price
        PortalSync(self.client.v1, self._report_change).run(plans_by_currency)

    def _sync_webhook(self) -> None:
        found = self._find_endpoint()
        if found is None:
            if self._report_change(f"create webhook {self.target.webhook_url}"):
                self._create_webhook()
            return
        if (found.get("api_version") or VERSION) != VERSION:
            self.report(f"note: the webhook is of version {found['api_version']}, this is {VERSION}; both work")
        is_current = set(found["enabled_events"]) == set(EVENT_TYPES) and found["status"] == "enabled"
        if not is_current and self._report_change(f"update webhook {self.target.webhook_url}"):
            changed = {"enabled_events": list(EVENT_TYPES), "disabled": False}
            self.client.v1.webhook_endpoints.update(found["id"], cast("Any", changed))

    def _find_endpoint(self) -> JsonObject | None:
        found = iterate_all(self.client.v1.webhook_endpoints.list({"limit": PAGE_SIZE}))
        return next((body for body in found if body["url"] == self.target.webhook_url), None)

    def _create_webhook(self) -> None:
        params = {
            "url": self.target.webhook_url,
            "enabled_events": list(EVENT_TYPES),
            "api_version": VERSION,
            "description": "Rabisco",
        }
        made = self.client.v1.webhook_endpoints.create(cast("WebhookEndpointCreateParams", params))
        self.result.webhook_secret = made.secret


def _product_id_of(item: CatalogueItem) -> str:
    return f"{PRODUCT_ID_PREFIX}{item.name.replace(':', '_')}"


def _has_same_terms(found: JsonObject, item: CatalogueItem, currency: str) -> bool:
    """Whether a price has the terms of the catalogue; all of them are immutable."""
    interval = (found.get("recurring") or {}).get("interval")
    terms = (found["currency"], found["unit_amount"], id_of(found["product"]), interval)
    return terms == (currency, item.prices[currency], _product_id_of(item), "month" if item.is_recurring else None)


def _format_interval(item: CatalogueItem) -> str:
    return " a month" if item.is_recurring else ""

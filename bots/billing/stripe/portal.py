"""Configurations of Stripe's customer portal: what customers may do there, one configuration for each currency.

A single one is not enough: Stripe takes only one monthly price of each product into a configuration.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from stripe import V1Services

from bots.billing.provider import CustomerMissing
from bots.billing.stripe.client import JsonObject, iterate_all, to_json_object

if TYPE_CHECKING:
    from stripe.params.billing_portal import ConfigurationCreateParamsFeatures

CURRENCY_KEY: Final = "rabisco_portal"
"""Metadata key of our configurations: the currency of its prices."""

FINGERPRINT_KEY: Final = "rabisco_asked"
"""Metadata key: fingerprint of the requested features. Stripe's responses omit the products, so they cannot be
compared."""

MAX_PRODUCTS: Final = 10
PAGE_SIZE: Final = 100

PlanPrices = Mapping[str, str]
"""Price id by product id, in one currency."""


def list_portals(stripe: V1Services) -> dict[str, JsonObject]:
    """Our active configurations by currency."""
    answer = stripe.billing_portal.configurations.list({"active": True, "limit": PAGE_SIZE})
    currencies = [(body, (body.get("metadata") or {}).get(CURRENCY_KEY)) for body in iterate_all(answer)]
    return {currency: body for body, currency in reversed(currencies) if currency}  # the newest wins when there are two


def find_portal_for(stripe: V1Services, customer: str) -> str | None:
    """Id of the configuration for a customer's currency; None when we have none, and Stripe's default applies.

    Raises CustomerMissing for one that is deleted, which Stripe still returns.
    """
    found = list_portals(stripe)
    if not found:
        return None
    body = to_json_object(stripe.customers.retrieve(customer))
    if body.get("deleted"):
        raise CustomerMissing(f"the customer {customer} is deleted")
    return str((found.get(str(body.get("currency"))) or next(iter(found.values())))["id"])


def build_features(plans: PlanPrices) -> "ConfigurationCreateParamsFeatures":
    """Features of the portal.

    An upgrade is charged and takes effect at once, its credits come with that invoice. A downgrade takes effect with
    the next period, as a cancellation does: the rest of the month is not refunded, its credits may be spent already.
    The e-mail address cannot be changed after the purchase: it proves which purchases belong to a user.
    """
    params: ConfigurationCreateParamsFeatures = {
        "customer_update": {"enabled": True, "allowed_updates": ["name", "address", "tax_id"]},
        "invoice_history": {"enabled": True},
        "payment_method_update": {"enabled": True},
        "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
    }
    if plans:
        listed = list(plans.items())[:MAX_PRODUCTS]
        params["subscription_update"] = {
            "enabled": True,
            "default_allowed_updates": ["price"],
            "proration_behavior": "always_invoice",
            "products": [{"product": product, "prices": [price]} for product, price in listed],
            "schedule_at_period_end": {"conditions": [{"type": "decreasing_item_amount"}]},
        }
    return params


@dataclass(frozen=True, slots=True)
class PortalSync:
    """Syncs the portals of an account with what is sold. `report_change` returns whether to make a reported change."""

    stripe: V1Services
    report_change: Callable[[str], bool]

    def run(self, sold: Mapping[str, PlanPrices]) -> None:
        """`sold` are the plans by currency; empty for a currency with packs only."""
        found = list_portals(self.stripe)
        for currency, plans in sold.items():
            self._sync_portal(currency, plans, found.pop(currency, None))
        for currency, unused in found.items():
            if self.report_change(f"retire customer portal {currency}: nothing is sold in it any more"):
                self.stripe.billing_portal.configurations.update(unused["id"], {"active": False})

    def _sync_portal(self, currency: str, plans: PlanPrices, found: JsonObject | None) -> None:
        wanted = build_features(plans)
        metadata = {CURRENCY_KEY: currency, FINGERPRINT_KEY: _compute_fingerprint(wanted)}
        if found is None:
            if self.report_change(f"create customer portal {currency}"):
                self.stripe.billing_portal.configurations.create({"features": wanted, "metadata": metadata})
        elif found["metadata"].get(FINGERPRINT_KEY) != metadata[FINGERPRINT_KEY] and self.report_change(
            f"update customer portal {currency}"
        ):
            changed = {"features": wanted, "metadata": metadata}
            self.stripe.billing_portal.configurations.update(found["id"], cast("Any", changed))


def _compute_fingerprint(wanted: "ConfigurationCreateParamsFeatures") -> str:
    return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()[:32]

"""Configurations of Stripe's customer portal: what customers may do there, one configuration for each currency.

A single one is not enough: Stripe takes only one monthly price of each product into a configuration.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from stripe import V1Services

from bots.billing.stripe_client import Body, everything, plain

if TYPE_CHECKING:
    from stripe.params.billing_portal import ConfigurationCreateParamsFeatures

CURRENCY: Final = "rabisco_portal"
"""Metadata key of our configurations: the currency of its prices."""

ASKED: Final = "rabisco_asked"
"""Metadata key: fingerprint of the requested features. Stripe's responses omit the products, so they cannot be
compared."""

MOST_PRODUCTS: Final = 10
PAGE: Final = 100

Plans = Mapping[str, str]
"""Price id by product id, in one currency."""


def portals(stripe: V1Services) -> dict[str, Body]:
    """Our active configurations by currency."""
    answer = stripe.billing_portal.configurations.list({"active": True, "limit": PAGE})
    named = [(body, (body.get("metadata") or {}).get(CURRENCY)) for body in everything(answer)]
    return {currency: body for body, currency in reversed(named) if currency}  # the newest wins when there are two


def portal_for(stripe: V1Services, customer: str) -> str | None:
    """Id of the configuration for a customer's currency; None when we have none, and Stripe's default applies."""
    found = portals(stripe)
    if not found:
        return None
    currency = plain(stripe.customers.retrieve(customer)).get("currency")
    return str((found.get(str(currency)) or next(iter(found.values())))["id"])


def features(plans: Plans) -> "ConfigurationCreateParamsFeatures":
    """Features of the portal.

    An upgrade is charged and takes effect at once, its credits come with that invoice. A downgrade takes effect with
    the next period, as a cancellation does: the rest of the month is not refunded, its credits may be spent already.
    The e-mail address cannot be changed after the purchase: it proves which purchases belong to a user.
    """
    made: ConfigurationCreateParamsFeatures = {
        "customer_update": {"enabled": True, "allowed_updates": ["name", "address", "tax_id"]},
        "invoice_history": {"enabled": True},
        "payment_method_update": {"enabled": True},
        "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
    }
    if plans:
        listed = list(plans.items())[:MOST_PRODUCTS]
        made["subscription_update"] = {
            "enabled": True,
            "default_allowed_updates": ["price"],
            "proration_behavior": "always_invoice",
            "products": [{"product": product, "prices": [price]} for product, price in listed],
            "schedule_at_period_end": {"conditions": [{"type": "decreasing_item_amount"}]},
        }
    return made


@dataclass(frozen=True, slots=True)
class PortalSync:
    """Syncs the portals of an account with what is sold. `report_change` returns whether to make a reported change."""

    stripe: V1Services
    change: Callable[[str], bool]

    def run(self, sold: Mapping[str, Plans]) -> None:
        """`sold` are the plans by currency; empty for a currency with packs only."""
        found = portals(self.stripe)
        for currency, plans in sold.items():
            self._portal(currency, plans, found.pop(currency, None))
        for currency, left in found.items():
            if self.change(f"retire customer portal {currency}: nothing is sold in it any more"):
                self.stripe.billing_portal.configurations.update(left["id"], {"active": False})

    def _portal(self, currency: str, plans: Plans, found: Body | None) -> None:
        wanted = features(plans)
        about = {CURRENCY: currency, ASKED: _fingerprint(wanted)}
        if found is None:
            if self.change(f"create customer portal {currency}"):
                self.stripe.billing_portal.configurations.create({"features": wanted, "metadata": about})
        elif found["metadata"].get(ASKED) != about[ASKED] and self.change(f"update customer portal {currency}"):
            changed = {"features": wanted, "metadata": about}
            self.stripe.billing_portal.configurations.update(found["id"], cast("Any", changed))


def _fingerprint(wanted: "ConfigurationCreateParamsFeatures") -> str:
    return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()[:32]

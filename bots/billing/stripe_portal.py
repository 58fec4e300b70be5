"""Stripe's customer portal: what people may do there, written down in one configuration for each currency.

One would not do: of each product Stripe takes a single monthly price into a configuration.
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
"""In the metadata of a configuration of ours: the currency of its prices."""

ASKED: Final = "rabisco_asked"
"""Beside it: a fingerprint of what was asked for. Stripe's answers leave the products out, so none can be compared."""

MOST_PRODUCTS: Final = 10
PAGE: Final = 100

Plans = Mapping[str, str]
"""Of each product its price in one currency."""


def portals(stripe: V1Services) -> dict[str, Body]:
    """Our configurations that are in use, by currency."""
    answer = stripe.billing_portal.configurations.list({"active": True, "limit": PAGE})
    named = [(body, (body.get("metadata") or {}).get(CURRENCY)) for body in everything(answer)]
    return {currency: body for body, currency in reversed(named) if currency}  # the newest, should there be two


def portal_for(stripe: V1Services, customer: str) -> str | None:
    """The configuration for the currency somebody pays in; None where we have none, and Stripe's own settings hold."""
    found = portals(stripe)
    if not found:
        return None
    currency = plain(stripe.customers.retrieve(customer)).get("currency")
    return str((found.get(str(currency)) or next(iter(found.values())))["id"])


def features(plans: Plans) -> "ConfigurationCreateParamsFeatures":
    """What people may do.

    A dearer plan is charged and counts at once, its credits come with that invoice. A cheaper one begins with the next
    period, as an end does: for what is left of the month no money goes back, its credits may be spent already. An
    e-mail address stays as it was typed when it was paid with: it proves whose purchases are whose.
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
    """Brings the portals of an account to what is sold. `change` tells a change, and gives whether it is to be made."""

    stripe: V1Services
    change: Callable[[str], bool]

    def run(self, sold: Mapping[str, Plans]) -> None:
        """`sold` are the plans by currency; in one where only packs are sold there are none."""
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

"""Small catalogue in one currency."""

from typing import Any

from models.billing.catalogue import Catalogue, CreditPack, read_catalogue

PACK_PRICES: dict[str, int] = {"brl": 7_500}


def build_small_catalogue(**others: Any) -> Catalogue:
    """The shipped catalogue reduced to pack:500, plan:starter and plan:pro, in reais."""
    shipped = read_catalogue()
    plans = {
        name: plan.model_copy(update={"prices": {"brl": plan.prices["brl"]} if plan.prices else {}})
        for name, plan in shipped.plans.items()
        if name != "business"
    }
    packs = {"500": CreditPack(credits=500, prices=PACK_PRICES)}
    return shipped.model_copy(update={"plans": plans, "packs": packs, "currencies": {"en": "brl"}} | others)

"""What every part of the till works with."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from bots.billing.port import PaymentProvider
from bots.billing.prices import PriceList
from pipeline.access import Access
from storage.db import Database


class NotYet(Exception):
    """The row this is about is not there, or not there yet: to be tried again later."""


class Foreign(Exception):
    """This is not about anything we sold: the provider's account is used for other things too."""


@dataclass(slots=True)
class Counter:
    """One tenant's shop: its books, its provider, and what it sells.

    `return_url` is where the provider sends people when they are done. `listens`: the provider tells us its news, so
    it is asked about a purchase only now and then. `secret` signs static Payment Links; without one there are none.
    """

    db: Database
    provider: PaymentProvider
    access: Access
    tenant_id: uuid.UUID
    return_url: str = ""
    listens: bool = False
    secret: bytes = b""
    prices: PriceList = field(init=False)

    def __post_init__(self) -> None:
        self.prices = PriceList(self.provider, self.access.catalogue, self.db.clock)


LINK_LASTS = timedelta(hours=1)
LINK_LEAST = timedelta(minutes=35)  # the provider makes none that is over sooner than in half an hour

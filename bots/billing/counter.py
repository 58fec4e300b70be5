"""Shared context of the billing classes: database, provider, prices and settings of one tenant."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from bots.billing.port import PaymentProvider
from bots.billing.prices import PriceList
from pipeline.access import Access
from storage.db import Database


class NotYet(Exception):
    """The purchase is not in the database, or not yet: to be tried again later."""


class Foreign(Exception):
    """A provider's object that belongs to none of our sales: the account is used for other things too."""


@dataclass(slots=True)
class Counter:
    """Everything the billing of one tenant depends on.

    `return_url` is where the provider sends users after checkout. `has_webhook`: the provider sends us its events, so
    open purchases are polled only rarely. `secret` signs static Payment Links; without one there are none.
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
LINK_LEAST = timedelta(minutes=35)  # the provider accepts no expiry sooner than half an hour from now

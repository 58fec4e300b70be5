"""Shared context of the billing classes: database, provider, prices and settings of one tenant."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bots.billing.prices import PriceList
from bots.billing.provider import PaymentProvider
from pipeline import Entitlements
from storage.billing import customers
from storage.db import Database

log = structlog.get_logger(__name__)


class PurchaseNotFound(Exception):
    """The purchase is not in the database, or not yet: to be tried again later."""


class UnrelatedObject(Exception):
    """A provider's object that belongs to none of our sales: the account is used for other things too."""


@dataclass(slots=True)
class BillingContext:
    """Everything the billing of one tenant depends on.

    `return_url` is where the provider sends users after checkout. `has_webhook`: the provider sends us its events, so
    open purchases are polled only rarely. `secret` signs static Payment Links; without one there are none.
    """

    db: Database
    provider: PaymentProvider
    access: Entitlements
    tenant_id: uuid.UUID
    return_url: str = ""
    has_webhook: bool = False
    secret: bytes = b""
    prices: PriceList = field(init=False)

    def __post_init__(self) -> None:
        self.prices = PriceList(self.provider, self.access.catalogue, self.db.clock)

    def forget_customer(self, customer: str) -> None:
        """Forget a customer that the provider does not have any more."""
        log.info("customer-forgotten", customer=customer)
        with self.db.transaction() as session:
            customers.forget(session, self.tenant_id, customer)


LINK_LIFETIME = timedelta(hours=1)
MIN_LINK_LIFETIME = timedelta(minutes=35)  # the provider accepts no expiry sooner than half an hour from now

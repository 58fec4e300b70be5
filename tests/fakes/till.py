"""A till that makes links of its own invention."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from bots.core.till import PortalWish, PriceWish
from bots.core.ways import link
from models.payments import Purchase, PurchaseStatus
from models.people import Address
from storage import outbox
from storage.db import Database
from storage.outbox import Owed


@dataclass
class MakeshiftTill:
    """`bots.core.till.Till` without a provider. While it is `away` nothing gets a link."""

    db: Database
    away: bool = False
    asked: list[uuid.UUID] = field(default_factory=list)
    wishes: list[PortalWish] = field(default_factory=list)
    checks: list[PriceWish] = field(default_factory=list)
    repaid: list[uuid.UUID] = field(default_factory=list)

    def open(self, purchase_id: uuid.UUID) -> None:
        self.asked.append(purchase_id)
        if self.away:
            return
        with self.db.transaction() as session:
            purchase = session.get_one(Purchase, purchase_id)
            if purchase.status != PurchaseStatus.ASKED:
                return
            purchase.status, purchase.url = PurchaseStatus.OPEN, f"https://pay.test/{purchase_id}"
            purchase.expires_at = self.db.clock() + timedelta(minutes=60)
            address = session.get_one(Address, purchase.address_id)
            owed = Owed(link(purchase, edits_delivery=purchase.delivery_id), f"purchase:{purchase_id}", "opened")
            outbox.owe(session, address, purchase.person_id, owed, self.db.clock())

    def portal(self, wish: PortalWish) -> None:
        self.wishes.append(wish)

    def compare(self, wish: PriceWish) -> None:
        self.checks.append(wish)

    def repay(self, repayment_id: uuid.UUID) -> None:
        self.repaid.append(repayment_id)

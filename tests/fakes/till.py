"""Payment links without a provider."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from bots.core.conversation.payment_links import PortalRequest, PriceRequest
from bots.core.conversation.payment_methods import build_link_message
from models.billing.payments import Purchase, PurchaseStatus
from models.identity.people import Address
from storage.db import Database
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage


@dataclass
class MakeshiftTill:
    """`bots.core.till.PaymentLinks` with made-up links. While `is_away`, no purchase gets a link."""

    db: Database
    away: bool = False
    asked: list[uuid.UUID] = field(default_factory=list)
    wishes: list[PortalRequest] = field(default_factory=list)
    checks: list[PriceRequest] = field(default_factory=list)
    repaid: list[uuid.UUID] = field(default_factory=list)

    def create_link(self, purchase_id: uuid.UUID) -> None:
        self.asked.append(purchase_id)
        if self.away:
            return
        with self.db.transaction() as session:
            purchase = session.get_one(Purchase, purchase_id)
            if purchase.status != PurchaseStatus.REQUESTED:
                return
            purchase.status, purchase.url = PurchaseStatus.OPEN, f"https://pay.test/{purchase_id}"
            purchase.expires_at = self.db.clock() + timedelta(minutes=60)
            address = session.get_one(Address, purchase.address_id)
            owed = OutboxMessage(
                build_link_message(purchase, edits_delivery=purchase.delivery_id), f"purchase:{purchase_id}", "opened"
            )
            outbox.enqueue(session, address, purchase.person_id, owed, self.db.clock())

    def create_portal_link(self, request: PortalRequest) -> None:
        self.wishes.append(request)

    def compare_prices(self, request: PriceRequest) -> None:
        self.checks.append(request)

    def refund(self, repayment_id: uuid.UUID) -> None:
        self.repaid.append(repayment_id)

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
class StubPaymentLinks:
    """`bots.core.till.PaymentLinks` with made-up links. While `is_away`, no purchase gets a link."""

    db: Database
    is_away: bool = False
    requested_ids: list[uuid.UUID] = field(default_factory=list)
    portal_requests: list[PortalRequest] = field(default_factory=list)
    price_requests: list[PriceRequest] = field(default_factory=list)
    repayment_ids: list[uuid.UUID] = field(default_factory=list)

    def create_link(self, purchase_id: uuid.UUID) -> None:
        self.requested_ids.append(purchase_id)
        if self.is_away:
            return
        with self.db.transaction() as session:
            purchase = session.get_one(Purchase, purchase_id)
            if purchase.status != PurchaseStatus.REQUESTED:
                return
            purchase.status, purchase.url = PurchaseStatus.OPEN, f"https://pay.test/{purchase_id}"
            purchase.expires_at = self.db.clock() + timedelta(minutes=60)
            address = session.get_one(Address, purchase.address_id)
            outbox_message = OutboxMessage(
                build_link_message(purchase, edits_delivery=purchase.delivery_id), f"purchase:{purchase_id}", "opened"
            )
            outbox.enqueue(session, address, purchase.person_id, outbox_message, self.db.clock())

    def create_portal_link(self, request: PortalRequest) -> None:
        self.portal_requests.append(request)

    def compare_prices(self, request: PriceRequest) -> None:
        self.price_requests.append(request)

    def refund(self, repayment_id: uuid.UUID) -> None:
        self.repayment_ids.append(repayment_id)

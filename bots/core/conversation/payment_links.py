"""Protocol of the billing service as the conversation uses it: provider links and refunds, made after the commit."""

import uuid
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PortalRequest:
    """A user's request for a link to the provider's customer portal. `delivery_id` is the message to be edited into the
    link."""

    person_id: uuid.UUID
    delivery_id: int


@dataclass(frozen=True, slots=True)
class PriceRequest:
    """An administrator's request to compare the provider's prices with the price file. `delivery_id` is the message to
    be edited into the result."""

    person_id: uuid.UUID
    delivery_id: int


class PaymentLinks(Protocol):
    """Actions at the payment provider. Blocking, called after the commit. The implementation reports failures to the
    user, or retries."""

    def create_link(self, purchase_id: uuid.UUID) -> None:
        """Create the link of a purchase and edit its message into it; a purchase with a link stays unchanged."""
        ...

    def create_portal_link(self, request: PortalRequest) -> None:
        """Edit the message into a link to the customer portal, or into a text that there is nothing to manage."""
        ...

    def compare_prices(self, request: PriceRequest) -> None:
        """Edit the message into the differences between the price file and the provider's prices."""
        ...

    def refund(self, repayment_id: uuid.UUID) -> None:
        """Refund a payment made by link, idempotently; other payment methods are ignored."""
        ...

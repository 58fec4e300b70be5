"""What the conversation asks of the till: links of the payment provider, made after the commit."""

import uuid
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PortalWish:
    """Somebody asks for the page of the provider where they manage what they pay. `delivery_id` is the message to be
    edited into the link."""

    person_id: uuid.UUID
    delivery_id: int


@dataclass(frozen=True, slots=True)
class PriceWish:
    """An administrator asks whether the provider's prices are those of the price file. `delivery_id` is the message to
    be edited into the answer."""

    person_id: uuid.UUID
    delivery_id: int


class Till(Protocol):
    """Blocking, called after the commit. What fails is told to the person, or tried again, by the till itself."""

    def open(self, purchase_id: uuid.UUID) -> None:
        """Make the link of a purchase and edit its message into it; one that has a link is left as it is."""
        ...

    def portal(self, wish: PortalWish) -> None:
        """Edit the message into a link to the customer portal, or say that there is nothing to manage."""
        ...

    def compare(self, wish: PriceWish) -> None:
        """Edit the message into what differs between the price file and the provider."""
        ...

    def repay(self, repayment_id: uuid.UUID) -> None:
        """Give back what was paid by a link, once however often it is called; other money is not the till's."""
        ...

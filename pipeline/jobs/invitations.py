"""Credits of invitations: granted with what makes them due, and told to both sides."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from models.identity.people import Person
from models.messaging.deliveries import Message, TranslatedText
from storage.billing import invitations, purchases
from storage.billing.invitations import InvitationGrant
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage


def grant_invitation_for_purchase(session: Session, buyer: Person, now: datetime) -> None:
    """Grant the credits of the invitation a buyer came with, once; to be called before the purchase's own are."""
    _notify(session, invitations.grant_for_purchase(session, buyer, now), now)


def grant_invitation_for_result(session: Session, person: Person, now: datetime) -> None:
    """Grant the credits of the invitation a user came with, once a result was made for them on a network of their
    own; to be called before the job's credits are captured.
    """
    _notify(session, invitations.grant_for_result(session, person, now), now)


def _notify(session: Session, grants: Iterable[InvitationGrant], now: datetime) -> None:
    for grant in grants:
        address = purchases.address_of(session, grant.person)
        if address is not None:
            message = Message(paragraphs=(TranslatedText(key="invite-credits", values={"credits": grant.credits}),))
            outbox.enqueue(session, address, grant.person.id, OutboxMessage(message, grant.key), now)

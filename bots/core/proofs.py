"""Email verification: the services the conversation needs for it, and sending the emails after the commit."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bots.core.letters import Letter, LetterNotSent, Letters
from models.deliveries import Delivery, Message, Wording
from models.people import Address
from storage import outbox
from storage.codes import Codes
from storage.db import Database
from storage.outbox import Owed

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LetterWish:
    """An email to be sent. `delivery_id` is the message that announced it, which is edited if sending fails."""

    letter: Letter
    delivery_id: int


@dataclass(frozen=True, slots=True)
class Proofs:
    """Services for verification codes. `email_sender` is None where no email can be sent; `search_customers` finds the
    customers of a verified address, and is None where no customers are known. Both block, and are used after the
    commit."""

    codes: Codes
    letters: Letters | None = None
    search: Callable[[uuid.UUID], None] | None = None

    @property
    def can_find_customers(self) -> bool:
        return self.letters is not None and self.search is not None

    def post(self, db: Database, wish: LetterWish) -> None:
        """Send an email; on failure the user is notified, and can ask again."""
        if self.letters is None:
            return
        try:
            self.letters.send(wish.letter)
        except LetterNotSent as error:
            log.warning("letter-not-sent", error=str(error))
            _tell(db, wish)


def _tell(db: Database, wish: LetterWish) -> None:
    message = Message(paragraphs=(Wording(key="letter-not-sent"),), edits_delivery=wish.delivery_id)
    try:
        with db.transaction() as session:
            told = session.get_one(Delivery, wish.delivery_id)
            address = session.get_one(Address, told.address_id)
            assert told.person_id is not None  # noqa: S101 - it was a reply to a user
            owed = Owed(message, f"letter:{wish.delivery_id}")
            outbox.owe(session, address, told.person_id, owed, db.clock())
    except SQLAlchemyError as error:
        log.warning("letter-failure-not-told", error=type(error).__name__)

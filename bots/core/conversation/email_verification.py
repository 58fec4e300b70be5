"""Email verification: the services the conversation needs for it, and sending the emails after the commit."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bots.core.delivery.email import Email, EmailNotSent, EmailSender
from models.identity.people import Address
from models.messaging.deliveries import Delivery, Message, TranslatedText
from storage.db import Database
from storage.identity.codes import OneTimeCodeService
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class EmailRequest:
    """An email to be sent. `delivery_id` is the message that announced it, which is edited if sending fails."""

    email: Email
    delivery_id: int


@dataclass(frozen=True, slots=True)
class EmailVerification:
    """Services for verification codes. `email_sender` is None where no email can be sent; `search_customers` finds the
    customers of a verified address, and is None where no customers are known. Both block, and are used after the
    commit."""

    codes: OneTimeCodeService
    email_sender: EmailSender | None = None
    search_customers: Callable[[uuid.UUID], None] | None = None

    @property
    def can_find_customers(self) -> bool:
        return self.email_sender is not None and self.search_customers is not None

    def send_email(self, db: Database, request: EmailRequest) -> None:
        """Send an email; on failure the user is notified, and can ask again."""
        if self.email_sender is None:
            return
        try:
            self.email_sender.send(request.email)
        except EmailNotSent as error:
            log.warning("email-not-sent", error=str(error))
            _report_failure(db, request)


def _report_failure(db: Database, request: EmailRequest) -> None:
    message = Message(paragraphs=(TranslatedText(key="letter-not-sent"),), edits_delivery=request.delivery_id)
    try:
        with db.transaction() as session:
            announced = session.get_one(Delivery, request.delivery_id)
            address = session.get_one(Address, announced.address_id)
            assert announced.person_id is not None  # noqa: S101 - it was a reply to a user
            outbox_message = OutboxMessage(message, f"letter:{request.delivery_id}")
            outbox.enqueue(session, address, announced.person_id, outbox_message, db.clock())
    except SQLAlchemyError as error:
        log.warning("email-failure-not-reported", error=type(error).__name__)

"""Attempts at handling an update: each is counted first, and files are acknowledged before any slow work."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlmodel import Session

from bots.core import user_resolver
from bots.core.channel import Inbound
from bots.core.context import text_for
from models.identity.people import Account, Address, Person
from models.messaging.deliveries import Message
from pipeline import Admission, Pipeline
from storage.db import Database
from storage.identity import people
from storage.messaging import outbox, updates
from storage.messaging.outbox import OutboxMessage


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt at handling an update, by number (0 for a payment). For files also the ids of the user and address,
    the result of the admission check, and the delivery id of the acknowledgement."""

    number: int = 0
    user: tuple[UUID, UUID] | None = None
    admission: Admission | None = None
    ack: int | None = None

    @property
    def has_admitted_files(self) -> bool:
        """Whether to fetch the files; those of banned users, or while no jobs are accepted, are not fetched."""
        return self.admission is not None and self.admission.rejection is None


@dataclass(frozen=True, slots=True)
class AttemptStarter:
    """Begins the attempts of one account. `admin_ids` are those of its `UpdateHandler`."""

    db: Database
    account: Account
    pipeline: Pipeline
    admin_ids: frozenset[str]

    def begin(self, inbound: Inbound) -> Attempt:
        """Count the attempt, and acknowledge files before any slow work. What is found here holds for the whole
        attempt; after a crash another one begins here.

        Attempts at handling payments are not counted: these are never given up.
        """
        if inbound.payment is not None:
            return Attempt()
        with self.db.transaction() as session:
            attempt = Attempt(updates.count_attempt(session, self.account.id, inbound.update_ids))
            if inbound.attachments:
                attempt = self._admit_files(session, inbound, attempt)
        return attempt

    def get_user(self, session: Session, inbound: Inbound, attempt: Attempt) -> tuple[Person, Address]:
        """The user and address of the update. One resolved before may have been merged into another user meanwhile."""
        if attempt.user is None:
            return user_resolver.resolve_user(session, self.account, inbound, self.admin_ids, self.db.clock())
        person_id, address_id = attempt.user
        person = people.resolve_merged(session, session.get_one(Person, person_id))
        return person, session.get_one(Address, address_id)

    def _admit_files(self, session: Session, inbound: Inbound, attempt: Attempt) -> Attempt:
        person, address = self.get_user(session, inbound, attempt)
        attempt = replace(attempt, user=(person.id, address.id))
        if person.banned_at is not None:
            return attempt
        attempt = replace(attempt, admission=self.pipeline.check_admission(session, person))
        if not attempt.has_admitted_files:
            return attempt
        return replace(attempt, ack=self._acknowledge(session, inbound, person, address))

    def _acknowledge(self, session: Session, inbound: Inbound, person: Person, address: Address) -> int:
        text_key = "received-album" if len(inbound.attachments) > 1 else "received"
        cause = f"ack:{self.account.id}:{inbound.update_ids[0]}"
        message = Message(paragraphs=(text_for(text_key),), answers=inbound.update_ids[0])
        outbox_message = OutboxMessage(message, cause, reply_to=inbound.message_id)
        return outbox.enqueue(session, address, person.id, outbox_message, self.db.clock())

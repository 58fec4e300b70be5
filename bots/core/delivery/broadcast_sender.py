"""Sender of broadcasts: enqueues them in the outbox in small batches, and notifies the author at the end."""

from dataclasses import dataclass

from sqlmodel import Session

from bots.core.context import text_for
from models.identity.people import Address
from models.messaging.broadcasts import Broadcast
from models.messaging.deliveries import Message
from storage.db import Database
from storage.messaging import broadcasts, outbox
from storage.messaging.outbox import OutboxMessage


@dataclass(frozen=True, slots=True)
class BroadcastSender:
    """Each run enqueues as much as is sent in a few seconds; several processes may run it."""

    db: Database

    def run_once(self) -> None:
        with self.db.read_transaction() as session:
            if not broadcasts.has_open(session):
                return
        with self.db.transaction() as session:
            for broadcast in broadcasts.claim_open(session):
                broadcasts.enqueue_next(session, broadcast, self.db.clock())
                if broadcasts.finish_if_complete(session, broadcast, self.db.clock()):
                    self._notify_author(session, broadcast)

    def _notify_author(self, session: Session, broadcast: Broadcast) -> None:
        counts = {"sent": broadcast.sent, "blocked": broadcast.blocked, "failed": broadcast.failed, "left": 0}
        paragraphs = (
            text_for("admin-broadcast-done", code=broadcast.short_id),
            text_for("admin-broadcast-counts", **counts),
        )
        address = session.get_one(Address, broadcast.address_id)
        outbox_message = OutboxMessage(Message(paragraphs=paragraphs), f"broadcast-done:{broadcast.id}")
        outbox.enqueue(session, address, broadcast.person_id, outbox_message, self.db.clock())

"""Sender of broadcasts: enqueues them in the outbox in small batches, and notifies the author at the end."""

from dataclasses import dataclass

from sqlmodel import Session

from bots.core.visit import word
from models.deliveries import Message
from models.notices import Broadcast
from models.people import Address
from storage import broadcasts, outbox
from storage.db import Database
from storage.outbox import Owed


@dataclass(frozen=True, slots=True)
class Broadcaster:
    """Each run enqueues as much as is sent in a few seconds; several processes may run it."""

    db: Database

    def look(self) -> None:
        with self.db.reading() as session:
            if not broadcasts.are_any(session):
                return
        with self.db.transaction() as session:
            for each in broadcasts.open_ones(session):
                broadcasts.feed(session, each, self.db.clock())
                if broadcasts.end(session, each, self.db.clock()):
                    self._tell(session, each)

    def _tell(self, session: Session, each: Broadcast) -> None:
        about = {"sent": each.sent, "blocked": each.blocked, "failed": each.failed, "left": 0}
        told = word("admin-broadcast-done", code=each.short), word("admin-broadcast-counts", **about)
        address = session.get_one(Address, each.address_id)
        owed = Owed(Message(paragraphs=told), f"broadcast-done:{each.id}")
        outbox.owe(session, address, each.person_id, owed, self.db.clock())

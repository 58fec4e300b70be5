"""Updates of an account that several processes serve: each handles what it has stored, and what a dead one has left."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from bots.core.channel import Inbound, UpdateSink
from pipeline import ScheduledTask, Scheduler, generate_owner
from storage.db import Database
from storage.messaging import updates
from storage.messaging.updates import UpdateLease

UPDATE_LEASE = timedelta(seconds=15)  # until another process takes over from one that is gone


@dataclass(slots=True)
class LeasedUpdateSink:
    """Update sink that leases what it stores and claims, for another `sink` that handles it.

    Leases end by themselves unless they are renewed, which they are while `renew_leases` is entered.
    """

    sink: UpdateSink
    db: Database
    account_id: UUID
    owner: str = field(default_factory=generate_owner)
    lease: timedelta = UPDATE_LEASE

    def save_update(self, update_id: str, body: dict[str, object]) -> bool:
        with self.db.transaction() as session:
            return updates.save(session, self.account_id, update_id, body, self.db.clock(), self._build_lease())

    def list_unhandled(self) -> Sequence[tuple[str, dict[str, object]]]:
        with self.db.read_transaction() as session:
            return updates.list_free(session, self.account_id, self.owner, self.db.clock())

    def claim(self, update_ids: Collection[str]) -> Collection[str]:
        with self.db.transaction() as session:
            return updates.claim(session, self.account_id, update_ids, self._build_lease(), self.db.clock())

    def reserve(self, inbound: Inbound) -> float | None:
        return self.sink.reserve(inbound)

    async def refuse(self, inbound: Inbound) -> None:
        await self.sink.refuse(inbound)

    async def handle(self, inbound: Inbound) -> None:
        await self.sink.handle(inbound)

    async def ignore(self, update_ids: Sequence[str]) -> None:
        await self.sink.ignore(update_ids)

    @contextmanager
    def renew_leases(self) -> Iterator[None]:
        """While the block runs, renew the leases from a thread of its own; then others may handle what is left."""
        interval = self.lease.total_seconds() / 4
        scheduler = Scheduler("update-leases", (ScheduledTask(self.renew, interval, interval),))
        scheduler.start()
        try:
            yield
        finally:
            scheduler.stop()
            with suppress(SQLAlchemyError):  # then they end by themselves
                self._end_leases()

    def renew(self) -> None:
        """Renew all leases of this process, without a write where it has none."""
        with self.db.read_transaction() as session:
            has_leases = updates.has_leases(session, self.account_id, self.owner)
        if has_leases:
            with self.db.transaction() as session:
                updates.renew_leases(session, self.account_id, self.owner, self._build_lease().until)

    def _end_leases(self) -> None:
        with self.db.transaction() as session:
            updates.renew_leases(session, self.account_id, self.owner, None)

    def _build_lease(self) -> UpdateLease:
        return UpdateLease(self.owner, self.db.clock() + self.lease)

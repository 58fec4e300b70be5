"""Leases of a process's connections: taken, renewed from a thread, and judged by the time of the last renewal."""

import math
import os
import socket
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bots.core.connections.sharing import ShareChange, share_connections
from models.messaging.connections import ConnectionProcess
from pipeline import LeaseRenewer
from storage.db import CLOCK_TOLERANCE, Database
from storage.messaging import connection_leases
from storage.operations import process_lock

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LeaseTimings:
    """Seconds. The owner stops `margin` before the lease ends: clocks differ a little, and stopping takes a moment."""

    lease: float = 10.0
    renewal: float = 2.0
    margin: float = 2 * CLOCK_TOLERANCE.total_seconds() + 1.5


@dataclass(slots=True)
class ConnectionLeases:
    """Leases of one process for one channel. Methods that query the database block; any thread may call them.

    A process whose lock in `lock_folder` is free has ended: its leases are taken at once. Those of processes on other
    machines are taken when they expire. `monotonic` is the clock of deadlines.
    """

    db: Database
    channel: str
    lock_folder: Path
    timings: LeaseTimings = field(default_factory=LeaseTimings)
    monotonic: Callable[[], float] = time.monotonic
    process_id: UUID = field(default_factory=uuid4)
    _renewer: LeaseRenewer[UUID, UUID] = field(init=False)
    _stack: ExitStack | None = None

    def __post_init__(self) -> None:
        self._renewer = LeaseRenewer(
            f"{self.channel}-connections",
            4 * self.timings.renewal,
            self._renew,
            self._log_loss,
            max_outage=self.timings.lease - self.timings.margin,
        )

    def is_held(self, connection_id: UUID) -> bool:
        """Whether the connection is this process's now. Never blocks, and needs no database."""
        return self.monotonic() < self._renewer.get_deadline(connection_id)

    def get_deadline(self, connection_ids: Collection[UUID]) -> float:
        """Until when all of them are this process's unless they are renewed, in monotonic seconds."""
        return min(map(self._renewer.get_deadline, connection_ids), default=math.inf)

    def list_held(self) -> set[UUID]:
        return {each for each in self._renewer.held_keys if self.is_held(each)}

    def acquire(self, connection_id: UUID) -> bool:
        """Take a lease, if no other process has it. Raises SQLAlchemyError."""
        with self.db.read_transaction() as session:
            owners = connection_leases.map_owners(session, [connection_id], self.db.clock())
        return connection_id in self._take([connection_id], self._find_ended(owners.values()))

    def balance(self, connection_ids: Sequence[UUID], *, is_shared: bool = True) -> ShareChange:
        """Take free ones of the connections up to this process's share; what it took, and what it should give up
        because others have less. Not `is_shared`, it takes all that are free. Raises SQLAlchemyError.
        """
        if not connection_ids:
            return ShareChange()
        with self.db.read_transaction() as session:
            now = self.db.clock()
            owners = connection_leases.map_owners(session, connection_ids, now)
            processes = connection_leases.list_processes(session, self.channel, now)
        ended = self._find_ended({*owners.values(), *processes})
        owners = {
            each: owner for each, owner in owners.items() if owner not in ended and not self._has_lapsed(each, owner)
        }
        others = processes - ended if is_shared else ()
        change = share_connections(connection_ids, owners, others, self.process_id)
        if not change.wanted and self._renewer.held_keys:
            return change
        return ShareChange(tuple(self._take(change.wanted, ended)), change.surplus)

    def release(self, connection_ids: Collection[UUID]) -> None:
        """Give up connections that are closed. What the database does not learn expires by itself."""
        for each in connection_ids:
            self._renewer.remove(each)
        try:
            with self.db.transaction() as session:
                connection_leases.release(session, connection_ids, self.process_id)
        except SQLAlchemyError as error:
            log.warning("connections-not-released", error=type(error).__name__)

    def close(self) -> None:
        """Give up everything, when the process ends."""
        if self._stack is None:
            return
        self.release(self._renewer.held_keys)
        try:
            with self.db.transaction() as session:
                connection_leases.deregister(session, self.process_id)
        except SQLAlchemyError as error:
            log.warning("connections-not-released", error=type(error).__name__)
        self._stack.close()

    def _take(self, connection_ids: Collection[UUID], ended_ids: Collection[UUID]) -> set[UUID]:
        """Take what is free or expired, and what processes that have ended had; record that this one runs."""
        self._start()
        asked_at = self.monotonic()
        with self.db.transaction() as session:
            now = self.db.clock()
            until = now + timedelta(seconds=self.timings.lease)
            connection_leases.register(session, self._describe(until))
            taken = connection_leases.acquire(session, connection_ids, self.process_id, now, until, ended_ids=ended_ids)
        for each in taken:
            self._renewer.add(each, each, asked_at)
        return taken

    def _start(self) -> None:
        """Lock this process's file and start renewing, when the first lease is asked for."""
        if self._stack is None:
            self._stack = ExitStack()
            self._stack.enter_context(process_lock.hold_own(self.lock_folder, self.process_id))
            self._stack.enter_context(self._renewer)

    def _renew(self, connection_ids: Sequence[UUID]) -> set[UUID]:
        with self.db.transaction() as session:
            until = self.db.clock() + timedelta(seconds=self.timings.lease)
            connection_leases.register(session, self._describe(until))
            return connection_leases.renew(session, connection_ids, self.process_id, until)

    def _describe(self, until: datetime) -> ConnectionProcess:
        return ConnectionProcess(
            id=self.process_id, channel=self.channel, host=socket.gethostname(), pid=os.getpid(), expires_at=until
        )

    def _has_lapsed(self, connection_id: UUID, owner_id: UUID) -> bool:
        """Whether this process owned a connection, and could not renew it in time."""
        return owner_id == self.process_id and not self.is_held(connection_id)

    def _find_ended(self, process_ids: Collection[UUID]) -> set[UUID]:
        """Those of other processes that are known to have ended: on this machine, without releasing what they had."""
        others = set(process_ids) - {self.process_id}
        return {each for each in others if process_lock.has_ended(self.lock_folder, each)}

    def _log_loss(self, connection_id: UUID) -> None:
        log.warning("connection-lease-lost", connection=str(connection_id))

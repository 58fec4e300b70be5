"""Renewal of leases in the database, and detection of those that are lost."""

import math
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Self, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from pipeline.operations.scheduler import ScheduledTask, Scheduler

log = structlog.get_logger(__name__)

Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")
Query = Callable[[Sequence[Item]], Collection[Key]]
"""Called with items; returns the keys of those still held. May raise SQLAlchemyError."""


def generate_owner() -> str:
    """A name of this process, as the owner of leases, that no other process has."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


@dataclass(slots=True)
class HeldLease(Generic[Key, Item]):
    """A lease that is being renewed. `valid_until` is in monotonic seconds."""

    key: Key
    item: Item
    valid_until: float
    is_lost: bool = False


@dataclass(slots=True)
class LeaseRenewer(Generic[Key, Item]):
    """Renews the leases added to it, four times in `seconds`, from a thread of its own.

    A thread, because nobody may take over a lease only because this process's event loop, or its other threads, are
    busy. `on_lost` is called once per lost lease, from that thread. `check` detects a loss sooner than the next
    renewal, every `check_interval` seconds. `max_outage` is for how many seconds the database may be unavailable before
    the leases count as lost.
    """

    name: str
    seconds: float
    renew: Query[Item, Key]
    on_lost: Callable[[Key], None]
    check: Query[Item, Key] | None = None
    check_interval: float = math.inf
    max_outage: float = math.inf
    _held: dict[Key, HeldLease[Key, Item]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _scheduler: Scheduler | None = None

    def __enter__(self) -> Self:
        tasks = [(self.renew_all, self.seconds / 4)]
        if self.check is not None:
            tasks.append((self.check_all, self.check_interval))
        self._scheduler = Scheduler(
            self.name, [ScheduledTask(action, interval, initial_delay=interval) for action, interval in tasks]
        )
        self._scheduler.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._scheduler is not None:
            self._scheduler.stop()

    @property
    def held_keys(self) -> list[Key]:
        """Keys of the leases that were added and not removed, lost ones included."""
        with self._lock:
            return list(self._held)

    def add(self, key: Key, item: Item, acquired_at: float | None = None) -> None:
        """Renew a lease from now on; `acquired_at` is when it was asked for, in monotonic seconds."""
        valid_from = time.monotonic() if acquired_at is None else acquired_at
        with self._lock:
            self._held[key] = HeldLease(key, item, valid_from + self.max_outage)

    def get_deadline(self, key: Key) -> float:
        """Until when a lease counts as held unless it is renewed, in monotonic seconds; the past for one that is lost
        or was never held. Also right while the database does not answer at all.
        """
        with self._lock:
            lease = self._held.get(key)
        return -math.inf if lease is None or lease.is_lost else lease.valid_until

    def remove(self, key: Key) -> None:
        with self._lock:
            self._held.pop(key, None)

    def renew_all(self) -> None:
        """Renew all leases once."""
        asked_at = time.monotonic()
        for lease in self._query(self.renew):
            lease.valid_until = asked_at + self.max_outage

    def check_all(self) -> None:
        """Check once whether all leases are still held."""
        if self.check is not None:
            self._query(self.check)

    def _query(self, query: Query[Item, Key]) -> list[HeldLease[Key, Item]]:
        """Query the leases and report the lost ones; returns those still held, none while the database is away."""
        with self._lock:
            leases = [lease for lease in self._held.values() if not lease.is_lost]
        if not leases:
            return []
        try:
            held_keys = query([lease.item for lease in leases])
        except SQLAlchemyError as error:
            log.warning("lease-database-unavailable", leases=self.name, error=type(error).__name__)
            now = time.monotonic()
            self._report_lost([lease for lease in leases if now >= lease.valid_until])
            return []
        self._report_lost([lease for lease in leases if lease.key not in held_keys])
        return [lease for lease in leases if lease.key in held_keys]

    def _report_lost(self, leases: list[HeldLease[Key, Item]]) -> None:
        for lease in leases:
            with self._lock:
                lease.is_lost = self._held.get(lease.key) is lease  # otherwise it was removed meanwhile
            if lease.is_lost:
                self.on_lost(lease.key)

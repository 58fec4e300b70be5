"""Keeping messages leased while they are being sent, and noticing when another process has taken one over."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

import structlog
from sqlalchemy.exc import SQLAlchemyError

from models.deliveries import Delivery
from storage import outbox
from storage.db import Database

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Heartbeat:
    """Renews the leases of what it holds, four times in a lease, from a thread of its own.

    A thread, because an upload must not be given to another process only because this one's loop, or its threads, are
    busy. `on_lost` is called from it, with the id of the message. While the database is away nothing is lost: nobody
    else can take a message over either.
    """

    db: Database
    lease: timedelta
    on_lost: Callable[[int], None]
    _held: dict[int, Delivery] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._over.clear()
        self._thread = threading.Thread(target=self._beat, name="outbox-leases", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    @property
    def held(self) -> list[int]:
        """The ids of what is being sent."""
        with self._lock:
            return list(self._held)

    def hold(self, row: Delivery) -> None:
        with self._lock:
            self._held[_id(row)] = row

    def let_go(self, row: Delivery) -> None:
        with self._lock:
            self._held.pop(_id(row), None)

    def renew(self) -> None:
        """Renew everything once."""
        with self._lock:
            rows = list(self._held.values())
        if not rows:
            return
        with self.db.transaction() as session:
            kept = outbox.renew(session, rows, self.db.clock() + self.lease)
        for row in rows:
            if _id(row) not in kept and _id(row) in self.held:
                log.warning("delivery-taken-over", delivery=row.id)
                self.on_lost(_id(row))

    def _beat(self) -> None:
        while not self._over.wait(self.lease.total_seconds() / 4):
            try:
                self.renew()
            except SQLAlchemyError as error:
                log.warning("outbox-lease-not-renewed", error=type(error).__name__)


def _id(row: Delivery) -> int:
    assert row.id is not None  # noqa: S101 - the primary key of a row that stands
    return row.id

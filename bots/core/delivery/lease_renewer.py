"""Renewal of the leases of outbox messages that are being sent, which detects when another process takes one over."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

import structlog
from sqlalchemy.exc import SQLAlchemyError

from models.messaging.deliveries import Delivery
from storage.db import Database
from storage.messaging import outbox

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class LeaseRenewer:
    """Renews the leases of the deliveries added to it, four times per lease, from a thread of its own.

    A thread, because another process must not take over an upload only because this one's event loop, or its threads,
    are busy. `on_lost` is called from that thread, with the delivery's id. While the database is unavailable no lease
    is lost: no other process can take over a message either.
    """

    db: Database
    lease: timedelta
    on_lost: Callable[[int], None]
    _held: dict[int, Delivery] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, name="outbox-leases", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    @property
    def held_ids(self) -> list[int]:
        """Ids of the deliveries that are being sent."""
        with self._lock:
            return list(self._held)

    def add(self, row: Delivery) -> None:
        with self._lock:
            self._held[_id_of(row)] = row

    def remove(self, row: Delivery) -> None:
        with self._lock:
            self._held.pop(_id_of(row), None)

    def renew_all(self) -> None:
        """Renew all leases once."""
        with self._lock:
            rows = list(self._held.values())
        if not rows:
            return
        with self.db.transaction() as session:
            renewed_ids = outbox.renew_leases(session, rows, self.db.clock() + self.lease)
        for row in rows:
            if _id_of(row) not in renewed_ids and _id_of(row) in self.held_ids:
                log.warning("delivery-taken-over", delivery=row.id)
                self.on_lost(_id_of(row))

    def _run(self) -> None:
        while not self._stopped.wait(self.lease.total_seconds() / 4):
            try:
                self.renew_all()
            except SQLAlchemyError as error:
                log.warning("outbox-lease-not-renewed", error=type(error).__name__)


def _id_of(row: Delivery) -> int:
    assert row.id is not None  # noqa: S101 - the primary key of a stored row
    return row.id

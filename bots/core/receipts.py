"""Recording of delivery results in the outbox, and the retry policy."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bots.core.channel import ChannelError, Rejected, RetryLater, Unreachable
from bots.core.parcels import Lost, Wordless
from models.deliveries import Delivery
from pipeline import redress
from storage import outbox
from storage.db import Database

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 30  # of a message that itself causes the failures
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 600.0  # seconds between two attempts
NOTED_AGAIN, LONGEST_NOTED_AGAIN = 0.2, 5.0  # seconds between two attempts to record a result

Note = Callable[[], None]


@dataclass(slots=True)
class Receipts:
    """Records the results of one process. Each method blocks, and changes nothing when another process has taken over
    the message.

    When a messenger, store or database is unavailable, the attempts do not count: they end only when the message is too
    late. The backoff is kept in memory, and starts anew with the process.
    """

    db: Database
    _pauses: dict[int, float] = field(default_factory=dict)

    def of(self, row: Delivery, error: Exception) -> Note:
        """The action that records a failed attempt."""
        match error:
            case Lost() | Wordless():
                return partial(self.given_up, row, str(error))
            case RetryLater():
                return partial(self.put_off, row, error.seconds, str(error))
            case Unreachable():
                return partial(self.closed, row, str(error))
            case Rejected():
                return partial(self.refused, row, str(error))
            case ChannelError() | OSError() | SQLAlchemyError():
                return partial(self.unreached, row, _said(error))
            case _:  # a bug that this message triggers
                return partial(self.refused, row, _said(error))

    def sent(self, row: Delivery, external_id: str | None) -> None:
        self._forget(row)
        with self.db.transaction() as session:
            outbox.sent(session, row, external_id, self.db.clock())

    def unreached(self, row: Delivery, error: str) -> None:
        """Retry with exponential backoff while the messenger, store or database is unavailable, until the message is
        too late."""
        pause = min(2 * self._pauses.get(row.id or 0, FIRST_PAUSE / 2), LONGEST_PAUSE)
        self._pauses[row.id or 0] = pause
        log.warning("delivery-not-taken", delivery=row.id, pause=pause, error=error)
        self.put_off(row, pause, error)

    def put_off(self, row: Delivery, seconds: float, error: str) -> None:
        """Schedule another, uncounted attempt after so many seconds; give up when the message is too late."""
        with self.db.transaction() as session:
            now = self.db.clock()
            if not redress.is_late(session, row, now):
                outbox.retry(session, row, now + timedelta(seconds=seconds), error, counts=False)
                return
            redress.give_up(session, row, error, now)
        self._forget(row)

    def refused(self, row: Delivery, error: str) -> None:
        """Retry a message that was rejected itself, a limited number of times."""
        log.warning("delivery-refused", delivery=row.id, attempt=row.attempts, error=error)
        if row.attempts >= MAX_ATTEMPTS:
            self.given_up(row, error)
            return
        pause = timedelta(seconds=min(FIRST_PAUSE**row.attempts, LONGEST_PAUSE))
        with self.db.transaction() as session:
            outbox.retry(session, row, self.db.clock() + pause, error)

    def given_up(self, row: Delivery, error: str) -> None:
        self._forget(row)
        log.error("delivery-given-up", delivery=row.id, error=error)
        with self.db.transaction() as session:
            redress.give_up(session, row, error, self.db.clock())

    def closed(self, row: Delivery, error: str) -> None:
        self._forget(row)
        log.info("chat-unreachable", delivery=row.id, error=error)
        with self.db.transaction() as session:
            outbox.close_address(session, row.address_id, self.db.clock())

    def _forget(self, row: Delivery) -> None:
        self._pauses.pop(row.id or 0, None)


async def noted(note: Note, row: Delivery) -> None:
    """Record a result, retrying while the database is unavailable: a sent message must not be sent again."""
    pause = NOTED_AGAIN
    while True:
        try:
            return await asyncio.to_thread(note)
        except DBAPIError as error:
            log.warning("delivery-not-noted", delivery=row.id, error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_NOTED_AGAIN)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"

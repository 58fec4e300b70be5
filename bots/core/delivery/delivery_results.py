"""Recording of delivery results in the outbox, and the retry policy."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bots.core.channel import ChannelError, ChatUnreachable, MessageRejected, RetryLater
from bots.core.delivery.delivery_builder import MediaMissing, MissingTranslation
from models.messaging.deliveries import Delivery
from pipeline.jobs import delivery_refund
from storage.db import Database
from storage.messaging import outbox

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 30  # of a message that itself causes the failures
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 600.0  # seconds between two attempts
NOTED_AGAIN, LONGEST_NOTED_AGAIN = 0.2, 5.0  # seconds between two attempts to record a result

ResultAction = Callable[[], None]


@dataclass(slots=True)
class DeliveryResults:
    """Records the results of one process. Each method blocks, and changes nothing when another process has taken over
    the message.

    When a messenger, store or database is unavailable, the attempts do not count: they end only when the message is too
    late. The backoff is kept in memory, and starts anew with the process.
    """

    db: Database
    _pauses: dict[int, float] = field(default_factory=dict)

    def action_for(self, row: Delivery, error: Exception) -> ResultAction:
        """The action that records a failed attempt."""
        match error:
            case MediaMissing() | MissingTranslation():
                return partial(self.give_up, row, str(error))
            case RetryLater():
                return partial(self.postpone, row, error.seconds, str(error))
            case ChatUnreachable():
                return partial(self.record_unreachable, row, str(error))
            case MessageRejected():
                return partial(self.record_rejected, row, str(error))
            case ChannelError() | OSError() | SQLAlchemyError():
                return partial(self.retry_with_backoff, row, _describe_error(error))
            case _:  # a bug that this message triggers
                return partial(self.record_rejected, row, _describe_error(error))

    def record_sent(self, row: Delivery, external_id: str | None) -> None:
        self._forget_pause(row)
        with self.db.transaction() as session:
            outbox.mark_sent(session, row, external_id, self.db.clock())

    def retry_with_backoff(self, row: Delivery, error: str) -> None:
        """Retry with exponential backoff while the messenger, store or database is unavailable, until the message is
        too late."""
        pause = min(2 * self._pauses.get(row.id or 0, FIRST_PAUSE / 2), LONGEST_PAUSE)
        self._pauses[row.id or 0] = pause
        log.warning("delivery-not-taken", delivery=row.id, pause=pause, error=error)
        self.postpone(row, pause, error)

    def postpone(self, row: Delivery, seconds: float, error: str) -> None:
        """Schedule another, uncounted attempt after so many seconds; give up when the message is too late."""
        with self.db.transaction() as session:
            now = self.db.clock()
            if not delivery_refund.is_expired(session, row, now):
                outbox.retry(session, row, now + timedelta(seconds=seconds), error, counts_as_attempt=False)
                return
            delivery_refund.abandon_delivery(session, row, error, now)
        self._forget_pause(row)

    def record_rejected(self, row: Delivery, error: str) -> None:
        """Retry a message that was rejected itself, a limited number of times."""
        log.warning("delivery-refused", delivery=row.id, attempt=row.attempts, error=error)
        if row.attempts >= MAX_ATTEMPTS:
            self.give_up(row, error)
            return
        pause = timedelta(seconds=min(FIRST_PAUSE**row.attempts, LONGEST_PAUSE))
        with self.db.transaction() as session:
            outbox.retry(session, row, self.db.clock() + pause, error)

    def give_up(self, row: Delivery, error: str) -> None:
        self._forget_pause(row)
        log.error("delivery-given-up", delivery=row.id, error=error)
        with self.db.transaction() as session:
            delivery_refund.abandon_delivery(session, row, error, self.db.clock())

    def record_unreachable(self, row: Delivery, error: str) -> None:
        self._forget_pause(row)
        log.info("chat-unreachable", delivery=row.id, error=error)
        with self.db.transaction() as session:
            outbox.mark_unreachable(session, row.address_id, self.db.clock())

    def _forget_pause(self, row: Delivery) -> None:
        self._pauses.pop(row.id or 0, None)


async def run_until_saved(action: ResultAction, row: Delivery) -> None:
    """Record a result, retrying while the database is unavailable: a sent message must not be sent again."""
    pause = NOTED_AGAIN
    while True:
        try:
            return await asyncio.to_thread(action)
        except DBAPIError as error:
            log.warning("delivery-not-noted", delivery=row.id, error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_NOTED_AGAIN)


def _describe_error(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"

"""Recording of delivery results in the outbox, and their retries."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bots.core.channel import ChannelError, ChatUnreachable, MessageRejected, RetryLater
from bots.core.delivery.delivery_builder import MediaMissing, MissingTranslation
from models.messaging.deliveries import Delivery
from models.retries import DELIVERY_RETRIES
from pipeline import abandon_delivery, is_delivery_expired
from storage.db import Database
from storage.messaging import outbox

log = structlog.get_logger(__name__)

ResultAction = Callable[[], None]


@dataclass(slots=True)
class DeliveryResults:
    """Records the results of one process. Each method blocks, and changes nothing when another process has taken over
    the message.

    When a messenger, store or database is unavailable, the attempts do not count: they end only when the message is too
    late. The count of failures is kept in memory, and starts anew with the process.
    """

    db: Database
    _failures: dict[int, int] = field(default_factory=dict)

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
        self._forget_failures(row)
        with self.db.transaction() as session:
            outbox.mark_sent(session, row, external_id, self.db.clock())

    def retry_with_backoff(self, row: Delivery, error: str) -> None:
        """Retry with exponential backoff while the messenger, store or database is unavailable, until the message is
        too late."""
        failures = self._failures[row.id or 0] = self._failures.get(row.id or 0, 0) + 1
        pause = DELIVERY_RETRIES.backoff.delay_for(failures)
        log.warning("delivery-postponed", delivery=row.id, pause=pause, error=error)
        self.postpone(row, pause, error)

    def postpone(self, row: Delivery, seconds: float, error: str) -> None:
        """Schedule another, uncounted attempt after so many seconds; give up when the message is too late."""
        with self.db.transaction() as session:
            now = self.db.clock()
            if not is_delivery_expired(session, row, now):
                outbox.retry(session, row, now + timedelta(seconds=seconds), error, counts_as_attempt=False)
                return
            abandon_delivery(session, row, error, now)
        self._forget_failures(row)

    def record_rejected(self, row: Delivery, error: str) -> None:
        """Retry a message that was rejected itself, a limited number of times."""
        log.warning("delivery-rejected", delivery=row.id, attempt=row.attempts, error=error)
        if row.attempts >= DELIVERY_RETRIES.max_attempts:
            self.give_up(row, error)
            return
        with self.db.transaction() as session:
            outbox.retry(session, row, self.db.clock() + DELIVERY_RETRIES.delay_for(row.attempts), error)

    def give_up(self, row: Delivery, error: str) -> None:
        self._forget_failures(row)
        log.error("delivery-abandoned", delivery=row.id, error=error)
        with self.db.transaction() as session:
            abandon_delivery(session, row, error, self.db.clock())

    def record_unreachable(self, row: Delivery, error: str) -> None:
        self._forget_failures(row)
        log.info("chat-unreachable", delivery=row.id, error=error)
        with self.db.transaction() as session:
            outbox.mark_unreachable(session, row.address_id, self.db.clock())

    def _forget_failures(self, row: Delivery) -> None:
        self._failures.pop(row.id or 0, None)


def _describe_error(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"

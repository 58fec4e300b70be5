"""Retry policies: how often something that failed is attempted again, and after which delays."""

import random
import sys
from dataclasses import dataclass
from datetime import timedelta

_MAX_EXPONENT = 20  # of the factor: a larger one might not fit into a float


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential backoff in seconds. With `jitter`, each delay differs at random by up to that share of it."""

    first: float
    maximum: float
    factor: float = 2.0
    jitter: float = 0.0

    def delay_for(self, attempt: int) -> float:
        """The delay after the failure of an attempt, counted from one."""
        delay = min(self.first * self.factor ** min(attempt - 1, _MAX_EXPONENT), self.maximum)
        return delay * random.uniform(1 - self.jitter, 1 + self.jitter)  # noqa: S311 - no security depends on it


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Delays between attempts, and when to give up: after so many attempts, or at that age."""

    backoff: Backoff
    max_attempts: int = sys.maxsize
    max_age: timedelta = timedelta.max

    def delay_for(self, attempt: int) -> timedelta:
        """The delay after the failure of an attempt, counted from one."""
        return timedelta(seconds=self.backoff.delay_for(attempt))


JOB_RETRIES = RetryPolicy(Backoff(first=5, factor=6, maximum=30), max_attempts=3)
DELIVERY_RETRIES = RetryPolicy(Backoff(first=2, maximum=600), max_attempts=30)  # counted when the message is at fault
UPDATE_RETRIES = RetryPolicy(Backoff(first=30, maximum=30), max_attempts=3)  # then the user is told that it failed
EVENT_RETRIES = RetryPolicy(Backoff(first=2, maximum=3600), max_age=timedelta(days=3))  # of a payment provider
DATABASE_BACKOFF = Backoff(first=0.2, maximum=5)  # for what must be stored before anything else happens
INBOUND_BACKOFF = Backoff(first=0.5, maximum=15)  # for an update that exists only in memory
SERVICE_BACKOFF = Backoff(first=0.5, maximum=8, jitter=0.25)  # of a provider that a job waits for
WHATSAPP_BACKOFF = Backoff(first=5, maximum=600, jitter=0.25)  # many sessions reconnecting at once look like an attack

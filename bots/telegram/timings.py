"""Timings of a gateway."""

from dataclasses import dataclass

from models.retries import UPDATE_RETRIES


@dataclass(frozen=True, slots=True)
class GatewayTimings:
    """Timeouts in seconds, and limits, of a gateway."""

    poll_seconds: int = 20  # timeout of a long poll
    reconnect_seconds: float = 1.0  # first delay when Telegram cannot be reached; doubles up to half a minute
    retry_seconds: float = UPDATE_RETRIES.backoff.first  # how often failed updates are requeued
    shutdown_seconds: float = 10.0  # how long the shutdown waits for running handlers
    max_conflicts: int = 3  # Conflict errors within a minute before giving up: one is normal at a restart
    max_concurrent: int = 32  # updates handled at the same time

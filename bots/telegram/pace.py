"""Timings of a gateway."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Timeouts in seconds, and limits, of a gateway."""

    poll: int = 20  # timeout of a long poll
    reconnect: float = 1.0  # first delay when Telegram cannot be reached; doubles up to half a minute
    retry: float = 30.0  # how often failed updates are requeued
    grace: float = 10.0  # how long the shutdown waits for running handlers
    conflicts: int = 3  # Conflict errors within a minute before giving up: one is normal at a restart
    at_once: int = 32  # updates handled at the same time

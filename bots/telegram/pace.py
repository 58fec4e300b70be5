"""A gateway's patience."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """How a gateway behaves in time; seconds and counts."""

    poll: int = 20  # how long Telegram holds a request open
    reconnect: float = 1.0  # the first pause when Telegram cannot be reached; doubles up to half a minute
    retry: float = 30.0  # how often updates whose handling failed are taken up again
    grace: float = 10.0  # how long the end waits for what is being handled
    conflicts: int = 3  # second receivers seen within a minute before giving up: one is normal at a restart
    at_once: int = 32  # people answered at the same time

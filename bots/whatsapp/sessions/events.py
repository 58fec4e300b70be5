"""What a connection tells the life of its number."""

from dataclasses import dataclass

from bots.whatsapp.sessions.states import Happened

NANOSECONDS = 1_000_000_000


class Stuck(Exception):
    """The library does not answer, and nothing but the end of its process makes it let go."""


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that happened; `value` is a code, a JID or a reason, `seconds` how long a ban lasts."""

    what: Happened
    value: str = ""
    seconds: float | None = None


def ban_seconds(expire: int) -> float | None:
    """How long a ban lasts. The library tells it in Go's nanoseconds; nothing at all for one without an end."""
    if expire <= 0:
        return None
    return expire / NANOSECONDS if expire >= NANOSECONDS else float(expire)

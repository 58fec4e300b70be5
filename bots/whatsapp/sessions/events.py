"""Events that a connection reports to the connection loop of its session."""

from dataclasses import dataclass

from bots.whatsapp.sessions.states import Happened

NANOSECONDS = 1_000_000_000


class Stuck(Exception):
    """neonize does not respond; only ending its process releases the session."""


@dataclass(frozen=True, slots=True)
class Signal:
    """`value` is a code, a JID or a reason; `seconds` is the length of a ban."""

    what: Happened
    value: str = ""
    seconds: float | None = None


def ban_seconds(expire: int) -> float | None:
    """The length of a ban in seconds, from neonize's value, in nanoseconds; None for a ban without an end."""
    if expire <= 0:
        return None
    return expire / NANOSECONDS if expire >= NANOSECONDS else float(expire)

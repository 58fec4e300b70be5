"""Events that a connection reports to the connection loop of its session."""

from dataclasses import dataclass

from bots.whatsapp.sessions.states import ConnectionEventKind

NANOSECONDS_PER_SECOND = 1_000_000_000


class ClientStuck(Exception):
    """neonize does not respond; only ending its process releases the session."""


@dataclass(frozen=True, slots=True)
class ConnectionEvent:
    """`value` is a code, a JID or a reason; `seconds` is the length of a ban."""

    kind: ConnectionEventKind
    value: str = ""
    seconds: float | None = None


def parse_ban_seconds(expire: int) -> float | None:
    """The length of a ban in seconds, from neonize's value, in nanoseconds; None for a ban without an end."""
    if expire <= 0:
        return None
    return expire / NANOSECONDS_PER_SECOND if expire >= NANOSECONDS_PER_SECOND else float(expire)

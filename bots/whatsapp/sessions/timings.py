"""Timings of a session's connections: how long each step may take, and when one counts as lost."""

from dataclasses import dataclass

from models.retries import WHATSAPP_BACKOFF, Backoff


@dataclass(frozen=True, slots=True)
class ConnectionTimings:
    """Seconds and counts. `codes_lifetime` is how long WhatsApp issues new codes; after that neonize waits forever.

    A connection found missing `max_absences` times, checked every `poll_seconds`, counts as closed even without an
    event.
    """

    connect_timeout: float = 60.0
    codes_lifetime: float = 160.0
    poll_seconds: float = 30.0
    reconnect_timeout: float = 900.0
    backoff: Backoff = WHATSAPP_BACKOFF
    max_renewals: int = 3
    max_absences: int = 2

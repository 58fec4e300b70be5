"""Timings of a gateway."""

from dataclasses import dataclass

from bots.core.inbound import InboundLimits

TELEGRAM_LIMITS = InboundLimits(shutdown_seconds=10.0)


@dataclass(frozen=True, slots=True)
class GatewayTimings:
    """Timeouts in seconds, and limits, of a gateway."""

    poll_seconds: int = 20  # timeout of a long poll
    reconnect_seconds: float = 1.0  # first delay when Telegram cannot be reached; doubles up to half a minute
    max_conflicts: int = 3  # Conflict errors within a minute before giving up: one is normal at a restart
    inbound: InboundLimits = TELEGRAM_LIMITS

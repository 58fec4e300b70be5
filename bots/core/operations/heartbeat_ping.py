"""Heartbeat ping (dead man's switch): a URL requested every minute while this server is healthy; the service behind it
raises an alert when the pings stop."""

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import structlog

log = structlog.get_logger(__name__)

PING_INTERVAL = 60.0  # seconds
TIMEOUT = 10.0  # seconds


def fetch_status(url: str) -> int:
    """Request the URL; returns the status code. Raises httpx.HTTPError."""
    return httpx.get(url, timeout=TIMEOUT, follow_redirects=True).status_code


@dataclass(frozen=True, slots=True)
class HeartbeatPing:
    """Sender of the ping. Any exception of `is_healthy` counts as unhealthy. The URL may contain a key, so it is never
    logged."""

    url: str = field(repr=False)
    is_healthy: Callable[[], bool]
    fetch: Callable[[str], int] = fetch_status

    def send(self) -> None:
        if not self._check_health():
            log.warning("heartbeat-skipped")
            return
        try:
            status = self.fetch(self.url)
        except httpx.HTTPError as error:
            log.warning("heartbeat-failed", error=type(error).__name__)
        else:
            if status >= 400:
                log.warning("heartbeat-rejected", status=status)

    def _check_health(self) -> bool:
        try:
            return self.is_healthy()
        except Exception as error:  # noqa: BLE001 - all the health checks, each of which may fail in any way
            log.warning("heartbeat-health-unknown", error=type(error).__name__)
            return False

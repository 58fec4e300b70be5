"""Who watches the watcher: an address that hears of us every minute while all is well, and alarms when it does not."""

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import structlog

log = structlog.get_logger(__name__)

BEAT_EVERY = 60.0  # seconds
PATIENCE = 10.0  # seconds


def called(url: str) -> int:
    """The status of the answer. Raises httpx.HTTPError."""
    return httpx.get(url, timeout=PATIENCE, follow_redirects=True).status_code


@dataclass(frozen=True, slots=True)
class Pulse:
    """`is_well` may raise whatever it likes, which is not well. The address may hold a key, so it is never logged."""

    url: str = field(repr=False)
    is_well: Callable[[], bool]
    call: Callable[[str], int] = called

    def beat(self) -> None:
        if not self._is_well():
            log.warning("heartbeat-withheld")
            return
        try:
            status = self.call(self.url)
        except httpx.HTTPError as error:
            log.warning("heartbeat-not-heard", error=type(error).__name__)
        else:
            if status >= 400:
                log.warning("heartbeat-refused", status=status)

    def _is_well(self) -> bool:
        try:
            return self.is_well()
        except Exception as error:  # noqa: BLE001 - the health checks of everything, each of which may fail in any way
            log.warning("heartbeat-unsure", error=type(error).__name__)
            return False

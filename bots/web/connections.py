"""Connections to the page: a client holds no more than its share of them, and none without asking something.

Proxies hold the connections of many clients, and have deadlines of their own: they are not limited here.
"""

import asyncio
import resource
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bots.web.request_limits import ConnectionLimits, RequestLimitMiddleware

RESERVED_FILES = 256  # open files beside connections: database, uploads, films that are sent
MAX_CONNECTIONS = 10_000  # whatever the machine allows


@dataclass(slots=True)
class ConnectionCounter:
    """Counts the connections of each client that is no proxy."""

    limits: ConnectionLimits
    proxies: Iterable[str]
    _counts: Counter[str] = field(default_factory=Counter)

    def has_room(self, host: str) -> bool:
        """Count a connection; False where it is one too many."""
        self._counts[host] += 1
        return self._counts[host] <= self.limits.max_connections or self._is_proxy(host)

    def remove(self, host: str) -> None:
        self._counts[host] -= 1
        if self._counts[host] <= 0:
            del self._counts[host]

    def _is_proxy(self, host: str) -> bool:
        try:
            address = ip_address(host)
        except ValueError:
            return True  # a socket of the machine itself
        return any(each == "*" or address in ip_network(each) for each in self.proxies)


class WebConfig(uvicorn.Config):
    """Configuration of the server with the counter that its connections share. Requests are limited behind the headers
    of proxies, which tell whose they are.
    """

    def __init__(self, app: Any, counter: ConnectionCounter, **options: Any) -> None:
        super().__init__(app, http=LimitedProtocol, limit_concurrency=compute_max_connections(), **options)
        self.counter = counter

    def load(self) -> None:
        app = self.app
        self.app = RequestLimitMiddleware(app, self.counter.limits)  # type: ignore[arg-type] # it is an application
        super().load()
        self.app = app


class LimitedProtocol(H11Protocol):
    """Closes a connection that is one too many of its client, or on which the headers of a request take too long."""

    config: WebConfig

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._header_timer: asyncio.TimerHandle | None = None

    def accept(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._start_header_timer()
        if not self.config.counter.has_room(self._host):
            transport.abort()

    def receive(self, data: bytes) -> None:
        super().data_received(data)
        if not self._is_waiting:
            self._stop_header_timer()
        elif self._header_timer is None:
            self._start_header_timer()

    def close(self, exc: Exception | None) -> None:
        self._stop_header_timer()
        self.config.counter.remove(self._host)
        super().connection_lost(exc)

    connection_made, data_received, connection_lost = accept, receive, close  # as asyncio calls them

    @property
    def _host(self) -> str:
        return self.client[0] if self.client else ""

    @property
    def _is_waiting(self) -> bool:
        """Whether no request is being answered, so that what arrives is the headers of the next."""
        return self.cycle is None or self.cycle.response_complete

    def _start_header_timer(self) -> None:
        self._header_timer = self.loop.call_later(self.config.counter.limits.header_seconds, self._close_if_waiting)

    def _stop_header_timer(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _close_if_waiting(self) -> None:
        self._header_timer = None
        if self._is_waiting:
            self.transport.close()


def compute_max_connections() -> int:
    """How many connections there may be, by the limit of this process on open files: beyond it nothing works."""
    soft_limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(RESERVED_FILES, min(MAX_CONNECTIONS, soft_limit - RESERVED_FILES))

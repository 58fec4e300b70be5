"""HTTP server of the web application (uvicorn)."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from bots.web.connections import ConnectionCounter, WebConfig
from bots.web.notifier import Notifier
from bots.web.request_limits import ConnectionLimits

SHUTDOWN_SECONDS = 3  # for requests under way when the server stops


class WebServer(uvicorn.Server):
    """Stops without waiting for long-polling requests."""

    def __init__(self, config: uvicorn.Config, notifier: Notifier) -> None:
        super().__init__(config)
        self._notifier = notifier

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the process: at a second one, which `make` sends, uvicorn would not finish its shutdown."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._notifier.close()
        await super().shutdown(sockets)


def build_web_server(
    app: FastAPI,
    notifier: Notifier,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    proxies: Sequence[str] = ("127.0.0.1",),
    limits: ConnectionLimits | None = None,
) -> WebServer:
    """A server ready to `serve()`; set `should_exit` to stop it. Port 0 takes a free one.

    `proxies` are addresses and networks whose forwarded headers are trusted: the client is the last address in
    X-Forwarded-For that is not one of theirs.
    """
    limits = limits or ConnectionLimits()
    config = WebConfig(
        app,
        ConnectionCounter(limits, proxies),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        forwarded_allow_ips=list(proxies),
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    return WebServer(config, notifier)

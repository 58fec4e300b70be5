"""The real HTTP server in a thread, on a free port of 127.0.0.1."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Thread

from fakes.sockets import open_listener
from fastapi import FastAPI

from bots.web.notifier import Notifier
from bots.web.request_limits import ConnectionLimits
from bots.web.server import build_web_server


@contextmanager
def serve_web_app(
    app: FastAPI,
    notifier: Notifier,
    port: int = 0,
    limits: ConnectionLimits | None = None,
    proxies: Sequence[str] = ("127.0.0.1",),
) -> Iterator[str]:
    """The address of the application while the block runs."""
    with open_listener(port) as sock:
        server = build_web_server(app, notifier, limits=limits, proxies=proxies)
        thread = Thread(target=lambda: asyncio.run(server.serve([sock])))
        thread.start()
        try:
            # the socket accepts connections from now on; they are served as soon as the application has started
            yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive(), "the server did not stop"

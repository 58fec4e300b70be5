"""The real HTTP server in a thread of the test, on a free port of 127.0.0.1."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from fastapi import FastAPI

from bots.web.bell import Bell
from bots.web.server import web_server


@contextmanager
def served(app: FastAPI, bell: Bell, port: int = 0) -> Iterator[str]:
    """The address of the application while the block runs."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        server = web_server(app, bell)
        thread = Thread(target=lambda: asyncio.run(server.serve([listener])))
        thread.start()
        try:
            # the listener takes connections from now on; they are answered as soon as the application has started
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive(), "the server did not stop"

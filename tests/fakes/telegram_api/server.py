"""Server of an ASGI application on a real socket, in a thread of its own."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fakes.sockets import open_listener
from starlette.types import ASGIApp

SHUTDOWN_SECONDS = 1  # seconds for running requests at the end


class _ThreadedServer(uvicorn.Server):
    """Stops immediately instead of at uvicorn's next tick: hundreds of tests start one each."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, access_log=False, log_level="critical", lifespan="off"))
        self._loop = asyncio.new_event_loop()
        self._stop_event = asyncio.Event()

    def run_on(self, sock: socket.socket) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self.serve([sock]))

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop_event.set)

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self._stop_event.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=SHUTDOWN_SECONDS)


@contextmanager
def serve_app(app: ASGIApp) -> Iterator[str]:
    """Serve on a free local port; yields the URL, such as http://127.0.0.1:40123."""
    with open_listener() as sock:
        server = _ThreadedServer(app)
        thread = threading.Thread(target=server.run_on, args=[sock], daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        finally:
            server.stop()
            thread.join(10)

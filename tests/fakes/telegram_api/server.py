"""Server of an ASGI application on a real socket, in a thread of its own."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fakes.listening import listener
from starlette.types import ASGIApp

PATIENCE = 1  # seconds for running requests at the end


class _Server(uvicorn.Server):
    """Stops immediately instead of at uvicorn's next tick: hundreds of tests start one each."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, access_log=False, log_level="critical", lifespan="off"))
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()

    def begin(self, door: socket.socket) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self.serve([door]))

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self._end.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=PATIENCE)


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serve on a free local port; yields the URL, such as http://127.0.0.1:40123."""
    with listener() as door:
        server = _Server(app)
        thread = threading.Thread(target=server.begin, args=[door], daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.end()
            thread.join(10)

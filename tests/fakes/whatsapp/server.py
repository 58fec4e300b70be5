"""Server of the fake WhatsApp for clients in other processes: calls come over a socket, events go back over it."""

import asyncio
import pickle
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from fakes.whatsapp.client_connection import ClientCallbacks, ClientHello
from fakes.whatsapp.fake import FakeWhatsApp
from fakes.whatsapp.go_backend import GoBackend

FRAME_HEADER = struct.Struct("!Q")


def encode_frame(message: tuple[Any, ...]) -> bytes:
    body = pickle.dumps(message)
    return FRAME_HEADER.pack(len(body)) + body


async def read_frame(reader: asyncio.StreamReader) -> Any:
    """The next message. Raises EOFError at the end."""
    try:
        (size,) = FRAME_HEADER.unpack(await reader.readexactly(FRAME_HEADER.size))
        return pickle.loads(await reader.readexactly(size))  # noqa: S301 - both ends are ours
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise EOFError from error


@contextmanager
def serve_whatsapp(fake: FakeWhatsApp) -> Iterator[str]:
    """Serve on a free local port; yields the address, such as 127.0.0.1:40123.

    Raises AssertionError at the end if the bot did anything WhatsApp forbids.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(_start_server(fake), loop).result(10)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        asyncio.run_coroutine_threadsafe(_close_server(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
    assert not fake.problems, "\n".join(fake.problems)


async def _start_server(fake: FakeWhatsApp) -> asyncio.Server:
    return await asyncio.start_server(lambda *ends: _ClientProcess(fake, *ends).serve(), "127.0.0.1", 0)


async def _close_server(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class _ClientProcess:
    """Connection of one process that runs clients."""

    def __init__(self, fake: FakeWhatsApp, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._fake, self._reader, self._writer = fake, reader, writer
        self._backend = GoBackend(fake)
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._clients: set[bytes] = set()

    async def serve(self) -> None:
        with suppress(EOFError):
            while True:
                task = asyncio.create_task(self._handle_frame(await read_frame(self._reader)))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        self._close_clients()

    async def _handle_frame(self, message: tuple[Any, ...]) -> None:
        match message:
            case ("connect", number, hello):
                self._clients.add(hello.uuid)
                self._send("answer", number, await self._backend.connect(hello, self._build_callbacks(number, hello)))
            case ("ask", number, call, uuid, arguments):
                self._send("answer", number, await self._backend.call(call, uuid, arguments))
            case ("unknown", call):
                self._backend.report_unknown(call)

    def _build_callbacks(self, number: int, _hello: ClientHello) -> ClientCallbacks:
        return ClientCallbacks(
            lambda code: self._send("shows", number, code),
            lambda code, body: self._send("tells", number, code, body),
            lambda: self._send("dialled", number),
        )

    def _send(self, *message: Any) -> None:
        """Send a frame; may be called from any thread."""
        with suppress(RuntimeError):  # the loop is closed: the test is over
            self._loop.call_soon_threadsafe(self._writer.write, encode_frame(message))

    def _close_clients(self) -> None:
        """The process is gone: close the connections of its clients."""
        for task in self._tasks:
            task.cancel()
        for uuid in self._clients:
            self._fake.connecting_uuids.discard(uuid)
            if connection := self._fake.connection_of(uuid):
                self._fake.close_connection(connection)
        self._writer.close()

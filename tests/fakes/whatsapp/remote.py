"""Go library of a client whose fake WhatsApp is in another process: `WHATSAPP_FFI=fakes.whatsapp.remote:factory`.

`FAKE_WHATSAPP` is the address. Cancelling a client whose connection hangs freezes the loop, as with the real library.
"""

import asyncio
import itertools
import os
import threading
from typing import Any

from fakes.whatsapp.client_connection import ClientCallbacks, ClientHello
from fakes.whatsapp.ffi import FakeGoLibrary
from fakes.whatsapp.server import encode_frame, read_frame


def factory() -> FakeGoLibrary:
    return FakeGoLibrary(RemoteBackend(os.environ["FAKE_WHATSAPP"]))


class RemoteBackend:
    """One connection for all clients of this process, opened on first use."""

    def __init__(self, address: str) -> None:
        self._host, _, self._port = address.partition(":")
        self._numbers = itertools.count(1)
        self._futures: dict[int, asyncio.Future[Any]] = {}
        self._callbacks: dict[int, ClientCallbacks] = {}
        self._connecting: set[int] = set()
        self._writer: asyncio.StreamWriter | None = None
        self._open_lock = asyncio.Lock()
        self._read_task: asyncio.Task[None] | None = None

    async def connect(self, hello: ClientHello, callbacks: ClientCallbacks) -> bytes:
        number = next(self._numbers)
        self._callbacks[number] = callbacks
        self._connecting.add(number)
        try:
            return bytes(await self._request(number, "connect", number, hello))
        except asyncio.CancelledError:
            if number in self._connecting:
                threading.Event().wait()  # neonize stops its Go library here, which waits for the connecting forever
            raise

    async def call(self, name: str, uuid: bytes, arguments: tuple[Any, ...]) -> Any:
        number = next(self._numbers)
        return await self._request(number, "ask", number, name, uuid, arguments)

    def report_unknown(self, name: str) -> None:
        if self._writer is not None:
            self._writer.write(encode_frame(("unknown", name)))

    async def _request(self, number: int, *message: Any) -> Any:
        async with self._open_lock:
            if self._writer is None:
                reader, self._writer = await asyncio.open_connection(self._host, int(self._port))
                self._read_task = asyncio.create_task(self._read_frames(reader))
        future = self._futures[number] = asyncio.get_running_loop().create_future()
        self._writer.write(encode_frame(message))
        return await future

    async def _read_frames(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                self._handle_frame(await read_frame(reader))
        except EOFError:
            for future in self._futures.values():
                if not future.done():
                    future.set_exception(ConnectionError("WhatsApp is gone"))

    def _handle_frame(self, message: tuple[Any, ...]) -> None:
        match message:
            case ("answer", number, value):
                answer = self._futures.pop(number)
                if not answer.done():
                    answer.set_result(value)
            case ("shows", number, code):
                self._callbacks[number].show_code(code)
            case ("tells", number, code, body):
                self._callbacks[number].send_event(code, body)
            case ("dialled", number):
                self._connecting.discard(number)

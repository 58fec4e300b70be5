"""Go library of a client whose fake WhatsApp is in another process: `WHATSAPP_FFI=fakes.whatsapp.remote:factory`.

`FAKE_WHATSAPP` is the address. Cancelling a client whose connection hangs freezes the loop, as with the real library.
"""

import asyncio
import itertools
import os
import threading
from typing import Any

from fakes.whatsapp.ffi import FakeGo
from fakes.whatsapp.lines import Callbacks, Hello
from fakes.whatsapp.server import framed, received


def factory() -> FakeGo:
    return FakeGo(RemoteTrunk(os.environ["FAKE_WHATSAPP"]))


class RemoteTrunk:
    """One connection for all clients of this process, opened on first use."""

    def __init__(self, address: str) -> None:
        self._host, _, self._port = address.partition(":")
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._callbacks: dict[int, Callbacks] = {}
        self._dialling: set[int] = set()
        self._writer: asyncio.StreamWriter | None = None
        self._opening = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None

    async def connect(self, hello: Hello, callbacks: Callbacks) -> bytes:
        number = next(self._numbers)
        self._callbacks[number] = callbacks
        self._dialling.add(number)
        try:
            return bytes(await self._sent(number, "connect", number, hello))
        except asyncio.CancelledError:
            if number in self._dialling:
                threading.Event().wait()  # neonize stops its Go library here, which waits for the connecting forever
            raise

    async def ask(self, call: str, uuid: bytes, arguments: tuple[Any, ...]) -> Any:
        number = next(self._numbers)
        return await self._sent(number, "ask", number, call, uuid, arguments)

    def unknown(self, call: str) -> None:
        if self._writer is not None:
            self._writer.write(framed(("unknown", call)))

    async def _sent(self, number: int, *message: Any) -> Any:
        async with self._opening:
            if self._writer is None:
                reader, self._writer = await asyncio.open_connection(self._host, int(self._port))
                self._reading = asyncio.create_task(self._read(reader))
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        self._writer.write(framed(message))
        return await answer

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                self._take(await received(reader))
        except EOFError:
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(ConnectionError("WhatsApp is gone"))

    def _take(self, message: tuple[Any, ...]) -> None:
        match message:
            case ("answer", number, value):
                answer = self._answers.pop(number)
                if not answer.done():
                    answer.set_result(value)
            case ("shows", number, code):
                self._callbacks[number].shows(code)
            case ("tells", number, code, body):
                self._callbacks[number].tells(code, body)
            case ("dialled", number):
                self._dialling.discard(number)

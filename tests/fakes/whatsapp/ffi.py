"""Replacement of neonize's Go library: its calls, as neonize makes them, and no others."""

import asyncio
import ctypes
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import neonize.aioze.events
from fakes.whatsapp.events import code_of
from fakes.whatsapp.exchange import Exchange
from fakes.whatsapp.fake import FakeWhatsApp
from fakes.whatsapp.lines import Callbacks, Hello, Line
from fakes.whatsapp.phones import Phone
from neonize.aioze.client import NewAClient
from neonize.proto import Neonize_pb2 as N

OnEvent = Callable[[bytes, int | None, int, int], None]  # an event without content has no address


class Trunk(Protocol):
    """The backend of the fake Go library: in this process, or in another."""

    async def connect(self, hello: Hello, callbacks: Callbacks) -> bytes: ...

    async def ask(self, call: str, uuid: bytes, arguments: tuple[Any, ...]) -> Any: ...

    def unknown(self, call: str) -> None: ...


class FakeGo:
    """Takes the place of a client's Go library. A call that is not implemented here fails the test."""

    def __init__(self, trunk: Trunk) -> None:
        self._trunk = trunk

    async def Neonize(
        self,
        name: bytes,
        uuid: bytes,
        jid: bytes,
        _jid_size: int,
        is_new_device: int,
        _level: bytes,
        qr: Callable[[int, int], None],
        _status: object,
        event: OnEvent,
        _log: object,
        subscribed: "ctypes.Array[ctypes.c_char]",
        _subscribed_size: int,
        *_props_and_proxy: object,
    ) -> bytes:
        asked = N.JID.FromString(jid).User if jid else ""
        known = frozenset(bytes(subscribed))
        hello = Hello(_whole(name.decode()), uuid, asked, bool(is_new_device), known, os.getpid())
        return await self._trunk.connect(hello, callbacks_of(uuid, qr, event))

    async def Stop(self, uuid: bytes) -> bytes:
        return bytes(await self._trunk.ask("Stop", uuid, ()))

    async def Disconnect(self, uuid: bytes) -> None:
        await self._trunk.ask("Disconnect", uuid, ())

    async def Logout(self, uuid: bytes) -> bytes:
        return bytes(await self._trunk.ask("Logout", uuid, ()))

    async def IsConnected(self, uuid: bytes) -> bool:
        return bool(await self._trunk.ask("IsConnected", uuid, ()))

    async def IsLoggedIn(self, uuid: bytes) -> bool:
        return bool(await self._trunk.ask("IsLoggedIn", uuid, ()))

    async def GetMe(self, uuid: bytes) -> bytes:
        return bytes(await self._trunk.ask("GetMe", uuid, ()))

    async def PairPhone(self, uuid: bytes, wish: bytes, _size: int) -> bytes:
        return bytes(await self._trunk.ask("PairPhone", uuid, (wish,)))

    async def SendMessage(self, uuid: bytes, to: bytes, to_size: int, body: bytes, size: int) -> bytes:
        assert (len(to), len(body)) == (to_size, size)
        return bytes(await self._trunk.ask("SendMessage", uuid, (to, body)))

    async def Upload(self, uuid: bytes, content: bytes, size: int, kind: int) -> bytes:
        assert len(content) == size
        return bytes(await self._trunk.ask("Upload", uuid, (bytes(content), kind)))

    async def DownloadAny(self, uuid: bytes, body: bytes, size: int) -> bytes:
        assert len(body) == size
        return bytes(await self._trunk.ask("DownloadAny", uuid, (body,)))

    async def SendChatPresence(self, uuid: bytes, to: bytes, _size: int, state: int, media: int) -> bytes:
        return bytes(await self._trunk.ask("SendChatPresence", uuid, (to, state, media)))

    async def MarkRead(
        self, uuid: bytes, ids: bytes, at: int, chat: bytes, _chat_size: int, sender: bytes, _size: int, receipt: bytes
    ) -> bytes:
        return bytes(await self._trunk.ask("MarkRead", uuid, (ids, at, chat, sender, receipt)))

    def __getattr__(self, name: str) -> Any:
        if name[0].isupper():
            self._trunk.unknown(name)
        raise AttributeError(name)


def _whole(name: str) -> str:
    """The name of a database, with an absolute path, valid in any process."""
    return name if "://" in name else str(Path(name).resolve())


def callbacks_of(uuid: bytes, qr: Callable[[int, int], None], event: OnEvent) -> Callbacks:
    """neonize's C callbacks, called as Go calls them: with addresses that are valid only during the call."""

    def shows(code: str) -> None:
        name, text = ctypes.create_string_buffer(uuid), ctypes.create_string_buffer(code.encode())
        qr(ctypes.addressof(name), ctypes.addressof(text))

    def tells(code: int, body: bytes) -> None:
        buffer = ctypes.create_string_buffer(body, len(body)) if body else None
        event(uuid, ctypes.addressof(buffer) if buffer else None, len(body), code)

    return Callbacks(shows, tells)


def dispatch(client: NewAClient, event: Any) -> None:
    """Send an event to a client, as its Go library does."""
    body = event.SerializeToString()
    callbacks_of(client.uuid, lambda *_: None, client.event.execute).tells(code_of(event), body)


def in_process(client: NewAClient, fake: FakeWhatsApp, phone: Phone | None = None) -> Line | None:
    """Replace a client's Go library by the fake; with a phone, the client is linked and connected at once.

    Call it inside the running loop, which receives neonize's events from now on.
    """
    neonize.aioze.events.event_global_loop = asyncio.get_running_loop()
    client._stop_finalizer.detach()
    client._NewAClient__client = FakeGo(Exchange(fake))  # type: ignore[attr-defined]
    if phone is None:
        return None
    tells = callbacks_of(client.uuid, lambda *_: None, client.event.execute).tells
    return fake.attach(phone, client.uuid, frozenset(client.event.list_func), tells)

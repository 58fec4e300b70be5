"""Replacement of neonize's Go library: its calls, as neonize makes them, and no others."""

import asyncio
import ctypes
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import neonize.aioze.events
from fakes.whatsapp.client_connection import ClientCallbacks, ClientConnection, ClientHello
from fakes.whatsapp.events import event_code_of
from fakes.whatsapp.fake import FakeWhatsApp
from fakes.whatsapp.go_backend import GoBackend
from fakes.whatsapp.phones import FakePhone
from neonize.aioze.client import NewAClient
from neonize.proto import Neonize_pb2 as N

OnEvent = Callable[[bytes, int | None, int, int], None]  # an event without content has no address


class Backend(Protocol):
    """The backend of the fake Go library: in this process, or in another."""

    async def connect(self, hello: ClientHello, callbacks: ClientCallbacks) -> bytes: ...

    async def call(self, name: str, uuid: bytes, arguments: tuple[Any, ...]) -> Any: ...

    def report_unknown(self, name: str) -> None: ...


class FakeGoLibrary:
    """Takes the place of a client's Go library. A call that is not implemented here fails the test."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

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
        user = N.JID.FromString(jid).User if jid else ""
        subscribed_codes = frozenset(bytes(subscribed))
        hello = ClientHello(
            _resolve_name(name.decode()), uuid, user, bool(is_new_device), subscribed_codes, os.getpid()
        )
        return await self._backend.connect(hello, callbacks_of(uuid, qr, event))

    async def Stop(self, uuid: bytes) -> bytes:
        return bytes(await self._backend.call("Stop", uuid, ()))

    async def Disconnect(self, uuid: bytes) -> None:
        await self._backend.call("Disconnect", uuid, ())

    async def Logout(self, uuid: bytes) -> bytes:
        return bytes(await self._backend.call("Logout", uuid, ()))

    async def IsConnected(self, uuid: bytes) -> bool:
        return bool(await self._backend.call("IsConnected", uuid, ()))

    async def IsLoggedIn(self, uuid: bytes) -> bool:
        return bool(await self._backend.call("IsLoggedIn", uuid, ()))

    async def GetMe(self, uuid: bytes) -> bytes:
        return bytes(await self._backend.call("GetMe", uuid, ()))

    async def PairPhone(self, uuid: bytes, request: bytes, _size: int) -> bytes:
        return bytes(await self._backend.call("PairPhone", uuid, (request,)))

    async def SendMessage(self, uuid: bytes, to: bytes, to_size: int, body: bytes, size: int) -> bytes:
        assert (len(to), len(body)) == (to_size, size)
        return bytes(await self._backend.call("SendMessage", uuid, (to, body)))

    async def Upload(self, uuid: bytes, content: bytes, size: int, kind: int) -> bytes:
        assert len(content) == size
        return bytes(await self._backend.call("Upload", uuid, (bytes(content), kind)))

    async def DownloadAny(self, uuid: bytes, body: bytes, size: int) -> bytes:
        assert len(body) == size
        return bytes(await self._backend.call("DownloadAny", uuid, (body,)))

    async def SendChatPresence(self, uuid: bytes, to: bytes, _size: int, state: int, media: int) -> bytes:
        return bytes(await self._backend.call("SendChatPresence", uuid, (to, state, media)))

    async def MarkRead(
        self, uuid: bytes, ids: bytes, at: int, chat: bytes, _chat_size: int, sender: bytes, _size: int, receipt: bytes
    ) -> bytes:
        return bytes(await self._backend.call("MarkRead", uuid, (ids, at, chat, sender, receipt)))

    def __getattr__(self, name: str) -> Any:
        if name[0].isupper():
            self._backend.report_unknown(name)
        raise AttributeError(name)


def _resolve_name(name: str) -> str:
    """The name of a database, with an absolute path, valid in any process."""
    return name if "://" in name else str(Path(name).resolve())


def callbacks_of(uuid: bytes, qr: Callable[[int, int], None], event: OnEvent) -> ClientCallbacks:
    """neonize's C callbacks, called as Go calls them: with addresses that are valid only during the call."""

    def show_code(code: str) -> None:
        name, text = ctypes.create_string_buffer(uuid), ctypes.create_string_buffer(code.encode())
        qr(ctypes.addressof(name), ctypes.addressof(text))

    def send_event(code: int, body: bytes) -> None:
        buffer = ctypes.create_string_buffer(body, len(body)) if body else None
        event(uuid, ctypes.addressof(buffer) if buffer else None, len(body), code)

    return ClientCallbacks(show_code, send_event)


def dispatch_event(client: NewAClient, event: Any) -> None:
    """Send an event to a client, as its Go library does."""
    body = event.SerializeToString()
    callbacks_of(client.uuid, lambda *_: None, client.event.execute).send_event(event_code_of(event), body)


def connect_in_process(
    client: NewAClient, fake: FakeWhatsApp, phone: FakePhone | None = None
) -> ClientConnection | None:
    """Replace a client's Go library by the fake; with a phone, the client is linked and connected at once.

    Call it inside the running loop, which receives neonize's events from now on.
    """
    neonize.aioze.events.event_global_loop = asyncio.get_running_loop()
    client._stop_finalizer.detach()
    client._NewAClient__client = FakeGoLibrary(GoBackend(fake))  # type: ignore[attr-defined]
    if phone is None:
        return None
    send_event = callbacks_of(client.uuid, lambda *_: None, client.event.execute).send_event
    return fake.attach_client(phone, client.uuid, frozenset(client.event.list_func), send_event)

"""Responder of a session while it has a connection: its channel, and the receiver of its messages."""

import asyncio
from collections.abc import Callable
from typing import Any

from bots.core.channel import UpdateSink
from bots.whatsapp.channel import WhatsAppChannel
from bots.whatsapp.pacing import Pacer
from bots.whatsapp.read import Me
from bots.whatsapp.receiver import Receiver
from bots.whatsapp.sessions.channel_proxy import Line
from bots.whatsapp.sessions.client import Wire
from bots.whatsapp.sessions.connection import Connection
from bots.whatsapp.sessions.session_repository import Errand
from storage.db import Database


class NumberService:
    """`bots.whatsapp.ports.Responder` of one connection. Messages are stored from the start; they are handled, and
    pending messages are sent, once the session is online.

    `build_link` makes a public download link of a media key; None without a web page.
    """

    def __init__(
        self,
        connection: Connection,
        errand: Errand,
        db: Database,
        inlet: UpdateSink,
        line: Line,
        link: Callable[[str], str] | None = None,
    ) -> None:
        self._line = line
        self._me = Me(errand.number, errand.lid)
        wire = Wire(connection.client)
        self._channel = WhatsAppChannel(wire, db, errand.account, Pacer(errand.since), line.capabilities, link)
        self._receiver = Receiver(inlet, self._channel, lambda: self._me)
        self._running: asyncio.Task[None] | None = None

    async def handle_event(self, event: Any) -> None:
        await self._receiver.take(event)

    def begin(self, errand: Errand) -> None:
        """Called whenever the session comes online, also again within this connection."""
        self._me = Me(errand.number, errand.lid)
        self._channel.pacer.since = errand.since
        self._line.current = self._channel
        if self._running is None:
            self._running = asyncio.create_task(self._receiver.run())

    async def finish(self) -> None:
        """Stop sending, and wait some seconds for messages being handled."""
        if self._line.current is self._channel:
            self._line.current = None
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await self._receiver.stop()

"""Responder of a session while it has a connection: its channel, and the processor of its messages."""

import asyncio
from collections.abc import Callable
from typing import Any

from bots.core.channel import UpdateSink
from bots.core.inbound import InboundProcessor
from bots.whatsapp.channel import WhatsAppChannel
from bots.whatsapp.inbound import WHATSAPP_LIMITS, WhatsAppAdapter
from bots.whatsapp.message_reader import OwnIdentity
from bots.whatsapp.pacing import SendRateLimiter
from bots.whatsapp.sessions.channel_proxy import ChannelProxy
from bots.whatsapp.sessions.client import WhatsAppClient
from bots.whatsapp.sessions.connection import NeonizeConnection
from bots.whatsapp.sessions.session_repository import Assignment
from storage.db import Database


class SessionResponder:
    """`bots.whatsapp.ports.Responder` of one connection. Messages are stored from the start; they are handled, and
    pending messages are sent, once the session is online.

    `build_link` makes a public download link of a media key; None without a web page.
    """

    def __init__(
        self,
        connection: NeonizeConnection,
        assignment: Assignment,
        db: Database,
        sink: UpdateSink,
        proxy: ChannelProxy,
        build_link: Callable[[str], str] | None = None,
    ) -> None:
        self._proxy = proxy
        self._identity = OwnIdentity(assignment.own_number, assignment.lid)
        client = WhatsAppClient(connection.client)
        self._channel = WhatsAppChannel(
            client, db, assignment.account, SendRateLimiter(assignment.first_online_at), proxy.capabilities, build_link
        )
        self._inbound = InboundProcessor(
            sink,
            WhatsAppAdapter(self._channel, lambda: self._identity),
            album_seconds=proxy.capabilities.album_seconds,
            limits=WHATSAPP_LIMITS,
        )
        self._inbound_task: asyncio.Task[None] | None = None

    async def handle_event(self, event: Any) -> None:
        await self._inbound.receive(event)

    def start(self, assignment: Assignment) -> None:
        """Called whenever the session comes online, also again within this connection."""
        self._identity = OwnIdentity(assignment.own_number, assignment.lid)
        self._channel.rate_limiter.first_online_at = assignment.first_online_at
        self._proxy.current_channel = self._channel
        if self._inbound_task is None:
            self._inbound_task = asyncio.create_task(self._inbound.run())

    async def finish(self) -> None:
        """Stop sending, and wait some seconds for messages being handled."""
        if self._proxy.current_channel is self._channel:
            self._proxy.current_channel = None
        if self._inbound_task is not None:
            self._inbound_task.cancel()
            await asyncio.gather(self._inbound_task, return_exceptions=True)
        await self._inbound.stop()

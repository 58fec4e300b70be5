"""Limits on requests as they are read: a least rate for their bodies, and how many one client may have at a time."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bots.web.auth.client_network import client_network_of


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Limits of one client: its connections, its requests at the same time, seconds for a request's headers, and for a
    body `grace_seconds` and one more for each `min_rate` bytes that have come.
    """

    max_connections: int = 128
    max_requests: int = 128
    header_seconds: float = 10.0
    grace_seconds: float = 10.0
    min_rate: int = 8_192


class RequestTooSlow(ClientDisconnect):
    """The body of a request comes slower than it must; it is read no further."""


class RequestLimitMiddleware:
    """Answers 429 to a client with too many requests under way, and raises RequestTooSlow from reading a slow body.

    Only the time spent waiting for the client counts, not that of writing what it sent to the disk.
    """

    def __init__(self, app: ASGIApp, limits: ConnectionLimits) -> None:
        self._app = app
        self._limits = limits
        self._under_way: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        client = client_network_of(Request(scope))
        if self._under_way[client] >= self._limits.max_requests:
            headers = {"retry-after": "5", "connection": "close"}
            await PlainTextResponse("Too many requests at once", 429, headers)(scope, receive, send)
            return
        self._under_way[client] += 1
        body = _BodyDeadline(receive, self._limits)
        try:
            await self._app(scope, body.receive, body.close_if_late(send))
        finally:
            self._under_way[client] -= 1
            if not self._under_way[client]:
                del self._under_way[client]


class _BodyDeadline:
    """The receive channel of one request, until its body is complete with a deadline that what arrives puts off."""

    def __init__(self, receive: Receive, limits: ConnectionLimits) -> None:
        self._receive = receive
        self._limits = limits
        self._waited = 0.0
        self._received = 0
        self._is_complete = False
        self._is_late = False

    def close_if_late(self, send: Send) -> Send:
        """Send what is sent, and let the connection end with the response to a body that is read no further."""

        async def send_message(message: Message) -> None:
            if message["type"] == "http.response.start" and self._is_late:
                MutableHeaders(scope=message)["connection"] = "close"
            await send(message)

        return send_message

    async def receive(self) -> Message:
        if self._is_complete:
            return await self._receive()  # from now on it tells when the client goes away
        started = time.monotonic()
        allowed = self._limits.grace_seconds + self._received / self._limits.min_rate - self._waited
        try:
            message = await asyncio.wait_for(self._receive(), max(0.0, allowed))
        except TimeoutError:
            self._is_late = True
            raise RequestTooSlow from None
        self._waited += time.monotonic() - started
        self._received += len(message.get("body", b""))
        self._is_complete = message["type"] != "http.request" or not message.get("more_body", False)
        return message

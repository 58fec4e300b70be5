"""Event loop of one connection of a session, from opening to closing: handles its events and timeouts."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Any

import structlog

from bots.core.database_retry import retry_until_stored
from bots.whatsapp.sessions.events import ClientStuck, ConnectionEvent
from bots.whatsapp.sessions.pairing import FIRST_CODE_SECONDS, NEXT_CODE_SECONDS
from bots.whatsapp.sessions.ports import Responder, WhatsAppConnection
from bots.whatsapp.sessions.session_repository import Assignment, SessionRepository
from bots.whatsapp.sessions.states import ConnectionEventKind
from bots.whatsapp.sessions.timings import ConnectionTimings
from models.messaging.whatsapp import WhatsAppStateDetail

log = structlog.get_logger(__name__)


class ConnectionOutcome(StrEnum):
    """Why a connection ended, which decides what follows."""

    STOPPED = "over"  # the session stays stopped
    RETRY = "again"  # to be retried after a backoff
    RENEW_CODES = "renew"  # the pairing codes have run out
    RESTART_REQUESTED = "asked"  # a stop or restart was requested


class ConnectionLoop:
    """`events` accepts events from outside too: RESTART_REQUESTED is one. With `should_log_out` the device is unlinked
    from the phone at the end; when it `is_urgent` to end, messages in hand are finished after the connection."""

    def __init__(
        self,
        repository: SessionRepository,
        connection: WhatsAppConnection,
        create_responder: Callable[[WhatsAppConnection, Assignment], Responder],
        assignment: Assignment,
        timings: ConnectionTimings,
    ) -> None:
        self.repository = repository
        self.connection = connection
        self.assignment = assignment
        self.timings = timings
        self.events: asyncio.Queue[ConnectionEvent] = asyncio.Queue()
        self.was_online = False
        self.should_log_out = False
        self.is_urgent = False
        self.is_open = False
        self._create_responder = create_responder
        self._responder: Responder | None = None
        self._responder_ready = asyncio.Event()
        self._code_count = 0
        self._absence_count = 0
        self._is_duplicate = False
        self._set_deadline(timings.connect_timeout, self._handle_connect_timeout)

    async def run(self) -> ConnectionOutcome:
        async with self._open_connection():
            while True:
                event = await self._wait_for_event()
                outcome = await (self._on_deadline() if event is None else _HANDLERS[event.kind](self, event))
                if outcome is not None:
                    return outcome

    @contextlib.asynccontextmanager
    async def _open_connection(self) -> AsyncIterator[None]:
        """Open the connection, and close it completely at the end; ClientStuck is raised when it may still exist."""
        if not self.assignment.is_new:
            self._start_responder()
        self.is_open = True
        await self.connection.open(self.events.put_nowait, self._receive_message)
        try:
            yield
        finally:
            if self.is_urgent:
                await self._close_connection()
            if self._responder is not None:
                await self._responder.finish()
            self._responder_ready.set()
            if self.is_open:
                await self._close_connection()

    async def _close_connection(self) -> None:
        await self.connection.close()
        self.is_open = False

    async def _wait_for_event(self) -> ConnectionEvent | None:
        try:
            async with asyncio.timeout_at(self._deadline):
                return await self.events.get()
        except TimeoutError:
            return None

    async def _receive_message(self, event: Any) -> None:
        """Hold a message back until the account is known, so that it can be stored."""
        await self._responder_ready.wait()
        if self._responder is not None:
            await self._responder.handle_event(event)

    def _start_responder(self) -> None:
        self._responder = self._create_responder(self.connection, self.assignment)
        self._responder_ready.set()

    def _set_deadline(self, seconds: float, on_deadline: Callable[[], Awaitable[ConnectionOutcome | None]]) -> None:
        self._on_deadline = on_deadline
        self._deadline = asyncio.get_running_loop().time() + seconds

    async def _handle_connect_timeout(self) -> ConnectionOutcome | None:
        """Connecting took too long. A client that does not even report whether it is connected hangs."""
        try:
            await self.connection.is_connected()
        except ClientStuck:
            await retry_until_stored(
                self.repository.record_event, ConnectionEventKind.CLOSED, WhatsAppStateDetail.STUCK
            )
            raise
        return await self.handle_closed(ConnectionEvent(ConnectionEventKind.CLOSED, "silence"))

    async def _check_connection(self) -> ConnectionOutcome | None:
        """Verify that a session without a disconnect event is still connected."""
        self._absence_count = 0 if await self.connection.is_connected() else self._absence_count + 1
        if self._absence_count >= self.timings.max_absences:
            return await self.handle_closed(ConnectionEvent(ConnectionEventKind.CLOSED, "absence"))
        self._set_deadline(self.timings.poll_seconds, self._check_connection)
        return None

    async def _renew_codes(self) -> ConnectionOutcome | None:
        return ConnectionOutcome.RENEW_CODES

    async def _handle_reconnect_timeout(self) -> ConnectionOutcome | None:
        return ConnectionOutcome.STOPPED if self._is_duplicate else ConnectionOutcome.RETRY

    async def handle_code(self, event: ConnectionEvent) -> ConnectionOutcome | None:
        """The first code is valid for a minute; new ones follow for as long as WhatsApp issues them."""
        self._code_count += 1
        if self._code_count == 1:
            self._set_deadline(self.timings.codes_lifetime, self._renew_codes)
        if self.assignment.phone is None:
            await retry_until_stored(
                self.repository.show_qr_code,
                event.value,
                FIRST_CODE_SECONDS if self._code_count == 1 else NEXT_CODE_SECONDS,
            )
        elif self._code_count == 1:
            return await self._request_pairing_code(self.assignment.phone)
        return None

    async def _request_pairing_code(self, phone: str) -> ConnectionOutcome | None:
        try:
            code = await self.connection.request_pairing_code(phone)
        except ValueError as error:
            log.warning("whatsapp-pairing-code-failed", number=self.repository.session_id.hex, error=str(error))
            await retry_until_stored(
                self.repository.stop_pairing, ConnectionEventKind.PAIRING_FAILED, WhatsAppStateDetail.REFUSED
            )
            return ConnectionOutcome.STOPPED
        await retry_until_stored(self.repository.show_pairing_code, code, self.timings.codes_lifetime)
        return None

    async def handle_paired(self, event: ConnectionEvent) -> ConnectionOutcome | None:
        """neonize now reconnects by itself. A number that is connected here already is logged out once connected."""
        assignment = await retry_until_stored(self.repository.complete_pairing, event.value)
        self._is_duplicate = assignment is None
        if assignment is not None:
            self.assignment = assignment
            self._start_responder()
        else:
            await retry_until_stored(
                self.repository.stop_pairing, ConnectionEventKind.PAIRING_FAILED, WhatsAppStateDetail.TAKEN
            )
        self._set_deadline(self.timings.connect_timeout, self._handle_reconnect_timeout)
        return None

    async def handle_refused(self, event: ConnectionEvent) -> ConnectionOutcome | None:
        log.warning("whatsapp-pairing-rejected", number=self.repository.session_id.hex, error=event.value)
        await retry_until_stored(
            self.repository.stop_pairing, ConnectionEventKind.PAIRING_FAILED, WhatsAppStateDetail.REFUSED
        )
        return ConnectionOutcome.STOPPED

    async def handle_connected(self, _event: ConnectionEvent) -> ConnectionOutcome | None:
        if self._is_duplicate:
            await self.connection.log_out()
            return ConnectionOutcome.STOPPED
        jid, lid = await self.connection.get_identity()
        self.assignment = await retry_until_stored(self.repository.mark_connected, jid, lid)
        if self._responder is None:
            self._start_responder()
        if self._responder is not None:
            self._responder.start(self.assignment)
        self.was_online, self._absence_count = True, 0
        self._set_deadline(self.timings.poll_seconds, self._check_connection)
        return None

    async def handle_disconnected(self, event: ConnectionEvent) -> ConnectionOutcome | None:
        """neonize reconnects by itself; the deadline catches the case that it does not."""
        await retry_until_stored(self.repository.record_event, event.kind)
        if self.was_online:
            self._set_deadline(self.timings.reconnect_timeout, self._handle_reconnect_timeout)
        return None

    async def handle_closed(self, event: ConnectionEvent) -> ConnectionOutcome | None:
        log.warning("whatsapp-unreachable", number=self.repository.session_id.hex, error=event.value)
        await retry_until_stored(self.repository.record_event, event.kind, WhatsAppStateDetail.UNREACHABLE)
        return ConnectionOutcome.RETRY

    async def handle_stopped(self, event: ConnectionEvent) -> ConnectionOutcome | None:
        log.error("whatsapp-session-ended", number=self.repository.session_id.hex, what=event.kind, reason=event.value)
        await retry_until_stored(self.repository.record_event, event.kind, ban_seconds=event.seconds)
        return ConnectionOutcome.STOPPED

    async def handle_restart_request(self, _event: ConnectionEvent) -> ConnectionOutcome | None:
        if self.should_log_out and self.was_online:
            await self.connection.log_out()
        return ConnectionOutcome.RESTART_REQUESTED


_HANDLERS: Mapping[
    ConnectionEventKind, Callable[[ConnectionLoop, ConnectionEvent], Awaitable[ConnectionOutcome | None]]
] = {
    ConnectionEventKind.CODE: ConnectionLoop.handle_code,
    ConnectionEventKind.PAIRED: ConnectionLoop.handle_paired,
    ConnectionEventKind.PAIRING_FAILED: ConnectionLoop.handle_refused,
    ConnectionEventKind.CONNECTED: ConnectionLoop.handle_connected,
    ConnectionEventKind.DISCONNECTED: ConnectionLoop.handle_disconnected,
    ConnectionEventKind.CLOSED: ConnectionLoop.handle_closed,
    ConnectionEventKind.LOGGED_OUT: ConnectionLoop.handle_stopped,
    ConnectionEventKind.BANNED: ConnectionLoop.handle_stopped,
    ConnectionEventKind.REPLACED: ConnectionLoop.handle_stopped,
    ConnectionEventKind.OUTDATED: ConnectionLoop.handle_stopped,
    ConnectionEventKind.RESTART_REQUESTED: ConnectionLoop.handle_restart_request,
}

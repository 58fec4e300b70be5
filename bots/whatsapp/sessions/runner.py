"""Runner of one session inside a gateway: pairs, connects, reconnects with backoff, and stops when it must."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from bots.core.database_retry import retry_until_stored
from bots.whatsapp.sessions.connection_loop import ConnectionLoop, ConnectionOutcome
from bots.whatsapp.sessions.events import ConnectionEvent
from bots.whatsapp.sessions.ports import Responder, WhatsAppConnection
from bots.whatsapp.sessions.session_repository import Assignment, SessionRepository
from bots.whatsapp.sessions.states import ConnectionEventKind
from bots.whatsapp.sessions.timings import ConnectionTimings
from models.messaging.whatsapp import WhatsAppStateDetail

log = structlog.get_logger(__name__)


class SessionKeyStore(Protocol):
    """The keys of one session. All calls block."""

    def renew(self) -> None: ...

    def is_readable(self) -> bool: ...


@dataclass(slots=True)
class SessionRunner:
    """Runs until the session stops for good or is told to stop; a restart opens a new connection at once.

    `run` raises ClientStuck when neonize hangs; then only ending the process helps. `on_end` is called when it has
    ended, however that came.
    """

    repository: SessionRepository
    keys: SessionKeyStore
    create_connection: Callable[[], WhatsAppConnection]
    create_responder: Callable[[WhatsAppConnection, Assignment], Responder]
    timings: ConnectionTimings = field(default_factory=ConnectionTimings)
    on_end: Callable[[], None] | None = None
    _loop: ConnectionLoop | None = None
    _restart_event: asyncio.Event = field(default_factory=asyncio.Event)
    _is_stopping: bool = False
    _should_log_out: bool = False

    def stop(self, *, log_out: bool = False) -> None:
        """Stop the session; `log_out` also unlinks the device from the phone."""
        self._is_stopping, self._should_log_out = True, log_out
        self.restart()

    def restart(self) -> None:
        """Close the connection, and start again from the row in the database."""
        self._restart_event.set()
        if self._loop is not None:
            self._loop.should_log_out = self._should_log_out
            self._loop.events.put_nowait(ConnectionEvent(ConnectionEventKind.RESTART_REQUESTED))

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection, which may be on its way."""
        return self._loop is not None and self._loop.is_open

    def disconnect(self) -> None:
        """Stop the session, and close its connection before messages in hand are finished: another process may run
        it soon.
        """
        if self._loop is not None:
            self._loop.is_urgent = True
        self.stop()

    async def run(self) -> None:
        try:
            await self._run_connections()
        finally:
            if self.on_end is not None:
                self.on_end()

    async def _run_connections(self) -> None:
        attempts = renewals = 0
        while not self._is_stopping:
            self._restart_event.clear()
            assignment = await retry_until_stored(self.repository.start)
            if self._is_stopping or not await self._prepare_keys(assignment):
                return
            loop = ConnectionLoop(
                self.repository, self.create_connection(), self.create_responder, assignment, self.timings
            )
            match await self._run_loop(loop):
                case ConnectionOutcome.STOPPED:
                    return
                case ConnectionOutcome.RESTART_REQUESTED:
                    attempts = renewals = 0
                case ConnectionOutcome.RENEW_CODES if renewals >= self.timings.max_renewals:
                    await retry_until_stored(
                        self.repository.stop_pairing, ConnectionEventKind.CODES_EXPIRED, WhatsAppStateDetail.TIMEOUT
                    )
                    return
                case ConnectionOutcome.RENEW_CODES:
                    renewals += 1
                case ConnectionOutcome.RETRY:
                    attempts = 1 if loop.was_online else attempts + 1
                    await self._wait_for_restart(self.timings.backoff.delay_for(attempts))

    async def _prepare_keys(self, assignment: Assignment) -> bool:
        """Whether there are readable keys to connect with; a new session starts without keys."""
        if assignment.is_new:
            await asyncio.to_thread(self.keys.renew)
            return True
        if await asyncio.to_thread(self.keys.is_readable):
            return True
        log.error("whatsapp-keys-damaged", number=self.repository.session_id.hex)
        await retry_until_stored(
            self.repository.record_event, ConnectionEventKind.LOGGED_OUT, WhatsAppStateDetail.DAMAGED
        )
        return False

    async def _run_loop(self, loop: ConnectionLoop) -> ConnectionOutcome:
        """Run one connection to its end."""
        self._loop = loop
        if self._restart_event.is_set():  # requested while the keys were checked
            return ConnectionOutcome.RESTART_REQUESTED
        return await loop.run()

    async def _wait_for_restart(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._restart_event.wait()

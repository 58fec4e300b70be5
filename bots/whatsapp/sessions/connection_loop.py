"""Event loop of one connection of a session, from opening to closing: handles its events and timeouts."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ParamSpec, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError

from bots.whatsapp.sessions.events import Signal, Stuck
from bots.whatsapp.sessions.pairing import SHOWN, SHOWN_FIRST
from bots.whatsapp.sessions.ports import Link, Service
from bots.whatsapp.sessions.session_repository import Errand, Record
from bots.whatsapp.sessions.states import Happened
from models.messaging.whatsapp import WhatsAppStateDetail

log = structlog.get_logger(__name__)
T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Tempo:
    """Seconds and counts. `codes_lifetime` is how long WhatsApp issues new codes; after that neonize waits forever.

    A connection found missing `max_absences` times, checked every `poll_seconds`, counts as closed even without an
    event.
    """

    connect: float = 60.0
    codes: float = 160.0
    look: float = 30.0
    away: float = 900.0
    first_pause: float = 5.0
    longest_pause: float = 600.0
    renewals: int = 3
    absences: int = 2

    def pause(self, tries: int) -> float:
        """Exponential backoff in seconds, with jitter: frequent attempts of many sessions look like an attack."""
        longest = min(self.first_pause * 2.0 ** min(tries - 1, 20), self.longest_pause)
        return longest * random.uniform(0.75, 1.25)  # noqa: S311 - no security depends on it


class Ending(StrEnum):
    """Why a connection ended, which decides what follows."""

    OVER = "over"  # the session stays stopped
    AGAIN = "again"  # to be retried after a backoff
    RENEW = "renew"  # the pairing codes have run out
    ASKED = "asked"  # a stop or restart was requested


class Life:
    """`events` accepts events from outside too: RESTART_REQUESTED is one. With `should_log_out` the device is unlinked
    from the phone at the end."""

    def __init__(
        self, record: Record, link: Link, serve: Callable[[Link, Errand], Service], errand: Errand, tempo: Tempo
    ) -> None:
        self.record = record
        self.link = link
        self.errand = errand
        self.tempo = tempo
        self.news: asyncio.Queue[Signal] = asyncio.Queue()
        self.was_online = False
        self.is_leaving = False
        self._serve_with = serve
        self._service: Service | None = None
        self._serving = asyncio.Event()
        self._codes = 0
        self._absences = 0
        self._unwelcome = False
        self._wait(tempo.connect, self._silent)

    async def run(self) -> Ending:
        async with self._open():
            while True:
                signal = await self._next()
                ending = await (self._then() if signal is None else _HANDLERS[signal.what](self, signal))
                if ending is not None:
                    return ending

    @contextlib.asynccontextmanager
    async def _open(self) -> AsyncIterator[None]:
        """Open the connection, and close it completely at the end; ClientStuck is raised when it may still exist."""
        if not self.errand.is_new:
            self._serve()
        await self.link.open(self.news.put_nowait, self._take)
        try:
            yield
        finally:
            if self._service is not None:
                await self._service.finish()
            self._serving.set()
            await self.link.close()

    async def _next(self) -> Signal | None:
        try:
            async with asyncio.timeout_at(self._until):
                return await self.news.get()
        except TimeoutError:
            return None

    async def _take(self, event: Any) -> None:
        """Hold a message back until the account is known, so that it can be stored."""
        await self._serving.wait()
        if self._service is not None:
            await self._service.handle_event(event)

    def _serve(self) -> None:
        self._service = self._serve_with(self.link, self.errand)
        self._serving.set()

    def _wait(self, seconds: float, then: Callable[[], Awaitable[Ending | None]]) -> None:
        self._then = then
        self._until = asyncio.get_running_loop().time() + seconds

    async def _silent(self) -> Ending | None:
        """Connecting took too long. A client that does not even report whether it is connected hangs."""
        try:
            await self.link.is_connected()
        except Stuck:
            await noted(self.record.note, Happened.ENDED, WhatsAppStateDetail.STUCK)
            raise
        return await self.ended(Signal(Happened.ENDED, "silence"))

    async def _looked(self) -> Ending | None:
        """Verify that a session without a disconnect event is still connected."""
        self._absences = 0 if await self.link.is_connected() else self._absences + 1
        if self._absences >= self.tempo.absences:
            return await self.ended(Signal(Happened.ENDED, "absence"))
        self._wait(self.tempo.look, self._looked)
        return None

    async def _renewed(self) -> Ending | None:
        return Ending.RENEW

    async def _tried(self) -> Ending | None:
        return Ending.OVER if self._unwelcome else Ending.AGAIN

    async def code(self, signal: Signal) -> Ending | None:
        """The first code is valid for a minute; new ones follow for as long as WhatsApp issues them."""
        self._codes += 1
        if self._codes == 1:
            self._wait(self.tempo.codes, self._renewed)
        if self.errand.phone is None:
            await noted(self.record.show, signal.value, SHOWN_FIRST if self._codes == 1 else SHOWN)
        elif self._codes == 1:
            return await self._ask_code(self.errand.phone)
        return None

    async def _ask_code(self, phone: str) -> Ending | None:
        try:
            code = await self.link.ask_code(phone)
        except ValueError as error:
            log.warning("whatsapp-no-code", number=self.record.number.hex, error=str(error))
            await noted(self.record.give_up, Happened.REFUSED, WhatsAppStateDetail.REFUSED)
            return Ending.OVER
        await noted(self.record.show_typed, code, self.tempo.codes)
        return None

    async def paired(self, signal: Signal) -> Ending | None:
        """neonize now reconnects by itself. A number that is connected here already is logged out once connected."""
        errand = await noted(self.record.paired, signal.value)
        self._unwelcome = errand is None
        if errand is not None:
            self.errand = errand
            self._serve()
        else:
            await noted(self.record.give_up, Happened.REFUSED, WhatsAppStateDetail.TAKEN)
        self._wait(self.tempo.connect, self._tried)
        return None

    async def refused(self, signal: Signal) -> Ending | None:
        log.warning("whatsapp-not-paired", number=self.record.number.hex, error=signal.value)
        await noted(self.record.give_up, Happened.REFUSED, WhatsAppStateDetail.REFUSED)
        return Ending.OVER

    async def connected(self, _signal: Signal) -> Ending | None:
        if self._unwelcome:
            await self.link.log_out()
            return Ending.OVER
        jid, lid = await self.link.who()
        self.errand = await noted(self.record.connected, jid, lid)
        if self._service is None:
            self._serve()
        if self._service is not None:
            self._service.begin(self.errand)
        self.was_online, self._absences = True, 0
        self._wait(self.tempo.look, self._looked)
        return None

    async def disconnected(self, signal: Signal) -> Ending | None:
        """neonize reconnects by itself; the deadline catches the case that it does not."""
        await noted(self.record.note, signal.what)
        if self.was_online:
            self._wait(self.tempo.away, self._tried)
        return None

    async def ended(self, signal: Signal) -> Ending | None:
        log.warning("whatsapp-unreachable", number=self.record.number.hex, error=signal.value)
        await noted(self.record.note, signal.what, WhatsAppStateDetail.UNREACHABLE)
        return Ending.AGAIN

    async def over(self, signal: Signal) -> Ending | None:
        log.error("whatsapp-over", number=self.record.number.hex, what=signal.what, reason=signal.value)
        await noted(self.record.note, signal.what, banned=signal.seconds)
        return Ending.OVER

    async def asked(self, _signal: Signal) -> Ending | None:
        if self.is_leaving and self.was_online:
            await self.link.log_out()
        return Ending.ASKED


_HANDLERS: Mapping[Happened, Callable[[Life, Signal], Awaitable[Ending | None]]] = {
    Happened.CODE: Life.code,
    Happened.PAIRED: Life.paired,
    Happened.REFUSED: Life.refused,
    Happened.CONNECTED: Life.connected,
    Happened.DISCONNECTED: Life.disconnected,
    Happened.ENDED: Life.ended,
    Happened.LOGGED_OUT: Life.over,
    Happened.BANNED: Life.over,
    Happened.REPLACED: Life.over,
    Happened.OUTDATED: Life.over,
    Happened.ASKED: Life.asked,
}


async def noted(note: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a database operation in a thread, retrying for as long as the database is unavailable."""
    pause = 0.2
    while True:
        try:
            return await asyncio.to_thread(note, *args, **kwargs)
        except DBAPIError as error:
            log.warning("whatsapp-not-noted", error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(2 * pause, 5.0)

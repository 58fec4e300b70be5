"""One connection of a number, from its beginning to its end: what it says, and what is done about it."""

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
    """Seconds, and how often. `codes` is how long WhatsApp makes new ones; after that the library waits forever.

    A connection that was missing so many times, looked for every `look`, and of whose end nothing was said, is over.
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
        """Ever longer, and never the same for all numbers at once: who knocks too often looks like an attack."""
        longest = min(self.first_pause * 2.0 ** min(tries - 1, 20), self.longest_pause)
        return longest * random.uniform(0.75, 1.25)  # noqa: S311 - nothing is guarded by it


class Ending(StrEnum):
    """Why a connection is over."""

    OVER = "over"  # the number stands still
    AGAIN = "again"  # to be tried again after a pause
    RENEW = "renew"  # the codes have run out
    ASKED = "asked"  # somebody wants it otherwise


class Life:
    """`news` takes signals of others too: `ASKED` is one. One that `is_leaving` ends with the device off the phone."""

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
        """Nothing is left of the connection afterwards; Stuck is raised where that cannot be said."""
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
        """A message waits until it is known whose number this is, so that it can be kept."""
        await self._serving.wait()
        if self._service is not None:
            await self._service.write_packet(event)

    def _serve(self) -> None:
        self._service = self._serve_with(self.link, self.errand)
        self._serving.set()

    def _wait(self, seconds: float, then: Callable[[], Awaitable[Ending | None]]) -> None:
        self._then = then
        self._until = asyncio.get_running_loop().time() + seconds

    async def _silent(self) -> Ending | None:
        """Nothing came of connecting. A library that does not even say whether it is connected hangs."""
        try:
            await self.link.is_connected()
        except Stuck:
            await noted(self.record.note, Happened.ENDED, WhatsAppStateDetail.STUCK)
            raise
        return await self.ended(Signal(Happened.ENDED, "silence"))

    async def _looked(self) -> Ending | None:
        """Online, and nothing was heard to the contrary: see whether that is so."""
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
        """The first code has a minute, and all of them together so long as WhatsApp makes new ones."""
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
        """The library connects anew by itself now. A number that is here already is let go once it can be told."""
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
        """The library tries again by itself; should it have forgotten, so do we."""
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
    """Write something down, however long the database is away."""
    pause = 0.2
    while True:
        try:
            return await asyncio.to_thread(note, *args, **kwargs)
        except DBAPIError as error:
            log.warning("whatsapp-not-noted", error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(2 * pause, 5.0)

"""Runner of one session inside a gateway: pairs, connects, reconnects with backoff, and stops when it must."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from bots.whatsapp.sessions.connection_loop import Ending, Life, Tempo, noted
from bots.whatsapp.sessions.events import Signal
from bots.whatsapp.sessions.ports import Link, Service
from bots.whatsapp.sessions.session_repository import Errand, Record
from bots.whatsapp.sessions.states import Happened
from models.messaging.whatsapp import WhatsAppStateDetail

log = structlog.get_logger(__name__)


class Keys(Protocol):
    """The keys of one session. All calls block."""

    def renew(self) -> None: ...

    def are_sound(self) -> bool: ...


@dataclass(slots=True)
class Session:
    """Runs until the session stops for good or is told to stop; a restart opens a new connection at once.

    `run` raises ClientStuck when neonize hangs; then only ending the process helps.
    """

    record: Record
    keys: Keys
    connect: Callable[[], Link]
    serve: Callable[[Link, Errand], Service]
    tempo: Tempo = field(default_factory=Tempo)
    _life: Life | None = None
    _asked: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: bool = False
    _leaving: bool = False

    def stop(self, *, leaving: bool = False) -> None:
        """Stop the session; `log_out` also unlinks the device from the phone."""
        self._stopping, self._leaving = True, leaving
        self.restart()

    def restart(self) -> None:
        """Close the connection, and start again from the row in the database."""
        self._asked.set()
        if self._life is not None:
            self._life.is_leaving = self._leaving
            self._life.news.put_nowait(Signal(Happened.ASKED))

    async def run(self) -> None:
        tries = renewals = 0
        while not self._stopping:
            self._asked.clear()
            errand = await noted(self.record.take_up)
            if not await self._ready(errand):
                return
            life = Life(self.record, self.connect(), self.serve, errand, self.tempo)
            match await self._lived(life):
                case Ending.OVER:
                    return
                case Ending.ASKED:
                    tries = renewals = 0
                case Ending.RENEW if renewals >= self.tempo.renewals:
                    await noted(self.record.give_up, Happened.GAVE_UP, WhatsAppStateDetail.TIMEOUT)
                    return
                case Ending.RENEW:
                    renewals += 1
                case Ending.AGAIN:
                    tries = 1 if life.was_online else tries + 1
                    await self._rest(self.tempo.pause(tries))

    async def _ready(self, errand: Errand) -> bool:
        """Whether there are readable keys to connect with; a new session starts without keys."""
        if errand.is_new:
            await asyncio.to_thread(self.keys.renew)
            return True
        if await asyncio.to_thread(self.keys.are_sound):
            return True
        log.error("whatsapp-keys-damaged", number=self.record.number.hex)
        await noted(self.record.note, Happened.LOGGED_OUT, WhatsAppStateDetail.DAMAGED)
        return False

    async def _lived(self, life: Life) -> Ending:
        """Run one connection to its end."""
        self._life = life
        if self._asked.is_set():  # requested while the keys were checked
            return Ending.ASKED
        return await life.run()

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._asked.wait()

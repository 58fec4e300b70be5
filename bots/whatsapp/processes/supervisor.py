"""Supervisor of the gateway processes: every wanted session runs in exactly one of them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bots.whatsapp.processes.process_manager import Fate, Launch, Rhythm, Warden
from bots.whatsapp.processes.sharding import MOST, regrouped
from bots.whatsapp.processes.terminal import Announcer
from models.errors import ConfigError
from storage.db import Database
from storage.messaging import whatsapp
from storage.messaging.whatsapp import NamedWhatsAppSession
from storage.messaging.whatsapp_backups import KeyBackups
from storage.messaging.whatsapp_keys import KeyStore, LockHeld, hold_lock

log = structlog.get_logger(__name__)

HOUSEKEEPING = 600.0  # seconds between two maintenance runs
A_DAY = timedelta(days=1)
LEFT = timedelta(minutes=5)  # after which no process uses a removed session any more
DEATHS = 2  # exits of a process in a row, after which its sessions are isolated


class Occupied(ConfigError):
    """Another supervisor runs on this machine already."""


@dataclass(slots=True)
class Supervisor:
    """Runs until it is cancelled; `stop` ends the gateways. `wake` is called with the ids of waiting jobs."""

    db: Database
    keys: KeyStore
    backups: KeyBackups | None
    locks: Path
    launch: Launch
    wake: Callable[[UUID], None]
    announcer: Announcer
    rhythm: Rhythm = field(default_factory=Rhythm)
    most: int = MOST
    _wardens: dict[Warden, asyncio.Task[None]] = field(default_factory=dict)
    _lonely: set[UUID] = field(default_factory=set)
    _kept_at: float = float("-inf")

    async def run(self) -> None:
        """Raises SupervisorAlreadyRunning."""
        try:
            with hold_lock(self.locks, "supervisor"):
                await asyncio.to_thread(self._revive)
                while True:
                    await self.look()
                    await asyncio.sleep(self.rhythm.look)
        except LockHeld:
            raise Occupied("WhatsApp is run by another process on this machine already") from None
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Stop every gateway, by force if needed."""
        for warden in self._wardens:
            warden.end()
        await asyncio.gather(*self._wardens.values(), return_exceptions=True)
        self._wardens.clear()

    async def look(self) -> None:
        try:
            listed = await asyncio.to_thread(self._listed)
        except SQLAlchemyError as error:
            log.warning("whatsapp-database-away", error=type(error).__name__)
            return
        self.announcer.tell(listed)
        self._assign(listed)
        now = asyncio.get_running_loop().time()
        if now - self._kept_at >= HOUSEKEEPING:
            self._kept_at = now
            await asyncio.to_thread(self._keep_house, [each.row.id for each in listed])

    def _assign(self, listed: Sequence[NamedWhatsAppSession]) -> None:
        now = self.db.clock()
        wanted = [each.row.id for each in listed if each.row.is_wanted(now)]
        self._reap()
        wardens = list(self._wardens)
        groups = regrouped([warden.numbers for warden in wardens], wanted, self._lonely, self.most)
        for warden, group in zip(wardens, groups, strict=False):
            warden.assign(group)
            if not group:
                warden.end()
        for group in groups[len(wardens) :]:
            self._begin(group)

    def _begin(self, group: set[UUID]) -> None:
        failures = 0 if group.isdisjoint(self._lonely) else 1
        warden = Warden(self.launch, self.wake, self._ended, self.rhythm, group, failures)
        self._wardens[warden] = asyncio.create_task(warden.run())

    def _reap(self) -> None:
        """Remove process managers that have finished; a crash of one is logged, and its sessions are reassigned."""
        for warden, task in list(self._wardens.items()):
            if task.done():
                del self._wardens[warden]
                if not task.cancelled() and (error := task.exception()):
                    log.error("warden-failed", exc_info=error)

    def _ended(self, fate: Fate) -> None:
        """Isolate the suspects: the session that hung, or all sessions of a process that was silent or keeps dying."""
        dies = any(warden.failures >= DEATHS and warden.numbers == fate.numbers for warden in self._wardens)
        if fate.stuck is not None:
            self._lonely.add(fate.stuck)
        elif fate.silent or dies:
            self._lonely |= fate.numbers

    def _listed(self) -> list[NamedWhatsAppSession]:
        with self.db.read_transaction() as session:
            return whatsapp.list_sessions(session)

    def _revive(self) -> None:
        with self.db.transaction() as session:
            whatsapp.retry_outdated(session, self.db.clock())

    def _keep_house(self, numbers: Sequence[UUID]) -> None:
        """Back up each session daily, prune backups older than a week, and delete the keys of removed sessions."""
        for work in (partial(self._back_up, numbers), self._forget_removed):
            try:
                work()
            except (OSError, SQLAlchemyError) as error:
                log.warning("whatsapp-housekeeping-failed", error=type(error).__name__)

    def _back_up(self, numbers: Sequence[UUID]) -> None:
        if self.backups is not None:
            for number in numbers:
                self.backups.create_if_older(number, A_DAY)
            self.backups.prune()

    def _forget_removed(self) -> None:
        with self.db.read_transaction() as session:
            removed = whatsapp.list_removed_before(session, self.db.clock() - LEFT)
        for number in removed:
            if self.keys.has_keys(number):
                self.keys.delete(number)

"""The numbers of one process: begun, restarted and let go, and one's failure is no other's."""

import asyncio
import json
import math
import os
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fakes.clock import NOON, SettableClock

from bots.app.whatsapp_gateway import MAX_THREADS
from bots.whatsapp.processes.gateway import SessionGateway
from bots.whatsapp.processes.ipc import STUCK_EXIT_CODE, SessionAssignment, SupervisorPipe
from bots.whatsapp.sessions.events import ClientStuck
from models.identity.people import MAIN_TENANT
from models.messaging.whatsapp import WhatsAppSession, WhatsAppState
from storage.db import Database
from storage.identity import people
from storage.messaging import whatsapp
from storage.messaging.whatsapp_keys import hold_lock


class Running:
    """`whatsapp.sessions.runner.Session` that runs until it is stopped, or does what it is told to: raise, or end."""

    def __init__(self, does: Callable[[], object] | None = None) -> None:
        self.restarts = 0
        self.ran = False
        self.logs_out: bool | None = None
        self.hangs = False
        self._does = does
        self._over = asyncio.Event()

    async def run(self) -> None:
        self.ran = True
        if self._does is not None:
            self._does()
            return
        await self._over.wait()

    @property
    def is_connected(self) -> bool:
        return self.ran and not self._over.is_set()

    def disconnect(self) -> None:
        if not self.hangs:
            self.stop()

    def restart(self) -> None:
        self.restarts += 1

    def stop(self, *, log_out: bool = False) -> None:
        self.logs_out = log_out
        self._over.set()


class Process:
    """A gateway with numbers, and what it made of them. `does` is what the session of a number does when it begins."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db = db
        self.locks = folder / "locks"
        self.outlet, self.inlet = os.pipe()
        self.sessions: dict[UUID, list[Running]] = {}
        self.does: dict[UUID, Callable[[], object]] = {}
        self.forgotten: list[UUID] = []
        self.aborted = asyncio.Event()
        self.gateway = SessionGateway(
            db, SupervisorPipe(self.inlet), self.locks, self._session, self.forgotten.append, self.aborted.set
        )
        self.task = asyncio.create_task(self.gateway.run())

    def assign(self, *numbers: UUID, seconds: float = math.inf) -> None:
        """Assign these numbers for so many seconds."""
        self.gateway.assign(SessionAssignment(frozenset(numbers), time.monotonic() + seconds))

    def _session(self, number: UUID) -> Any:
        self.sessions.setdefault(number, []).append(Running(self.does.get(number)))
        return self.sessions[number][-1]

    def number(self, state: WhatsAppState = WhatsAppState.ONLINE) -> UUID:
        with self.db.transaction() as session:
            row = whatsapp.create_session(session, people.get_or_create_tenant(session, MAIN_TENANT).id, NOON)
            row.state, row.jid = state, f"{row.id.hex}:1@s.whatsapp.net"
            return row.id

    def change(self, number: UUID, change: Callable[[WhatsAppSession], object]) -> None:
        with self.db.transaction() as session:
            change(session.get_one(WhatsAppSession, number))

    def row(self, number: UUID) -> WhatsAppSession:
        with self.db.read_transaction() as session:
            return session.get_one(WhatsAppSession, number)

    def begun(self, number: UUID) -> int:
        return len(self.sessions.get(number, []))

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not holds():  # noqa: ASYNC110 - a database rings no bell
                await asyncio.sleep(0.02)

    def told(self) -> list[dict[str, object]]:
        """What it told its supervisor."""
        os.close(self.inlet)
        with os.fdopen(self.outlet, "rb") as lines:
            return [json.loads(line) for line in lines]


@pytest.fixture
async def process(tmp_path: Path, sqlite: Database) -> AsyncIterator[Process]:
    process = Process(sqlite, tmp_path)
    yield process
    process.gateway.stop()
    await asyncio.wait_for(process.task, 10)
    await process.gateway.shut_down()


async def test_what_is_assigned_runs_and_is_seen_to(process: Process, clock: SettableClock) -> None:
    number = process.number()
    process.assign(number)
    await process.until(lambda: process.begun(number) == 1)
    clock.advance(minutes=5)
    assert process.row(number).is_unattended(clock())
    process.gateway.mark_seen()
    assert not process.row(number).is_unattended(clock())


async def test_what_is_assigned_no_more_is_stopped_and_keeps_its_keys(process: Process) -> None:
    number = process.number()
    process.assign(number)
    await process.until(lambda: process.begun(number) and process.sessions[number][0].ran)
    process.assign()
    await process.until(lambda: process.sessions[number][0].logs_out is False)
    assert process.forgotten == []


async def test_a_number_that_was_removed_is_logged_out_and_its_keys_are_thrown_away(process: Process) -> None:
    number = process.number()
    process.assign(number)
    await process.until(lambda: process.begun(number) and process.sessions[number][0].ran)
    process.change(number, lambda row: whatsapp.mark_removed(row, process.db.clock()))
    process.assign()
    await process.until(lambda: process.forgotten == [number])
    assert process.sessions[number][0].logs_out


async def test_what_is_asked_of_a_number_is_heard_once(process: Process, clock: SettableClock) -> None:
    number = process.number()
    process.assign(number)
    await process.until(lambda: process.begun(number))
    clock.advance(seconds=1)
    process.change(number, lambda row: whatsapp.request_restart(row, clock()))
    await process.until(lambda: process.sessions[number][0].restarts == 1)
    await process.gateway.reconcile()
    assert process.sessions[number][0].restarts == 1


async def test_a_number_that_stands_still_is_left_alone_until_it_is_wanted_again(
    process: Process, clock: SettableClock
) -> None:
    number = process.number()

    def banned() -> None:
        process.change(number, lambda row: setattr(row, "state", WhatsAppState.BANNED))

    process.does[number] = banned
    process.assign(number)
    await process.until(lambda: process.row(number).state == WhatsAppState.BANNED)
    await process.gateway.reconcile()
    assert process.begun(number) == 1
    del process.does[number]
    process.change(number, lambda row: whatsapp.request_restart(row, clock()))
    await process.until(lambda: process.begun(number) == 2)


async def test_a_session_that_fails_is_begun_again_later_and_the_others_go_on(
    process: Process, clock: SettableClock
) -> None:
    bad, good = process.number(), process.number()

    def fails() -> None:
        raise RuntimeError("a bug of ours")

    process.does[bad] = fails
    process.assign(bad, good)
    await process.until(lambda: process.begun(bad) == 1 and process.begun(good) == 1)
    await process.gateway.reconcile()
    assert process.begun(bad) == 1
    del process.does[bad]
    clock.advance(seconds=31)
    await process.until(lambda: process.begun(bad) == 2)
    assert process.begun(good) == 1


async def test_a_number_that_hangs_ends_the_process_and_says_so(process: Process) -> None:
    bad, good = process.number(), process.number()

    def hangs() -> None:
        raise ClientStuck("the library does not answer")

    process.does[bad] = hangs
    process.assign(bad, good)
    await asyncio.wait_for(process.task, 10)
    assert await process.gateway.shut_down() == STUCK_EXIT_CODE
    assert {"stuck": bad.hex} in process.told()


async def test_a_number_another_process_has_in_hand_waits_for_it(process: Process) -> None:
    number = process.number()
    with hold_lock(process.locks, number.hex):
        process.assign(number)
        await process.until(lambda: process.begun(number) == 1)
        await process.gateway.reconcile()
        assert not process.sessions[number][0].ran
        process.assign()
        await process.until(lambda: process.sessions[number][0].logs_out is not None)
    process.assign(number)
    await process.until(lambda: process.begun(number) == 2 and process.sessions[number][1].ran)


async def test_a_row_that_vanished_takes_its_session_and_its_keys_with_it(process: Process) -> None:
    number = process.number()
    process.assign(number)
    await process.until(lambda: process.begun(number))
    with process.db.transaction() as session:
        session.delete(session.get_one(WhatsAppSession, number))
    await process.until(lambda: process.forgotten == [number])


async def test_a_process_says_that_it_lives(process: Process) -> None:
    await process.until(lambda: process.gateway is not None)
    process.gateway.stop()
    await asyncio.wait_for(process.task, 10)
    assert process.told()[0] == {"beat": True}


async def test_six_connections_leave_threads_for_everything_else() -> None:
    """Each connection keeps one of the loop's threads; with the usual few the sixth would starve every call."""
    loop, over = asyncio.get_running_loop(), threading.Event()
    loop.set_default_executor(ThreadPoolExecutor(MAX_THREADS))
    connections = [asyncio.create_task(asyncio.to_thread(over.wait)) for _ in range(6)]
    try:
        assert await asyncio.wait_for(asyncio.to_thread(lambda: "answered"), 5) == "answered"
    finally:
        over.set()
        await asyncio.gather(*connections)


async def test_what_is_not_assigned_again_in_time_is_disconnected_and_begun_again_when_it_is(process: Process) -> None:
    number = process.number()
    process.assign(number, seconds=60)
    await process.until(lambda: process.begun(number) and process.sessions[number][0].ran)
    process.assign(number, seconds=0.3)
    assert process.gateway.is_assigned(number)
    await process.until(lambda: not process.sessions[number][0].is_connected)
    assert not process.gateway.is_assigned(number)
    assert not process.aborted.is_set()
    process.assign(number, seconds=60)
    await process.until(lambda: process.begun(number) == 2)


async def test_an_assignment_that_is_extended_disconnects_nobody(process: Process) -> None:
    number = process.number()
    process.assign(number, seconds=0.5)
    await process.until(lambda: process.begun(number) and process.sessions[number][0].ran)
    process.assign(number, seconds=60)
    await process.gateway.reconcile()
    assert process.sessions[number][0].is_connected
    assert process.begun(number) == 1


async def test_a_connection_that_does_not_close_when_the_assignment_ends_ends_the_process(process: Process) -> None:
    number = process.number()
    process.assign(number, seconds=60)
    await process.until(lambda: process.begun(number) and process.sessions[number][0].ran)
    process.sessions[number][0].hangs = True
    process.assign(number, seconds=0)
    async with asyncio.timeout(5):
        await process.aborted.wait()
    process.sessions[number][0].hangs = False
    process.sessions[number][0].stop()

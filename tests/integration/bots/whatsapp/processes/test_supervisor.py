"""Every number that is wanted is run by one process, and what fails is told apart from the rest."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from fakes.clock import NOON, SettableClock
from fakes.fake_gateways import FakeGatewayLauncher
from fakes.whatsapp.session_files import SessionFiles

from bots.core.connections.leases import ConnectionLeases
from bots.whatsapp.processes.process_manager import ProcessTimings
from bots.whatsapp.processes.supervisor import GatewaySupervisor, SupervisorAlreadyRunning
from bots.whatsapp.processes.terminal import TerminalReporter
from models.identity.people import MAIN_TENANT
from models.messaging.whatsapp import WhatsAppSession, WhatsAppState
from models.retries import Backoff
from storage.db import Database
from storage.identity import people
from storage.messaging import whatsapp
from storage.messaging.whatsapp_backups import KeyBackups
from storage.messaging.whatsapp_keys import FolderKeyStore

HASTY = ProcessTimings(
    heartbeat_timeout=0.8, stop_timeout=0.3, poll_seconds=0.05, backoff=Backoff(0.05, 0.1, jitter=0.25)
)


class SharedKeyStore(FolderKeyStore):
    """Keys every machine has, as in PostgreSQL."""

    is_shared = True


class Machine:
    """A machine on which a supervisor runs; `said` is what the terminal shows."""

    def __init__(self, db: Database, folder: Path, keys: FolderKeyStore | None = None) -> None:
        self.db = db
        self.keys = keys or FolderKeyStore.open_at(folder / "whatsapp")
        self.gateways = FakeGatewayLauncher(folder / "journal")
        self.said: list[str] = []
        self.woken: list[UUID] = []
        self.folder = folder
        self.tasks: list[asyncio.Task[None]] = []

    def supervisor(self) -> GatewaySupervisor:
        return GatewaySupervisor(
            db=self.db,
            key_store=self.keys,
            backups=KeyBackups(self.keys, b"secret", self.db.clock),
            lock_folder=self.folder / "locks",
            launch=self.gateways.launch,
            wake=self.woken.append,
            reporter=TerminalReporter(self.said.append, "en"),
            leases=ConnectionLeases(self.db, "whatsapp", self.folder / "locks"),
            timings=HASTY,
        )

    def starts(self) -> asyncio.Task[None]:
        self.tasks.append(asyncio.create_task(self.supervisor().run()))
        return self.tasks[-1]

    def numbers(self, count: int, state: WhatsAppState = WhatsAppState.ONLINE) -> list[UUID]:
        with self.db.transaction() as session:
            return [self._number(session, place, state) for place in range(count)]

    def _number(self, session: object, place: int, state: WhatsAppState) -> UUID:
        row = whatsapp.create_session(
            session, people.get_or_create_tenant(session, MAIN_TENANT).id, NOON + timedelta(seconds=place)
        )  # type: ignore[arg-type]
        phone = f"55119{self.folder.name}{place}{state}"
        assert whatsapp.complete_pairing(session, row, f"{phone}:1@s.whatsapp.net", None, NOON)  # type: ignore[arg-type]
        row.state = state
        self.add_keys(row.id)
        return row.id

    def add_keys(self, number: UUID) -> None:
        self.keys.prepare(number)
        SessionFiles().add_device(self.keys.location_of(number), "551199:1@s.whatsapp.net")

    def change(self, number: UUID, **values: object) -> None:
        with self.db.transaction() as session:
            row = session.get_one(WhatsAppSession, number)
            for name, value in values.items():
                setattr(row, name, value)

    def groups(self) -> list[set[UUID]]:
        """What runs together, biggest groups first."""
        return sorted((group for group in self.gateways.read_assignments().values() if group), key=len, reverse=True)

    @property
    def running(self) -> set[UUID]:
        return {number for group in self.groups() for number in group}

    async def stops(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        assert all(process.returncode is not None for process in self.gateways.processes)


@pytest.fixture
async def machine(tmp_path: Path, sqlite: Database) -> AsyncIterator[Machine]:
    machine = Machine(sqlite, tmp_path)
    yield machine
    await machine.stops()


@pytest.fixture
async def two_machines(tmp_path: Path, database: Database) -> AsyncIterator[tuple[Machine, Machine]]:
    """Two with the same keys, and one database."""
    keys = SharedKeyStore.open_at(tmp_path / "keys")
    machines = Machine(database, tmp_path / "a", keys), Machine(database, tmp_path / "b", keys)
    yield machines
    for each in machines:
        await each.stops()


async def test_two_machines_run_half_of_the_numbers_each_and_the_one_that_is_left_all(
    two_machines: tuple[Machine, Machine], clock: SettableClock
) -> None:
    first, second = two_machines
    numbers = first.numbers(6)
    first.starts()
    await first.gateways.wait_until(lambda: first.running == set(numbers))
    second.starts()
    await first.gateways.wait_until(lambda: (len(first.running), len(second.running)) == (3, 3))
    assert first.running | second.running == set(numbers)
    await first.stops()
    clock.advance(11)  # a lease that a call under way took again while the first stopped ends by itself
    await second.gateways.wait_until(lambda: second.running == set(numbers))


async def test_a_lost_lease_ends_with_the_assignment_and_another_machine_runs_the_number(
    two_machines: tuple[Machine, Machine], clock: SettableClock
) -> None:
    first, second = two_machines
    (number,) = first.numbers(1)
    first.starts()
    await first.gateways.wait_until(lambda: first.running == {number})
    (deadline,) = first.gateways.read_deadlines().values()
    assert time.monotonic() < deadline < time.monotonic() + 7  # seconds, of ten
    second.starts()
    clock.advance(11)  # without a renewal by the first
    await second.gateways.wait_until(lambda: second.running == {number})
    await first.gateways.wait_until(lambda: first.running == set())


async def test_a_number_whose_keys_lie_on_another_machine_waits_for_that_one(tmp_path: Path, sqlite: Database) -> None:
    first, second = Machine(sqlite, tmp_path / "a"), Machine(sqlite, tmp_path / "b")
    numbers, others = first.numbers(2), second.numbers(3)
    unpaired = first.numbers(1, WhatsAppState.QR)
    second.change(unpaired[0], jid=None, pairing_asked_at=NOON)
    second.starts()
    await second.gateways.wait_until(lambda: second.running == {*others, *unpaired})
    with sqlite.read_transaction() as session:
        assert session.get_one(WhatsAppSession, numbers[0]).state == WhatsAppState.ONLINE
    first.starts()
    await first.gateways.wait_until(lambda: first.running == set(numbers))
    assert second.running == {*others, *unpaired}
    for each in (first, second):
        await each.stops()


async def test_six_numbers_run_in_two_processes(machine: Machine) -> None:
    numbers = machine.numbers(6)
    machine.starts()
    await machine.gateways.wait_until(lambda: machine.groups() == [set(numbers[:4]), set(numbers[4:])])


async def test_a_number_that_is_asked_for_joins_and_one_that_is_removed_leaves(machine: Machine) -> None:
    first, second = machine.numbers(2)
    machine.change(second, state=WhatsAppState.REPLACED)
    machine.starts()
    await machine.gateways.wait_until(lambda: machine.groups() == [{first}])
    machine.change(second, state=WhatsAppState.RECONNECTING)
    await machine.gateways.wait_until(lambda: machine.groups() == [{first, second}])
    machine.change(first, removed_at=NOON)
    await machine.gateways.wait_until(lambda: machine.groups() == [{second}])
    assert len(machine.gateways.processes) == 1


async def test_without_numbers_there_is_no_process_and_none_is_left_without(machine: Machine) -> None:
    (number,) = machine.numbers(1, WhatsAppState.LOGGED_OUT)
    await machine.supervisor().reconcile()
    assert machine.gateways.processes == []
    machine.starts()
    machine.change(number, state=WhatsAppState.RECONNECTING)
    await machine.gateways.wait_until(lambda: machine.groups() == [{number}])
    machine.change(number, state=WhatsAppState.BANNED)
    await machine.gateways.wait_until(lambda: machine.gateways.processes[0].returncode is not None)


async def test_a_number_that_hangs_is_put_into_a_process_of_its_own_and_the_others_go_on(machine: Machine) -> None:
    numbers = machine.numbers(3)
    machine.gateways.behaviour = f"stuck:{numbers[1].hex}"
    machine.starts()
    await machine.gateways.wait_until(lambda: {numbers[0], numbers[2]} in machine.groups())
    machine.gateways.behaviour = "lives"
    await machine.gateways.wait_until(lambda: machine.groups() == [{numbers[0], numbers[2]}, {numbers[1]}])


async def test_when_a_process_falls_silent_its_numbers_are_told_apart(machine: Machine) -> None:
    numbers = machine.numbers(3)
    machine.gateways.behaviour = "silent"
    machine.starts()
    await machine.gateways.wait_until(lambda: machine.gateways.processes)
    machine.gateways.behaviour = "lives"
    await machine.gateways.wait_until(
        lambda: machine.groups() == [{number} for number in sorted(numbers)] or len(machine.groups()) == 3
    )
    assert sorted(map(sorted, machine.groups())) == sorted([number] for number in numbers)


async def test_a_process_that_dies_once_keeps_its_numbers_and_one_that_dies_twice_does_not(machine: Machine) -> None:
    numbers = machine.numbers(2)
    machine.starts()
    await machine.gateways.wait_until(machine.groups)
    machine.gateways.kill_process(machine.gateways.processes[0].pid)
    await machine.gateways.wait_until(
        lambda: len(machine.gateways.processes) == 2 and machine.groups() == [set(numbers)]
    )
    machine.gateways.kill_process(machine.gateways.processes[1].pid)
    await machine.gateways.wait_until(lambda: len(machine.groups()) == 2)


async def test_a_second_supervisor_is_refused(machine: Machine) -> None:
    machine.numbers(1)
    machine.starts()
    await machine.gateways.wait_until(machine.groups)
    with pytest.raises(SupervisorAlreadyRunning, match="another process"):
        await machine.supervisor().run()


async def test_wake_ups_reach_the_workers(machine: Machine) -> None:
    machine.numbers(1)
    job = UUID(int=7)
    machine.gateways.behaviour = f"wakes:{job.hex}"
    machine.starts()
    await machine.gateways.wait_until(lambda: machine.woken == [job])


async def test_codes_asked_for_in_the_terminal_are_shown_there_and_others_are_not(machine: Machine) -> None:
    first, second = machine.numbers(2, WhatsAppState.QR)
    machine.change(first, qr="2@first", jid=None, pairing_asked_at=NOON)
    machine.change(second, qr="2@second", jid=None, pairing_asked_at=NOON, asked_by=7)
    machine.starts()
    await machine.gateways.wait_until(lambda: machine.groups() == [{first, second}])  # many looks later
    assert len(machine.said) == 1
    assert "▄" in machine.said[0]
    assert "Linked devices" in machine.said[0]
    machine.change(first, qr=None, pair_code="ABCD1234", phone="5511987654321")
    await machine.gateways.wait_until(lambda: len(machine.said) == 2)
    assert "ABCD-1234" in machine.said[1]
    machine.change(first, pair_code=None, state=WhatsAppState.ONLINE, jid="5511987654321:1@s.whatsapp.net")
    await machine.gateways.wait_until(lambda: len(machine.said) == 3)
    assert machine.said[2] == "WhatsApp +5511987654321: ✅ online."


async def test_each_number_is_backed_up_daily_and_removed_keys_are_thrown_away(
    machine: Machine, clock: SettableClock
) -> None:
    kept, removed = machine.numbers(2)
    machine.change(removed, removed_at=NOON - timedelta(minutes=10))
    machine.starts()
    backups = KeyBackups(machine.keys, b"secret", clock)
    await machine.gateways.wait_until(lambda: backups.list_for(kept) and not machine.keys.has_keys(removed))
    assert machine.keys.has_keys(kept)
    assert backups.list_for(removed) == []


async def test_numbers_that_were_too_old_are_tried_again_by_a_new_start(machine: Machine) -> None:
    (number,) = machine.numbers(1, WhatsAppState.OUTDATED)
    machine.starts()
    await machine.gateways.wait_until(lambda: machine.groups() == [{number}])

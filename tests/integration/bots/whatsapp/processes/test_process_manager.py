"""Gateway processes: started, told what is theirs, killed when they hang, started again, and ended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fakes.fake_gateways import FakeGatewayLauncher

from bots.whatsapp.processes.process_manager import ExitReason, ProcessManager, ProcessTimings
from models.retries import Backoff

HASTY = ProcessTimings(
    heartbeat_timeout=0.6, stop_timeout=0.3, poll_seconds=0.05, backoff=Backoff(0.05, 0.1, jitter=0.25)
)
A, B = uuid4(), uuid4()


@pytest.fixture
def gateways(tmp_path: Path) -> FakeGatewayLauncher:
    return FakeGatewayLauncher(tmp_path / "journal")


@asynccontextmanager
async def watched(
    gateways: FakeGatewayLauncher, rhythm: ProcessTimings = HASTY, failures: int = 0
) -> AsyncIterator[tuple[ProcessManager, list]]:
    """A warden with two numbers, what became of its processes and which jobs it heard of; ended with the block."""
    fates: list[ExitReason] = []
    woken: list[UUID] = []
    warden = ProcessManager(gateways.launch, woken.append, fates.append, rhythm, {A, B}, failures)
    warden_task = asyncio.create_task(warden.run())
    try:
        yield warden, [fates, woken]
    finally:
        warden.stop()
        await asyncio.wait_for(warden_task, 10)
        assert all(process.returncode is not None for process in gateways.processes)


async def test_a_process_is_told_its_numbers_and_every_change(gateways: FakeGatewayLauncher) -> None:
    async with watched(gateways) as (warden, _):
        await gateways.wait_until(lambda: list(gateways.read_assignments().values()) == [{A, B}])
        warden.assign({A})
        await gateways.wait_until(lambda: list(gateways.read_assignments().values()) == [{A}])
    assert len(gateways.processes) == 1


async def test_a_wake_up_is_passed_on(gateways: FakeGatewayLauncher) -> None:
    job = uuid4()
    gateways.behaviour = f"wakes:{job.hex}"
    async with watched(gateways) as (_, (_, woken)):
        await gateways.wait_until(lambda: woken == [job])


async def test_a_process_that_is_killed_is_started_again_with_the_same_numbers(gateways: FakeGatewayLauncher) -> None:
    async with watched(gateways) as (_, (fates, _)):
        await gateways.wait_until(gateways.read_assignments)
        first = gateways.processes[0].pid
        gateways.kill_process(first)
        await gateways.wait_until(lambda: len(gateways.processes) == 2 and gateways.read_assignments())
        assert list(gateways.read_assignments().values()) == [{A, B}]
        assert fates == [ExitReason(frozenset({A, B}))]


async def test_a_process_that_is_silent_is_killed_after_it_could_say_where_it_hangs(
    gateways: FakeGatewayLauncher,
) -> None:
    gateways.behaviour = "silent"
    async with watched(gateways) as (_, (fates, _)):
        await gateways.wait_until(lambda: fates)
        assert fates[0] == ExitReason(frozenset({A, B}), was_silent=True)
        assert gateways.processes[0].returncode == -9
        assert [pid for pid, _ in gateways.read_events("last words")] == [gateways.processes[0].pid]


async def test_a_process_that_hangs_in_a_number_says_in_which(gateways: FakeGatewayLauncher) -> None:
    gateways.behaviour = f"stuck:{B.hex}"
    async with watched(gateways) as (_, (fates, _)):
        await gateways.wait_until(lambda: fates)
        assert fates[0] == ExitReason(frozenset({A, B}), stuck_session_id=B)


async def test_one_that_dies_again_and_again_is_started_ever_later(gateways: FakeGatewayLauncher) -> None:
    gateways.behaviour = "dies"
    rhythm = ProcessTimings(poll_seconds=0.02, backoff=Backoff(0.1, 10, jitter=0.25))
    async with watched(gateways, rhythm) as (warden, (fates, _)):
        moments = []
        for number in range(1, 4):
            await gateways.wait_until(lambda number=number: len(fates) == number)  # type: ignore[misc]
            moments.append(asyncio.get_running_loop().time())
        assert warden.failure_count == 3
        assert moments[2] - moments[1] > 0.2 * 0.75


async def test_one_that_lived_long_begins_anew_with_the_first_pause(gateways: FakeGatewayLauncher) -> None:
    rhythm = ProcessTimings(poll_seconds=0.02, backoff=Backoff(0.05, 10, jitter=0.25), stable_after=0.0)
    async with watched(gateways, rhythm, failures=1) as (warden, (fates, _)):
        for number in range(1, 4):
            await gateways.wait_until(lambda number=number: len(gateways.processes) == number)  # type: ignore[misc]
            gateways.kill_process(gateways.processes[-1].pid)
        await gateways.wait_until(lambda: len(fates) == 3)
        assert warden.failure_count == 1


async def test_numbers_that_failed_elsewhere_wait_before_they_begin(gateways: FakeGatewayLauncher) -> None:
    async with watched(gateways, ProcessTimings(backoff=Backoff(0.2, 600, jitter=0.25)), failures=1):
        began = asyncio.get_running_loop().time()
        await gateways.wait_until(lambda: gateways.processes)
        assert asyncio.get_running_loop().time() - began > 0.1


async def test_one_that_does_not_listen_is_ended_by_force(gateways: FakeGatewayLauncher) -> None:
    gateways.behaviour = "deaf"
    async with watched(gateways):
        await gateways.wait_until(gateways.read_assignments)
    assert gateways.processes[0].returncode == -9


async def test_one_that_listens_ends_by_itself(gateways: FakeGatewayLauncher) -> None:
    async with watched(gateways):
        await gateways.wait_until(gateways.read_assignments)
    assert gateways.processes[0].returncode == -15

"""Gateway processes: started, told what is theirs, killed when they hang, started again, and ended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fakes.gateway_process import Gateways

from bots.whatsapp.processes.process_manager import Fate, Rhythm, Warden

HASTY = Rhythm(silence=0.6, grace=0.3, look=0.05, first_pause=0.05, longest_pause=0.1)
A, B = uuid4(), uuid4()


@pytest.fixture
def gateways(tmp_path: Path) -> Gateways:
    return Gateways(tmp_path / "journal")


@asynccontextmanager
async def watched(gateways: Gateways, rhythm: Rhythm = HASTY, failures: int = 0) -> AsyncIterator[tuple[Warden, list]]:
    """A warden with two numbers, what became of its processes and which jobs it heard of; ended with the block."""
    fates: list[Fate] = []
    woken: list[UUID] = []
    warden = Warden(gateways.launch, woken.append, fates.append, rhythm, {A, B}, failures)
    warden_task = asyncio.create_task(warden.run())
    try:
        yield warden, [fates, woken]
    finally:
        warden.end()
        await asyncio.wait_for(warden_task, 10)
        assert all(process.returncode is not None for process in gateways.processes)


async def test_a_process_is_told_its_numbers_and_every_change(gateways: Gateways) -> None:
    async with watched(gateways) as (warden, _):
        await gateways.until(lambda: list(gateways.assigned().values()) == [{A, B}])
        warden.assign({A})
        await gateways.until(lambda: list(gateways.assigned().values()) == [{A}])
    assert len(gateways.processes) == 1


async def test_a_wake_up_is_passed_on(gateways: Gateways) -> None:
    job = uuid4()
    gateways.manner = f"wakes:{job.hex}"
    async with watched(gateways) as (_, (_, woken)):
        await gateways.until(lambda: woken == [job])


async def test_a_process_that_is_killed_is_started_again_with_the_same_numbers(gateways: Gateways) -> None:
    async with watched(gateways) as (_, (fates, _)):
        await gateways.until(gateways.assigned)
        first = gateways.processes[0].pid
        gateways.kill(first)
        await gateways.until(lambda: len(gateways.processes) == 2 and gateways.assigned())
        assert list(gateways.assigned().values()) == [{A, B}]
        assert fates == [Fate(frozenset({A, B}))]


async def test_a_process_that_is_silent_is_killed_after_it_could_say_where_it_hangs(gateways: Gateways) -> None:
    gateways.manner = "silent"
    async with watched(gateways) as (_, (fates, _)):
        await gateways.until(lambda: fates)
        assert fates[0] == Fate(frozenset({A, B}), silent=True)
        assert gateways.processes[0].returncode == -9
        assert [pid for pid, _ in gateways.noted("last words")] == [gateways.processes[0].pid]


async def test_a_process_that_hangs_in_a_number_says_in_which(gateways: Gateways) -> None:
    gateways.manner = f"stuck:{B.hex}"
    async with watched(gateways) as (_, (fates, _)):
        await gateways.until(lambda: fates)
        assert fates[0] == Fate(frozenset({A, B}), stuck=B)


async def test_one_that_dies_again_and_again_is_started_ever_later(gateways: Gateways) -> None:
    gateways.manner = "dies"
    rhythm = Rhythm(look=0.02, first_pause=0.1, longest_pause=10)
    async with watched(gateways, rhythm) as (warden, (fates, _)):
        moments = []
        for number in range(1, 4):
            await gateways.until(lambda number=number: len(fates) == number)  # type: ignore[misc]
            moments.append(asyncio.get_running_loop().time())
        assert warden.failures == 3
        assert moments[2] - moments[1] > 0.2 * 0.75


async def test_one_that_lived_long_begins_anew_with_the_first_pause(gateways: Gateways) -> None:
    rhythm = Rhythm(look=0.02, first_pause=0.05, longest_pause=10, settled=0.0)
    async with watched(gateways, rhythm, failures=1) as (warden, (fates, _)):
        for number in range(1, 4):
            await gateways.until(lambda number=number: len(gateways.processes) == number)  # type: ignore[misc]
            gateways.kill(gateways.processes[-1].pid)
        await gateways.until(lambda: len(fates) == 3)
        assert warden.failures == 1


async def test_numbers_that_failed_elsewhere_wait_before_they_begin(gateways: Gateways) -> None:
    async with watched(gateways, Rhythm(first_pause=0.2), failures=1):
        began = asyncio.get_running_loop().time()
        await gateways.until(lambda: gateways.processes)
        assert asyncio.get_running_loop().time() - began > 0.1


async def test_one_that_does_not_listen_is_ended_by_force(gateways: Gateways) -> None:
    gateways.manner = "deaf"
    async with watched(gateways):
        await gateways.until(gateways.assigned)
    assert gateways.processes[0].returncode == -9


async def test_one_that_listens_ends_by_itself(gateways: Gateways) -> None:
    async with watched(gateways):
        await gateways.until(gateways.assigned)
    assert gateways.processes[0].returncode == -15

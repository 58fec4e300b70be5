"""Files that lie far away: they are waited for where nobody else has to wait."""

import asyncio
import errno
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fakes.world.described_files import build_audio, build_picture
from fakes.world.users import FakeUser
from fakes.world.world import World
from sqlalchemy import QueuePool
from sqlmodel import select

from models.messaging.deliveries import Delivery, DeliveryStatus
from storage.media.media_store import MediaStore


@dataclass
class FarStore:
    """A store that notes who waits for it."""

    near: MediaStore
    house: World
    asked: int = 0
    taken: int = 0
    on_the_loop: int = 0
    in_transactions: int = 0
    faults: list[OSError] = field(default_factory=list)
    is_full: bool = False

    def put(self, source: Path) -> str:
        if self.is_full:
            raise OSError(errno.ENOSPC, "no space left")
        self.taken += 1
        self._look_around()
        return self.near.put(source)

    def get_local_path(self, key: str) -> Path:
        self.asked += 1
        self._look_around()
        if self.faults:
            raise self.faults.pop()
        return self.near.get_local_path(key)

    def delete(self, key: str) -> None:
        self.near.delete(key)

    def list_older_than(self, seconds: float) -> Iterator[str]:
        return self.near.list_older_than(seconds)

    def trim(self, *, hard: bool = False) -> None:
        self.near.trim(hard=hard)

    def _look_around(self) -> None:
        pool = self.house.db.engine.pool
        assert isinstance(pool, QueuePool)
        self.in_transactions += pool.checkedout() > 0
        self.on_the_loop += _loop_runs_here()


def _loop_runs_here() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


@pytest.fixture
def far(house: World) -> FarStore:
    store = FarStore(house.store, house)
    house.job_runner.store = house.outbox_sender.store = house.pipeline.store = store  # type: ignore[assignment]
    return store


async def test_a_film_is_made_and_delivered_without_a_transaction_waiting_for_files(
    house: World, ana: FakeUser, far: FarStore
) -> None:
    await ana.send_files(build_picture())
    assert (far.taken, far.in_transactions) == (1, 0)
    await asyncio.to_thread(house.run_job)
    assert (far.asked, far.taken, far.in_transactions) == (1, 5, 0)
    await house.deliver_all()
    assert ana.last_message.kind == "video"
    assert (far.asked, far.taken, far.in_transactions, far.on_the_loop) == (3, 5, 0, 0)


async def test_a_file_that_is_not_kept_leaves_no_bytes_behind(house: World, ana: FakeUser, far: FarStore) -> None:
    await ana.send_files(build_audio(), text="/sketch")
    assert far.taken == 1
    assert [path for path in house.folder.glob("media/??/*") if path.is_file()] == []


async def test_a_film_that_cannot_be_fetched_now_arrives_when_it_can(
    house: World, ana: FakeUser, far: FarStore
) -> None:
    await ana.send_files(build_picture())
    await asyncio.to_thread(house.run_job)
    far.faults.append(ConnectionError("the bucket cannot be used"))
    await house.deliver_all()
    assert ana.last_message.kind == "text"
    house.clock.advance(3)
    await house.deliver_all()
    assert ana.last_message.kind == "video"
    with house.db.read_transaction() as session:
        assert {row.status for row in session.exec(select(Delivery))} == {DeliveryStatus.SENT}


async def test_a_job_whose_file_cannot_be_fetched_now_is_done_when_it_can(
    house: World, ana: FakeUser, far: FarStore
) -> None:
    await ana.send_files(build_picture())
    far.faults.append(ConnectionError("the bucket cannot be used"))
    await asyncio.to_thread(house.run_job)
    assert [(job.status, job.attempts) for job in house.list_jobs()] == [("queued", 1)]
    house.clock.advance(6)
    await asyncio.to_thread(house.run_job)
    await house.deliver_all()
    assert ana.last_message.kind == "video"


async def test_a_file_there_is_no_room_for_is_refused_with_words_and_taken_when_there_is(
    house: World, ana: FakeUser, far: FarStore
) -> None:
    far.is_full = True
    assert "DISK_FULL" in (await ana.send_files(build_picture())).text
    assert house.list_jobs() == []
    far.is_full = False
    await ana.send_files(build_picture())
    assert len(house.list_jobs()) == 1


async def test_a_file_that_cannot_be_written_while_it_comes_is_refused_with_words(house: World, ana: FakeUser) -> None:
    assert "DISK_FULL" in (await ana.send_files(OSError(errno.ENOSPC, "no space left"))).text
    assert house.list_jobs() == []

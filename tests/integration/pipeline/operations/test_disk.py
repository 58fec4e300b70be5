"""The disk floor: below it jobs wait, and the administrators hear of it once."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes.clock import SettableClock
from fakes.concurrency import run_concurrently
from fakes.sample_customers import SampleCustomer, create_customer
from fakes.world.jobs import open_job_world
from fakes.world.world import World
from sqlmodel import col, select

from models.identity.people import Address
from models.jobs.job import JobStatus
from models.limits import load_limits
from models.messaging.deliveries import Delivery, Message, TranslatedText
from models.settings import Settings
from pipeline.jobs.queue import QUEUE_NAME
from pipeline.jobs.worker import disk_monitor_for
from pipeline.operations.disk_cleanup import DiskCleaner
from pipeline.operations.disk_monitor import DiskMonitor
from storage.db import Database
from storage.identity import people
from storage.media.media_store import FolderMediaStore
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage
from storage.operations import health_readings

GIGABYTE = 10**9


@dataclass
class Room:
    """How much is free, and which share in use, as a test says."""

    free: float = 50.0  # gigabytes
    share: float = 0.5

    def __call__(self, _folder: Path) -> int:
        return round(self.free * GIGABYTE)

    def used(self, _folder: Path) -> float:
        return self.share


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def shop(database: Database, clock: SettableClock, tmp_path: Path, room: Room) -> World:
    opened = open_job_world(database, clock, tmp_path)
    opened.sweeper.disk = DiskMonitor("box-1", (tmp_path,), GIGABYTE, room)
    opened.job_runner.has_room = opened.sweeper.disk.has_room
    return opened


def told(shop: World, customer: SampleCustomer) -> list[tuple[str, float]]:
    """What was owed to a customer's chat about disks."""
    wanted = select(Delivery).where(
        col(Delivery.address_id) == customer.address.id, col(Delivery.cause).startswith("disk")
    )
    with shop.db.read_transaction() as session:
        words = [row.content.paragraphs[0] for row in session.exec(wanted.order_by(col(Delivery.id)))]
    return [(each.key, float(each.values["free"])) for each in words]


def greet(shop: World, customer: SampleCustomer) -> None:
    """Somebody was answered, so their chat is known."""
    with shop.db.transaction() as session:
        owed = OutboxMessage(Message(paragraphs=(TranslatedText(key="welcome"),)), f"greet:{customer.person.id}")
        outbox.enqueue(session, customer.address, customer.person.id, owed, shop.clock())


def admin(shop: World, name: str = "boss", tenant: str = "main") -> SampleCustomer:
    customer = create_customer(shop.db, name, tenant=tenant, role="admin")
    greet(shop, customer)
    return customer


def test_below_the_floor_a_job_is_taken_in_and_waits_and_above_it_it_is_done(shop: World, room: Room) -> None:
    room.free = 0.9
    job = shop.submit_job()
    assert not shop.job_runner.run_next_job()
    assert (shop.reload_job(job).status, shop.reload_job(job).attempts) == (JobStatus.QUEUED, 0)
    room.free = 1.0
    assert shop.job_runner.run_next_job()
    assert shop.reload_job(job).status == JobStatus.DONE


def test_below_the_floor_nobody_is_woken_for_jobs_and_above_it_somebody_is(shop: World, room: Room) -> None:
    shop.submit_job()
    room.free = 0.5
    shop.clock.advance(seconds=10)
    shop.sweeper.sweep()
    queue = shop.pipeline.queue.broker.queues[QUEUE_NAME]
    assert queue.qsize() == 0
    room.free = 2
    shop.sweeper.sweep()
    assert queue.qsize() == 1


def test_administrators_are_told_once_that_it_began_and_once_that_it_is_over(shop: World, room: Room) -> None:
    boss = admin(shop)
    for free in (50, 0.9, 0.8, 0.7, 1.05, 0.9, 3, 4, 3, 0.6, 0.5):
        room.free = free
        shop.sweeper.check_disk()
    assert told(shop, boss) == [("disk-low", 0.9), ("disk-well", 3.0), ("disk-low", 0.6)]
    assert told(shop, shop.customer) == []


def test_many_processes_of_a_machine_tell_once(shop: World, room: Room) -> None:
    boss = admin(shop)
    room.free = 0.9
    run_concurrently([shop.sweeper.check_disk] * 8)
    assert told(shop, boss) == [("disk-low", 0.9)]
    room.free = 9
    run_concurrently([shop.sweeper.check_disk] * 8)
    assert told(shop, boss) == [("disk-low", 0.9), ("disk-well", 9.0)]


def test_a_disk_that_fills_is_told_before_the_floor_where_somebody_watches(shop: World, room: Room) -> None:
    boss = admin(shop)
    shop.sweeper.disk = DiskMonitor("box-1", (shop.folder,), GIGABYTE, room, room.used, has_early_warning=True)
    seen = []
    for share in (0.5, 0.8, 0.81, 0.9, 0.76, 0.74, 0.7, 0.85):
        room.share = share
        shop.sweeper.check_disk()
        seen.append(len(told(shop, boss)))
    assert seen == [0, 0, 1, 1, 1, 2, 2, 3]
    assert [key for key, _ in told(shop, boss)] == ["disk-filling", "disk-roomy", "disk-filling"]
    shop.sweeper.disk = DiskMonitor("box-2", (shop.folder,), GIGABYTE, room, room.used)
    room.share = 0.99
    shop.sweeper.check_disk()
    assert len(told(shop, boss)) == 3


def test_how_much_room_there_is_can_be_asked_of_the_database(shop: World, room: Room) -> None:
    shop.sweeper.disk = DiskMonitor("box-1", (shop.folder,), GIGABYTE, room, room.used)
    room.free, room.share = 12.5, 0.416
    shop.sweeper.check_disk()
    with shop.db.read_transaction() as session:
        (disk,) = health_readings.list_latest(session, "disk:")
    assert (disk.name, disk.ok, disk.about) == ("disk:box-1", True, {"free": 12_500_000_000, "share": 0.416})


class CopyingStore(FolderMediaStore):
    """A store with copies; it notes how it is asked to let go of them."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.trimmed: list[bool] = []

    def trim(self, *, hard: bool = False) -> None:
        self.trimmed.append(hard)


def test_a_process_without_workers_tells_of_its_disk_too_and_lets_go_of_copies_first(shop: World, room: Room) -> None:
    boss, store = admin(shop), CopyingStore(shop.folder / "media")
    disk_cleaner = DiskCleaner(
        shop.db, store, shop.folder / "passing", DiskMonitor("box-1", (shop.folder,), GIGABYTE, room)
    )
    disk_cleaner.check_disk()
    assert (told(shop, boss), store.trimmed) == ([], [])
    room.free = 0.9
    run_concurrently([disk_cleaner.check_disk, shop.sweeper.check_disk] * 4)
    assert told(shop, boss) == [("disk-low", 0.9)]
    assert store.trimmed == [True] * 4
    disk_cleaner.trim()
    assert store.trimmed[-1] is False


def test_folders_of_dead_processes_go_after_a_day(shop: World, room: Room) -> None:
    passing = shop.folder / "passing"
    for name, hours in (("old", 25), ("young", 23)):
        (passing / name).mkdir(parents=True)
        changed = time.time() - hours * 3600
        os.utime(passing / name, (changed, changed))
    store = CopyingStore(shop.folder / "media")
    DiskCleaner(shop.db, store, passing, DiskMonitor("box-1", (shop.folder,), GIGABYTE, room)).trim()
    assert [folder.name for folder in passing.iterdir()] == ["young"]


def test_each_machine_has_incidents_of_its_own(shop: World, room: Room) -> None:
    boss = admin(shop)
    room.free = 0.9
    shop.sweeper.check_disk()
    shop.sweeper.disk = DiskMonitor("box-2", (shop.folder,), GIGABYTE, Room(5))
    shop.sweeper.check_disk()
    shop.sweeper.disk = DiskMonitor("box-3", (shop.folder,), GIGABYTE, Room(0.1))
    shop.sweeper.check_disk()
    assert told(shop, boss) == [("disk-low", 0.9), ("disk-low", 0.1)]


def test_only_the_operators_own_administrators_are_told(shop: World, room: Room) -> None:
    theirs = admin(shop, "other", tenant="shop-of-somebody")
    room.free = 0.9
    shop.sweeper.check_disk()
    assert told(shop, theirs) == []


def test_an_administrator_who_can_be_reached_later_is_told_then(shop: World, room: Room) -> None:
    room.free = 0.9
    shop.sweeper.check_disk()
    boss = admin(shop)
    with shop.db.transaction() as session:
        outbox.mark_unreachable(session, boss.address.id, shop.clock())
    shop.sweeper.check_disk()
    assert told(shop, boss) == []
    with shop.db.transaction() as session:
        people.get_or_create_address(session, boss.account.id, boss.address.chat, "")
    shop.sweeper.check_disk()
    assert told(shop, boss) == [("disk-low", 0.9)]


def test_an_administrator_is_told_alone_rather_than_in_a_group(shop: World, room: Room) -> None:
    boss = admin(shop)
    with shop.db.transaction() as session:
        alone = people.get_or_create_address(session, boss.account.id, boss.person.external_id, "")
    room.free = 0.9
    shop.sweeper.check_disk()
    with shop.db.read_transaction() as session:
        wanted = select(Address.chat).join(Delivery, col(Delivery.address_id) == col(Address.id))
        chats = session.exec(wanted.where(col(Delivery.cause).startswith("disk:"))).all()
    assert list(chats) == [alone.chat]


def test_the_folder_with_the_least_room_counts_and_one_that_cannot_be_asked_has_none() -> None:
    free = {Path("/data"): 5 * GIGABYTE, Path("/media"): GIGABYTE // 2}
    assert not DiskMonitor("box", tuple(free), GIGABYTE, lambda folder: free[folder]).has_room()
    assert DiskMonitor("box", (Path("/data"),), GIGABYTE, lambda folder: free[folder]).has_room()
    assert not DiskMonitor("box", (Path("/nowhere-on-this-machine"),), GIGABYTE).has_room()


def test_the_data_folder_is_watched_and_the_media_folder_too_unless_it_is_a_bucket(tmp_path: Path) -> None:
    def folders(media: str) -> tuple[Path, ...]:
        return disk_monitor_for(Settings(_env_file=None, data_dir=tmp_path, media_url=media)).folders  # type: ignore[call-arg]

    assert folders("") == (tmp_path, tmp_path / "media")
    assert folders("/srv/media") == (tmp_path, Path("/srv/media"))
    assert folders("s3://bucket") == (tmp_path,)
    assert load_limits().disk.floor == GIGABYTE

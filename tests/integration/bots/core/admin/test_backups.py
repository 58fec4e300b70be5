"""`/backup`, and the backups that make themselves."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.memory_channel import ChatMessage
from fakes.world.users import FakeUser
from fakes.world.world import World
from sqlmodel import col, select

from bots.core.operations.backup_scheduler import BACKUP_LEASE, LEASE_NAME, BackupScheduler
from models.identity.codes import Audit
from models.identity.people import MAIN_TENANT
from models.operations.backups import BackupRun
from models.settings import Settings
from storage.backups import runs
from storage.backups.backup_store import FolderBackupStore
from storage.backups.service import BackupService
from storage.identity import people
from storage.operations import task_runs


@pytest.fixture
def keeper(house: World, tmp_path: Path) -> BackupScheduler:
    settings = Settings(_env_file=None, data_dir=tmp_path / "data", whatsapp_sessions=str(tmp_path / "keys"))  # type: ignore[call-arg]
    shelf = FolderBackupStore(tmp_path / "backups")
    return BackupScheduler(house.db, BackupService(settings, house.db, b"secret", shelf))


def names(keeper: BackupScheduler) -> list[str]:
    return keeper.backups.store.list_names()


async def told(boss: FakeUser) -> ChatMessage:
    """What the owner was told last, once it is delivered."""
    await boss.world.deliver_all()
    return boss.last_message


def with_role(somebody: FakeUser, role: str) -> None:
    somebody.world.run_in_transaction(
        lambda session: setattr(session.get_one(type(somebody.person), somebody.person.id), "role", role)
    )


async def test_an_owner_asks_for_a_backup_and_hears_when_it_lies_there(boss: FakeUser, keeper: BackupScheduler) -> None:
    assert "being made" in (await boss.send_text("/backup")).text
    keeper.run_once()
    (name,) = names(keeper)
    assert name in (await told(boss)).text
    assert f"The last one: {name}" in (await boss.send_text("/backup")).text


async def test_who_asks_twice_gets_one_backup(boss: FakeUser, keeper: BackupScheduler) -> None:
    await boss.send_text("/backup")
    assert "already" in (await boss.send_text("/backup")).text
    keeper.run_once()
    keeper.run_once()
    assert len(names(keeper)) == 1


@pytest.mark.parametrize("role", [None, "support", "admin"])
async def test_nobody_below_an_owner_knows_of_the_command(house: World, ana: FakeUser, role: str | None) -> None:
    await ana.send_text("/start")
    if role is not None:
        with_role(ana, role)
    assert "/help" in (await ana.send_text("/backup")).text
    with house.db.read_transaction() as session:
        assert session.exec(select(BackupRun)).all() == []


async def test_the_command_is_written_down(house: World, boss: FakeUser) -> None:
    await boss.send_text("/backup")
    await boss.send_text("/backup")
    with house.db.transaction() as session:
        entry = session.exec(select(Audit).where(col(Audit.action) == "backup")).one()
        assert entry.tenant_id == people.get_or_create_tenant(session, MAIN_TENANT).id


def test_one_is_made_every_day_and_none_the_moment_the_house_opens(house: World, keeper: BackupScheduler) -> None:
    keeper.run_once()
    assert names(keeper) == []
    for _ in range(48):
        house.clock.advance(3600)
        keeper.run_once()
    assert len(names(keeper)) == 2


def test_none_is_made_by_itself_where_that_is_turned_off(house: World, keeper: BackupScheduler) -> None:
    keeper.has_daily_backups = False
    house.clock.advance(2 * 86400)
    keeper.run_once()
    assert names(keeper) == []


async def test_a_backup_that_cannot_be_made_is_told_and_so_is_the_next_that_can(
    house: World, boss: FakeUser, keeper: BackupScheduler, tmp_path: Path
) -> None:
    await boss.send_text("/start")
    (tmp_path / "file").write_text("no folder")
    broken = replace(keeper.backups, store=FolderBackupStore(tmp_path / "file" / "backups"))
    working, keeper.backups = keeper.backups, broken
    house.clock.advance(3600)
    keeper.run_once()
    assert "No backup could be made (NotADirectoryError)" in (await told(boss)).text
    keeper.backups = working
    house.clock.advance(3 * 3600)
    keeper.run_once()
    assert names(keeper)[0] in (await told(boss)).text


def test_a_run_whose_process_died_keeps_nobody_waiting_for_ever(house: World, keeper: BackupScheduler) -> None:
    house.clock.advance(3600)
    with house.db.transaction() as session:
        assert runs.claim(session, house.clock(), timedelta(days=1))
    keeper.run_once()
    assert names(keeper) == []
    house.clock.advance(3 * 3600)
    keeper.run_once()
    assert len(names(keeper)) == 1


@dataclass(frozen=True)
class WatchedStore(FolderBackupStore):
    """Has another process look for work before it stores a backup."""

    look: Callable[[], None]

    def put(self, file: Path) -> None:
        self.look()
        FolderBackupStore.put(self, file)


async def test_of_all_processes_one_makes_a_backup_at_a_time(
    house: World, boss: FakeUser, keeper: BackupScheduler, tmp_path: Path
) -> None:
    other = BackupScheduler(house.db, keeper.backups)
    seen: list[list[str]] = []

    def look() -> None:
        house.clock.advance(50)
        keeper.renew_lease()  # as its thread does
        house.clock.advance(50)
        house.run_in_transaction(lambda session: session.add(BackupRun(asked_at=house.clock())))
        other.run_once()
        seen.append(names(other))

    keeper.backups = replace(keeper.backups, store=WatchedStore(tmp_path / "backups", look))
    await boss.send_text("/backup")
    keeper.run_once()
    assert seen == [[]]
    assert len(names(keeper)) == 1
    other.run_once()
    assert len(names(keeper)) == 2


async def test_another_process_makes_backups_once_the_lease_of_a_dead_one_is_over(
    house: World, boss: FakeUser, keeper: BackupScheduler
) -> None:
    with house.db.transaction() as session:
        assert task_runs.claim(session, LEASE_NAME, house.clock(), BACKUP_LEASE)
    await boss.send_text("/backup")
    keeper.run_once()
    assert names(keeper) == []
    house.clock.advance(61)
    keeper.run_once()
    assert len(names(keeper)) == 1

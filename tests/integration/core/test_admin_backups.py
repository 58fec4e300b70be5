"""`/backup`, and the backups that make themselves."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.channels import Shown
from fakes.house import House, Somebody
from sqlmodel import select

from bots.core.operations.backup_scheduler import BackupScheduler
from models.identity.people import MAIN_TENANT
from models.operations.backups import BackupRun
from models.settings import Settings
from storage.backups import runs
from storage.backups.backup_store import FolderBackupStore
from storage.backups.service import BackupService
from storage.identity import people
from storage.operations import audit

OWNER = frozenset({"memory:1"})


@pytest.fixture
def boss(house: House) -> Somebody:
    return Somebody(house, house.counter(owners=OWNER), id="1")


@pytest.fixture
def keeper(house: House, tmp_path: Path) -> BackupScheduler:
    settings = Settings(_env_file=None, data_dir=tmp_path / "data", whatsapp_sessions=str(tmp_path / "keys"))  # type: ignore[call-arg]
    shelf = FolderBackupStore(tmp_path / "backups")
    return BackupScheduler(house.db, BackupService(settings, house.db, b"secret", shelf), tmp_path / "locks")


def names(keeper: BackupScheduler) -> list[str]:
    return keeper.backups.store.list_names()


async def told(boss: Somebody) -> Shown:
    """What the owner was told last, once it is delivered."""
    await boss.house.settle()
    return boss.last


def with_role(somebody: Somebody, role: str) -> None:
    somebody.house.change(lambda session: setattr(session.get_one(type(somebody.row), somebody.row.id), "role", role))


async def test_an_owner_asks_for_a_backup_and_hears_when_it_lies_there(boss: Somebody, keeper: BackupScheduler) -> None:
    assert "being made" in (await boss.writes("/backup")).text
    keeper.run_once()
    (name,) = names(keeper)
    assert name in (await told(boss)).text
    assert f"The last one: {name}" in (await boss.writes("/backup")).text


async def test_who_asks_twice_gets_one_backup(boss: Somebody, keeper: BackupScheduler) -> None:
    await boss.writes("/backup")
    assert "already" in (await boss.writes("/backup")).text
    keeper.run_once()
    keeper.run_once()
    assert len(names(keeper)) == 1


@pytest.mark.parametrize("role", [None, "support", "admin"])
async def test_nobody_below_an_owner_knows_of_the_command(house: House, ana: Somebody, role: str | None) -> None:
    await ana.writes("/start")
    if role is not None:
        with_role(ana, role)
    assert "/help" in (await ana.writes("/backup")).text
    with house.db.read_transaction() as session:
        assert session.exec(select(BackupRun)).all() == []


async def test_the_command_is_written_down(house: House, boss: Somebody) -> None:
    await boss.writes("/backup")
    await boss.writes("/backup")
    with house.db.transaction() as session:
        assert len(audit.list_entries(session, people.get_or_create_tenant(session, MAIN_TENANT).id, "backup")) == 1


def test_one_is_made_every_day_and_none_the_moment_the_house_opens(house: House, keeper: BackupScheduler) -> None:
    keeper.run_once()
    assert names(keeper) == []
    for _ in range(48):
        house.time.forward(3600)
        keeper.run_once()
    assert len(names(keeper)) == 2


def test_none_is_made_by_itself_where_that_is_turned_off(house: House, keeper: BackupScheduler) -> None:
    keeper.has_daily_backups = False
    house.time.forward(2 * 86400)
    keeper.run_once()
    assert names(keeper) == []


async def test_a_backup_that_cannot_be_made_is_told_and_so_is_the_next_that_can(
    house: House, boss: Somebody, keeper: BackupScheduler, tmp_path: Path
) -> None:
    await boss.writes("/start")
    (tmp_path / "file").write_text("no folder")
    broken = replace(keeper.backups, store=FolderBackupStore(tmp_path / "file" / "backups"))
    working, keeper.backups = keeper.backups, broken
    house.time.forward(3600)
    keeper.run_once()
    assert "No backup could be made (NotADirectoryError)" in (await told(boss)).text
    keeper.backups = working
    house.time.forward(3 * 3600)
    keeper.run_once()
    assert names(keeper)[0] in (await told(boss)).text


def test_a_run_whose_process_died_keeps_nobody_waiting_for_ever(house: House, keeper: BackupScheduler) -> None:
    house.time.forward(3600)
    with house.db.transaction() as session:
        assert runs.claim(session, house.time(), timedelta(days=1))
    keeper.run_once()
    assert names(keeper) == []
    house.time.forward(3 * 3600)
    keeper.run_once()
    assert len(names(keeper)) == 1

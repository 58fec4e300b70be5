"""What every version that was tagged has left behind, put back and brought to this version's schema."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fakes.clock import SettableClock
from fakes.databases import DatabaseFactory
from fakes.ledger_checks import assert_ledger_balances
from fakes.sample_data import BACKUP_SECRET, SPENT, WAITING, dump_tables, populate
from sqlmodel import select

from models.billing.credits import Balance
from models.jobs.job import Job, JobStatus
from models.messaging.deliveries import Delivery, DeliveryStatus
from models.settings import Settings
from storage.backups.archive import Manifest, verify
from storage.backups.backup_store import FolderBackupStore
from storage.backups.service import BackupService
from storage.db import Database
from storage.migrate import is_current
from storage.schema import METADATA

DUMPS = sorted((Path(__file__).parents[4] / "tools" / "dumps").glob("*.sealed"))


@pytest.fixture(params=DUMPS, ids=lambda path: path.stem)
def dump(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture
def upgraded(dump: Path, databases: DatabaseFactory, clock: SettableClock, tmp_path: Path) -> Iterator[Database]:
    """The database of an earlier version, restored by this one."""
    url = databases.create_empty_url("sqlite" if "sqlite" in dump.stem else "postgresql")
    db = Database(url, clock=clock)
    settings = Settings(_env_file=None, data_dir=tmp_path / "data", database_url=url)  # type: ignore[call-arg]
    with BackupService(settings, db, BACKUP_SECRET, FolderBackupStore(tmp_path)).open_backup(dump) as opened:
        opened.restore()
    yield db
    db.close()


def told(dump: Path) -> Manifest:
    return verify(dump, BACKUP_SECRET)


def test_both_kinds_of_databases_have_left_something() -> None:
    assert {path.stem.partition("-")[2] for path in DUMPS} == {"sqlite", "postgresql"}


def test_the_schema_is_this_versions(upgraded: Database) -> None:
    assert is_current(upgraded)
    with upgraded.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert list(compare_metadata(context, METADATA)) == []


def test_every_row_is_still_there(upgraded: Database, dump: Path) -> None:
    after = {table: len(rows) for table, rows in dump_tables(upgraded).items()}
    before = {table: count for table, count in told(dump).rows.items() if table in after}
    assert sum(before.values()) > 20
    assert {table: after[table] for table in before} == before


def test_the_books_balance_and_what_was_held_is_held(upgraded: Database) -> None:
    with upgraded.transaction() as session:
        assert_ledger_balances(session)
        balances = {(each.available, each.reserved) for each in session.exec(select(Balance))}
        assert (10 - SPENT - WAITING, WAITING) in balances
        assert set(session.exec(select(Job.status))) == {JobStatus.DONE, JobStatus.QUEUED, JobStatus.FAILED}
        assert set(session.exec(select(Delivery.status))) == {DeliveryStatus.PENDING}


def test_life_goes_on_in_it(upgraded: Database) -> None:
    before = {table: len(rows) for table, rows in dump_tables(upgraded).items()}
    populate(upgraded, "later")
    after = {table: len(rows) for table, rows in dump_tables(upgraded).items()}
    assert after["job"] == before["job"] + 3
    assert after["delivery"] == 2 * before["delivery"]

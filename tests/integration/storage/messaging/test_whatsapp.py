"""Numbers on WhatsApp in the database, and their keys on the disk."""

import os
import socket
import sqlite3
import stat
import struct
import threading
import uuid
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from fakes.clock import NOON, SettableClock
from fakes.databases import DatabaseFactory
from fakes.sockets import open_listener
from fakes.whatsapp.session_files import SessionFiles
from sqlmodel import Session

from models.errors import ConfigError
from models.identity.people import MAIN_TENANT, Account
from models.messaging.whatsapp import WhatsAppSession, WhatsAppState
from storage.db import Database
from storage.encryption import DecryptionError
from storage.identity import people
from storage.messaging import whatsapp
from storage.messaging.whatsapp_backups import KeyBackups, SessionKeys
from storage.messaging.whatsapp_keys import FolderKeyStore, LockHeld, PostgresKeyStore, hold_lock, open_key_store

SECRET = b"a secret of the test"
JID = "5511990000001:7@s.whatsapp.net"


def new(
    session: Session, tenant: str = MAIN_TENANT, *, jid: str | None = None, state: WhatsAppState = WhatsAppState.NEW
) -> WhatsAppSession:
    row = whatsapp.create_session(session, people.get_or_create_tenant(session, tenant).id, NOON)
    if jid:
        assert whatsapp.complete_pairing(session, row, jid, None, NOON)
    row.state = state
    session.flush()
    return row


def list_wanted_ids(session: Session, now: datetime) -> list[uuid.UUID]:
    """The numbers that gateways are to run, as the supervisor picks them."""
    return [each.row.id for each in whatsapp.list_sessions(session) if each.row.is_wanted(now)]


def called(session: Session, row: WhatsAppSession) -> str:
    return session.get_one(Account, row.account_id).name


def test_a_new_number_has_a_name_made_up_and_is_wanted_once_somebody_asks_to_pair_it(database: Database) -> None:
    with database.transaction() as session:
        row = new(session)
        assert called(session, row).isalpha()
        assert list_wanted_ids(session, NOON) == []
        whatsapp.request_pairing(row, NOON)
        session.flush()
        assert list_wanted_ids(session, NOON) == [row.id]
        whatsapp.stop_pairing(row, NOON)
        session.flush()
        assert list_wanted_ids(session, NOON) == []


def test_a_paired_number_is_called_by_its_digits_and_found_by_them(database: Database) -> None:
    with database.transaction() as session:
        row = new(session, jid=JID, state=WhatsAppState.ONLINE)
        assert called(session, row) == row.phone_number == "5511990000001"
        for name in ("5511990000001", "+5511990000001"):
            found = whatsapp.find_session(session, name)
            assert found is not None
            assert found.row.id == row.id
        assert whatsapp.find_session(session, "") is None
        assert whatsapp.find_session(session, "551199000000") is None


@pytest.mark.parametrize(
    "state", [WhatsAppState.LOGGED_OUT, WhatsAppState.REPLACED, WhatsAppState.OUTDATED, WhatsAppState.BANNED]
)
def test_a_number_that_stands_still_is_wanted_by_nobody_until_it_is_asked_for(
    database: Database, state: WhatsAppState
) -> None:
    with database.transaction() as session:
        row = new(session, jid=JID, state=state)
        assert list_wanted_ids(session, NOON) == []
        whatsapp.request_restart(row, NOON)
        session.flush()
        assert list_wanted_ids(session, NOON) == [row.id]


def test_a_ban_with_an_end_ends_by_itself(database: Database) -> None:
    with database.transaction() as session:
        row = new(session, jid=JID, state=WhatsAppState.BANNED)
        row.banned_until = NOON + timedelta(hours=1)
        session.flush()
        assert list_wanted_ids(session, NOON + timedelta(minutes=59)) == []
        assert list_wanted_ids(session, NOON + timedelta(hours=1)) == [row.id]


def test_numbers_that_were_too_old_try_again_with_the_next_start_and_others_do_not(database: Database) -> None:
    with database.transaction() as session:
        old, replaced = (
            new(session, jid=JID, state=WhatsAppState.OUTDATED),
            new(session, jid="2:1@x", state=WhatsAppState.REPLACED),
        )
        whatsapp.retry_outdated(session, NOON)
        session.refresh(old)
        session.refresh(replaced)
        assert (old.state, replaced.state) == (WhatsAppState.RECONNECTING, WhatsAppState.REPLACED)


def test_a_tenant_sees_its_own_numbers_alone(database: Database) -> None:
    with database.transaction() as session:
        mine, theirs = new(session), new(session, "bakery", jid=JID, state=WhatsAppState.ONLINE)
        assert [each.row.id for each in whatsapp.list_sessions(session, mine.tenant_id)] == [mine.id]
        assert whatsapp.find_session(session, "5511990000001", mine.tenant_id) is None
        assert {each.row.id for each in whatsapp.list_sessions(session)} == {mine.id, theirs.id}
        assert whatsapp.find_unpaired(session, theirs.tenant_id) is None


def test_a_removed_number_is_gone_from_every_list(database: Database) -> None:
    with database.transaction() as session:
        row = new(session, jid=JID, state=WhatsAppState.ONLINE)
        whatsapp.mark_removed(row, NOON)
        session.flush()
        assert whatsapp.list_sessions(session) == []
        assert list_wanted_ids(session, NOON) == []
        assert whatsapp.count_by_state(session)["online"] == 0
        assert whatsapp.list_removed_before(session, NOON + timedelta(seconds=1)) == [row.id]


def test_a_number_that_comes_back_gets_its_chats_back(database: Database) -> None:
    with database.transaction() as session:
        first = new(session, jid=JID, state=WhatsAppState.LOGGED_OUT)
        account, first.first_online_at = first.account_id, NOON
        address = people.get_or_create_address(session, account, "5521@s.whatsapp.net", "")
        second = new(session)
        assert whatsapp.complete_pairing(session, second, "5511990000001:9@s.whatsapp.net", None, NOON)
        assert second.account_id == account == address.account_id
        assert second.first_online_at == NOON
        assert [each.row.id for each in whatsapp.list_sessions(session)] == [second.id]


def test_a_number_that_was_removed_comes_back_to_its_chats_too(database: Database) -> None:
    with database.transaction() as session:
        first = new(session, jid=JID, state=WhatsAppState.ONLINE)
        account = first.account_id
        whatsapp.mark_removed(first, NOON)
        second = new(session, jid=JID)
        assert second.account_id == account


@pytest.mark.parametrize("tenant", [MAIN_TENANT, "bakery"])
def test_a_number_that_is_connected_is_not_paired_a_second_time(database: Database, tenant: str) -> None:
    with database.transaction() as session:
        new(session, jid=JID, state=WhatsAppState.RECONNECTING)
        second = new(session, tenant)
        assert not whatsapp.complete_pairing(session, second, "5511990000001:9@s.whatsapp.net", None, NOON)
        assert second.jid is None


def test_another_tenants_number_that_stands_still_keeps_its_account(database: Database) -> None:
    with database.transaction() as session:
        first = new(session, "bakery", jid=JID, state=WhatsAppState.LOGGED_OUT)
        account = first.account_id
        second = new(session, jid=JID)
        assert second.account_id != account
        assert session.get(WhatsAppSession, first.id) is not None


def test_a_number_whose_beginning_is_another_ones_is_not_taken_for_it(database: Database) -> None:
    with database.transaction() as session:
        longer = new(session, jid="55119900000012:1@s.whatsapp.net", state=WhatsAppState.ONLINE)
        assert new(session, jid="551199000000:1@s.whatsapp.net").account_id != longer.account_id


def test_a_number_nobody_was_seen_to_run_is_counted(database: Database) -> None:
    later = NOON + timedelta(minutes=3)
    with database.transaction() as session:
        row = new(session, jid=JID, state=WhatsAppState.ONLINE)
        new(session)
        assert whatsapp.count_unseen(session, NOON) == 1
        whatsapp.mark_seen(session, [row.id], later)
        session.refresh(row)
        assert whatsapp.count_unseen(session, later) == 0
        assert whatsapp.count_unseen(session, later + timedelta(minutes=3)) == 1


@pytest.fixture
def folder(tmp_path: Path) -> FolderKeyStore:
    return FolderKeyStore.open_at(tmp_path / "whatsapp")


@pytest.fixture
def backups(folder: FolderKeyStore, clock: SettableClock) -> KeyBackups:
    return KeyBackups(folder, SECRET, clock)


def paired(folder: FolderKeyStore, jid: str = JID) -> uuid.UUID:
    """A number with keys."""
    number = uuid.uuid4()
    folder.prepare(number)
    SessionFiles().add_device(folder.location_of(number), jid)
    return number


def device(folder: FolderKeyStore, number: uuid.UUID) -> list[str]:
    return SessionFiles().list_devices(folder.location_of(number))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_keys_are_readable_by_their_owner_alone(folder: FolderKeyStore) -> None:
    before = os.umask(0)
    try:
        number = paired(folder)
        with closing(sqlite3.connect(folder.location_of(number))) as opened:
            opened.execute("PRAGMA journal_mode=WAL")
            opened.execute("UPDATE whatsmeow_device SET push_name = 'x'")
            opened.commit()
            folder.prepare(number)
            assert {mode(path) for path in folder.directory.iterdir()} == {0o600}
    finally:
        os.umask(before)
    assert mode(folder.directory) == 0o700


def test_a_folder_that_others_may_read_is_closed(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    assert mode(FolderKeyStore.open_at(tmp_path / "open").directory) == 0o700


def test_damaged_keys_are_noticed_and_missing_ones_too(folder: FolderKeyStore) -> None:
    sound, damaged, missing = paired(folder), paired(folder), uuid.uuid4()
    folder.file_of(damaged).write_bytes(b"SQLite format 3\x00" + os.urandom(4096))
    keys = {number: SessionKeys(folder, number) for number in (sound, damaged, missing)}
    assert [keys[number].is_readable() for number in (sound, damaged, missing)] == [True, False, False]


def test_a_backup_is_sealed_and_brings_the_keys_back(folder: FolderKeyStore, backups: KeyBackups) -> None:
    number = paired(folder)
    path = backups.create(number)
    assert path is not None
    assert mode(path) == 0o600
    assert mode(path.parent) == 0o700
    assert b"5511990000001" not in path.read_bytes()
    folder.file_of(number).write_bytes(b"rubbish")
    assert backups.restore(number) == (path, JID)
    assert device(folder, number) == [JID]
    assert mode(folder.file_of(number)) == 0o600


def test_a_backup_holds_what_is_not_in_the_file_itself_yet(folder: FolderKeyStore, backups: KeyBackups) -> None:
    number = paired(folder)
    with closing(sqlite3.connect(folder.location_of(number))) as opened:
        opened.execute("PRAGMA journal_mode=WAL")
        opened.execute("INSERT INTO whatsmeow_device (jid) VALUES ('later')")
        opened.commit()
        backups.create(number)
    folder.delete(number)
    backups.restore(number)
    assert device(folder, number) == [JID, "later"]


def test_another_secret_opens_no_backup(folder: FolderKeyStore, backups: KeyBackups, clock: SettableClock) -> None:
    number = paired(folder)
    backups.create(number)
    with pytest.raises(DecryptionError):
        KeyBackups(folder, b"another", clock).restore(number)
    assert device(folder, number) == [JID]


def test_pairing_anew_backs_the_old_keys_up_and_begins_with_none(
    folder: FolderKeyStore, backups: KeyBackups, clock: SettableClock
) -> None:
    number = paired(folder)
    keys = SessionKeys(folder, number, backups)
    keys.renew()
    assert not folder.has_keys(number)
    clock.advance(minutes=1)
    keys.renew()  # there is nothing to back up now
    assert len(backups.list_for(number)) == 1
    backups.restore(number)
    assert device(folder, number) == [JID]


def test_a_restore_keeps_what_it_replaces(folder: FolderKeyStore, backups: KeyBackups, clock: SettableClock) -> None:
    number = paired(folder)
    first = backups.create(number)
    SessionFiles().add_device(folder.location_of(number), "newer")
    clock.advance(minutes=1)
    backups.restore(number, first)
    assert device(folder, number) == [JID]
    clock.advance(minutes=1)
    newest = backups.list_for(number)[0]
    assert newest != first
    backups.restore(number, newest)
    assert device(folder, number) == [JID, "newer"]


def test_there_is_a_backup_a_day_and_none_longer_than_a_week(
    folder: FolderKeyStore, backups: KeyBackups, clock: SettableClock
) -> None:
    number = paired(folder)
    for _ in range(20 * 4):
        backups.create_if_older(number, timedelta(days=1))
        backups.prune()
        clock.advance(hours=6)
    kept = backups.list_for(number)
    assert 7 <= len(kept) <= 8
    folder.file_of(number).write_bytes(b"rubbish")
    assert backups.create_if_older(number, timedelta(days=1)) is None


def test_a_number_without_keys_has_no_backup(folder: FolderKeyStore, backups: KeyBackups) -> None:
    number = uuid.uuid4()
    assert backups.create(number) is None
    folder.prepare(number)
    assert backups.create(number) is None
    with pytest.raises(FileNotFoundError):
        backups.restore(number)


def test_numbers_in_postgresql_have_a_schema_each(databases: DatabaseFactory) -> None:
    url = databases.create_empty_url("postgresql")
    store = open_key_store(url)
    assert isinstance(store, PostgresKeyStore)
    one, two = uuid.uuid4(), uuid.uuid4()
    for number in (one, two):
        store.prepare(number)
        store.prepare(number)
        assert not store.has_keys(number)
    with psycopg.connect(store.location_of(one)) as opened:
        opened.execute("CREATE TABLE whatsmeow_device (jid text)")
    assert (store.has_keys(one), store.has_keys(two)) == (True, False)
    store.delete(one)
    assert not store.has_keys(one)


def refuse_options(listener: socket.socket) -> None:
    """Answer one client as PgBouncer does, which knows no `options`."""
    client, _ = listener.accept()
    with client:
        while struct.unpack("!II", client.recv(8))[1] != 196608:  # a wish for encryption, not version 3.0
            client.sendall(b"N")
        client.recv(4096)
        fields = b"SFATAL\0C08P01\0Munsupported startup parameter: options\0\0"
        client.sendall(b"E" + struct.pack("!I", len(fields) + 4) + fields)


def test_numbers_in_postgresql_behind_a_pooler_are_refused_at_the_start(databases: DatabaseFactory) -> None:
    open_key_store(databases.get_url("postgresql")).check()
    with open_listener() as listener:
        url = f"postgresql://rabisco@127.0.0.1:{listener.getsockname()[1]}/rabisco"
        answering = threading.Thread(target=refuse_options, args=[listener], daemon=True)
        answering.start()
        with pytest.raises(ConfigError, match=r"WHATSAPP_SESSIONS .* PostgreSQL itself"):
            open_key_store(url).check()
        answering.join(10)
    open_key_store(url).check()  # nobody answers there now, and it is tried again later


def test_a_number_is_in_one_hand(tmp_path: Path) -> None:
    with hold_lock(tmp_path, "one"):
        with pytest.raises(LockHeld), hold_lock(tmp_path, "one"):
            pass
        with hold_lock(tmp_path, "two"):
            pass
    with hold_lock(tmp_path, "one"):
        pass

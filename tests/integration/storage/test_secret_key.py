"""One secret key for all machines of an installation: the first process decides, and others refuse to start."""

from pathlib import Path

import pytest
from fakes.clock import NOON
from fakes.concurrency import run_concurrently

from models.errors import ConfigError
from storage.db import Database
from storage.encryption import derive_key
from storage.secret_key import (
    compute_fingerprint,
    find_fingerprint,
    load_or_create_secret_key,
    open_secret_key,
    replace_fingerprint,
)


def machine(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


def test_machines_with_the_same_key_start(database: Database, tmp_path: Path) -> None:
    one, two = machine(tmp_path, "one"), machine(tmp_path, "two")
    for folder in (one, two, one):
        assert open_secret_key(database, "the same", folder) == b"the same"
    assert list(two.iterdir()) == []


def test_one_machine_needs_no_key_of_its_own_and_starts_again_with_the_one_it_made(
    database: Database, tmp_path: Path
) -> None:
    made = open_secret_key(database, None, tmp_path)
    assert open_secret_key(database, None, tmp_path) == made
    assert open_secret_key(database, made.decode(), machine(tmp_path, "two")) == made


def test_a_second_machine_without_a_key_refuses_and_makes_none(database: Database, tmp_path: Path) -> None:
    open_secret_key(database, None, machine(tmp_path, "one"))
    two = machine(tmp_path, "two")
    with pytest.raises(ConfigError, match="SECRET_KEY, the same on every machine"):
        open_secret_key(database, None, two)
    assert list(two.iterdir()) == []


def test_a_machine_with_another_key_refuses_whether_it_is_set_or_was_made(database: Database, tmp_path: Path) -> None:
    open_secret_key(database, "ours", machine(tmp_path, "one"))
    two = machine(tmp_path, "two")
    load_or_create_secret_key(None, two)
    for configured in ("another", None):
        with pytest.raises(ConfigError, match="rabisco rotate-key"):
            open_secret_key(database, configured, two)


def test_of_machines_that_start_together_with_different_keys_those_of_one_start(
    database: Database, tmp_path: Path
) -> None:
    def start(key: str) -> str:
        try:
            return open_secret_key(database, key, tmp_path).decode()
        except ConfigError:
            return ""

    started = run_concurrently([lambda key=key: start(key) for key in ("a", "b", "c") * 4])
    assert len(set(started) - {""}) == 1


def test_the_fingerprint_is_no_other_key_that_is_derived_from_the_secret(database: Database, tmp_path: Path) -> None:
    open_secret_key(database, "ours", tmp_path)
    with database.read_transaction() as session:
        known = find_fingerprint(session)
    assert known == compute_fingerprint(b"ours") != compute_fingerprint(b"ours ")
    assert known not in {derive_key(b"ours", purpose).hex() for purpose in ("backup", "account", "")}


def test_another_key_is_the_installations_once_it_was_replaced(database: Database, tmp_path: Path) -> None:
    open_secret_key(database, "old", tmp_path)
    with database.transaction() as session:
        replace_fingerprint(session, b"new", NOON)
    assert open_secret_key(database, "new", tmp_path) == b"new"
    with pytest.raises(ConfigError):
        open_secret_key(database, "old", tmp_path)

"""The secret key: the operator's, or one made once that only we can read."""

import stat
from pathlib import Path

from fakes.concurrency import run_concurrently

from storage.secret_key import load_or_create_secret_key


def test_the_operators_key_is_taken_and_none_is_made(tmp_path: Path) -> None:
    assert load_or_create_secret_key("of the operator", tmp_path) == b"of the operator"
    assert list(tmp_path.iterdir()) == []


def test_a_missing_key_is_made_once_and_stays(tmp_path: Path) -> None:
    made = load_or_create_secret_key(None, tmp_path)
    assert len(made) >= 48
    assert load_or_create_secret_key("", tmp_path) == made
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_only_its_owner_can_read_the_key(tmp_path: Path) -> None:
    load_or_create_secret_key(None, tmp_path)
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_processes_that_start_together_have_the_same_key(tmp_path: Path) -> None:
    made = run_concurrently([lambda: load_or_create_secret_key(None, tmp_path)] * 32)
    assert len(set(made)) == 1
    assert made[0]


def test_two_installations_have_different_keys(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    assert len({load_or_create_secret_key(None, folder) for folder in folders}) == 2

"""`rabisco rotate-key`, as an operator types it."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.command_line import ERROR_PATTERN
from fakes.sample_customers import create_customer
from sqlmodel import select

from bots.app.base import App
from bots.cli import run
from models.errors import ConfigError
from models.identity.people import Account
from models.settings import Settings
from storage.db import Database
from storage.identity import account_secrets
from storage.migrate import upgrade
from storage.operations.process_lock import acquire_shared
from storage.secret_key import open_secret_key

OLD, NEW = "old" * 12, "new" * 12
TOKEN = {"token": "123:ABC"}


@pytest.fixture(autouse=True)
def db(folder: Path) -> Iterator[Database]:
    """An installation that was started with the old key, and has a tenant's bot."""
    Path("data").mkdir()
    db = Database("sqlite:///data/rabisco.db")
    upgrade(db)
    open_secret_key(db, OLD, folder / "data")
    ana = create_customer(db)
    with db.transaction() as session:
        account_secrets.save(session, OLD.encode(), session.get_one(Account, ana.account.id), TOKEN)
    yield db
    db.close()


def rotate(monkeypatch: pytest.MonkeyPatch, *arguments: str, new: str = NEW, typed: str = OLD) -> int:
    monkeypatch.setenv("SECRET_KEY", new)
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{typed}\n"))
    return run(["rotate-key", *arguments])


def read_secrets(db: Database, key: str) -> dict[str, str]:
    with db.read_transaction() as session:
        (account,) = [each for each in session.exec(select(Account)) if each.secrets]
        return account_secrets.read(key.encode(), account)


def can_start(key: str) -> bool:
    settings = Settings(_env_file=None, secret_key=key)  # type: ignore[call-arg]
    try:
        App.open(settings).close()
    except ConfigError:
        return False
    return True


def test_what_the_old_key_encrypted_opens_with_the_new_one_and_the_old_one_starts_nothing(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not can_start(NEW)
    assert rotate(monkeypatch) == 0
    assert read_secrets(db, NEW) == TOKEN
    assert (can_start(NEW), can_start(OLD)) == (True, False)


def test_a_wrong_old_key_changes_nothing(
    db: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rotate(monkeypatch, typed="guess") == 2
    assert "nothing was changed" in capsys.readouterr().err
    assert read_secrets(db, OLD) == TOKEN
    assert can_start(OLD)


def test_the_key_in_use_is_no_new_one(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert rotate(monkeypatch, new=OLD) == 2
    assert "in use" in capsys.readouterr().err


def test_who_has_lost_the_key_goes_on_with_another_and_is_told_what_is_unreadable(
    db: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rotate(monkeypatch, "--lost") == 0
    assert "unreadable: the secrets of" in capsys.readouterr().out
    assert can_start(NEW)
    assert read_secrets(db, OLD) == TOKEN


def test_nothing_is_changed_while_something_runs(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with acquire_shared(folder / "data" / "locks"):
        assert rotate(monkeypatch) == 2
    found = ERROR_PATTERN.fullmatch(capsys.readouterr().err)
    assert found
    assert "running" in found[2]
    assert can_start(OLD)


def test_doctor_says_whether_this_machine_has_the_key_of_the_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for key, line in ((OLD, "ok   same secret key"), (NEW, "MEND same secret key")):
        monkeypatch.setenv("SECRET_KEY", key)
        run(["doctor"])
        assert line in capsys.readouterr().out

"""`rabisco backup` and `restore`, as an operator types them."""

import re
import shutil
from pathlib import Path

import pytest
from fakes.command_line import ERROR_PATTERN
from fakes.sample_data import dump_tables, populate

from bots.cli import run
from storage.db import Database
from storage.migrate import upgrade
from storage.operations.process_lock import acquire_shared


@pytest.fixture(autouse=True)
def folder(folder: Path) -> Path:
    """With a database in which much has happened."""
    Path("data").mkdir()
    db = Database("sqlite:///data/rabisco.db")
    upgrade(db)
    populate(db)
    db.close()
    return folder


def rows() -> dict[str, list[str]]:
    db = Database("sqlite:///data/rabisco.db")
    found = dump_tables(db)
    db.close()
    return found


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    status = run(list(arguments))
    found = ERROR_PATTERN.fullmatch(capsys.readouterr().err)
    assert status == 2
    assert found
    return found[2]


def test_a_machine_that_is_lost_is_restored_from_the_file_and_the_key(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows()
    assert run(["backup"]) == 0
    said = capsys.readouterr().out
    assert "read back and whole" in said
    assert "secret.key" in said
    (file,) = (folder / "data" / "backups").iterdir()
    key = (folder / "data" / "secret.key").read_text()
    elsewhere = shutil.copy(file, folder)
    shutil.rmtree(folder / "data")

    assert "another SECRET_KEY" in refused(capsys, "restore", "--file", str(elsewhere))
    monkeypatch.setenv("SECRET_KEY", key)
    assert run(["restore", "--file", str(elsewhere)]) == 0
    assert "restored: the database" in capsys.readouterr().out
    assert rows() == before


def test_the_newest_backup_is_restored_when_none_is_named_and_what_was_there_is_kept(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = rows()
    assert run(["backup"]) == 0
    db = Database("sqlite:///data/rabisco.db")
    populate(db, "later")
    db.close()
    assert run(["restore", "--yes"]) == 0
    kept = re.search(r"kept as (before-restore-\S+\.sealed)", capsys.readouterr().out)
    assert rows() == before
    assert run(["backup", "--list"]) == 0
    assert kept
    assert kept[1] in capsys.readouterr().out


def test_nothing_is_restored_while_something_runs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["backup"]) == 0
    with acquire_shared(folder / "data" / "locks"):
        assert "running" in refused(capsys, "restore", "--yes")
    assert run(["restore", "--yes"]) == 0


def test_without_any_backup_there_is_nothing_to_restore(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no backup" in refused(capsys, "restore")


def test_a_backup_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert "nothing.sealed" in refused(capsys, "restore", "nothing.sealed")


def test_a_database_that_cannot_be_read_any_more_is_replaced_all_the_same(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = rows()
    assert run(["backup"]) == 0
    (folder / "data" / "rabisco.db").write_bytes(b"not a database at all" * 1000)
    assert run(["restore", "--yes"]) == 0
    assert "cannot be backed up" in capsys.readouterr().out
    assert rows() == before

"""Numbers on the command line: what the doctor says of them, and what is refused."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bots.cli import run
from bots.cli.whatsapp import check_numbers
from models.identity.people import MAIN_TENANT
from models.messaging.whatsapp import WhatsAppState
from models.settings import Settings
from storage.db import Database
from storage.identity import people
from storage.messaging import whatsapp
from storage.migrate import upgrade

NUMBER = "5511990000001"


@pytest.fixture
def db(folder: Path) -> Iterator[Database]:
    """The database of an installation in a folder of its own, with one number."""
    (folder / "data").mkdir()
    db = Database(f"sqlite:///{folder / 'data' / 'rabisco.db'}")
    upgrade(db)
    with db.transaction() as session:
        row = whatsapp.create_session(session, people.get_or_create_tenant(session, MAIN_TENANT).id, db.clock())
        assert whatsapp.complete_pairing(session, row, f"{NUMBER}:1@s.whatsapp.net", None, db.clock())
    yield db
    db.close()


def stands(db: Database, state: WhatsAppState, *, seen: bool = True) -> None:
    with db.transaction() as session:
        found = whatsapp.find_session(session, NUMBER)
        assert found is not None
        found.row.state = state
        found.row.seen_at = db.clock() - (timedelta() if seen else timedelta(hours=1))


def look_at_the_number() -> tuple[bool, str]:
    """Whether it is well, and what the doctor says of it."""
    (found,) = check_numbers(Settings())
    return found


def test_the_doctor_finds_a_number_that_is_online_well(db: Database, capsys: pytest.CaptureFixture[str]) -> None:
    stands(db, WhatsAppState.ONLINE)
    run(["doctor"])
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "whatsapp" in line]
    assert line == f"ok   whatsapp: +{NUMBER}: ✅ online."


@pytest.mark.parametrize(
    "state", [WhatsAppState.LOGGED_OUT, WhatsAppState.BANNED, WhatsAppState.REPLACED, WhatsAppState.OUTDATED]
)
def test_the_doctor_says_what_to_do_about_a_number_that_stands_still(db: Database, state: WhatsAppState) -> None:
    stands(db, state)
    is_well, said = look_at_the_number()
    assert not is_well
    assert said.startswith(f"+{NUMBER}: ")


def test_the_doctor_misses_whoever_should_run_a_number(db: Database) -> None:
    stands(db, WhatsAppState.ONLINE, seen=False)
    said = f"+{NUMBER} is run by nobody; start rabisco whatsapp, or rabisco up --whatsapp"
    assert look_at_the_number() == (False, said)


def test_the_doctor_speaks_the_language_of_the_terminal(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "pt_BR.UTF-8")
    stands(db, WhatsAppState.ONLINE)
    assert look_at_the_number() == (True, f"+{NUMBER}: ✅ no ar.")


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["whatsapp", "--phone", "+55 11"], "digits alone"),
        (["restore", "--whatsapp", "999"], "no number called '999'"),
        (["restore", "--whatsapp", NUMBER], "no backup"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert run(arguments) == 2
    said = capsys.readouterr()
    assert said.err.startswith("error: USAGE: ")
    assert words in said.err


@pytest.mark.usefixtures("db")
def test_keys_in_postgresql_are_backed_up_with_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHATSAPP_SESSIONS", "postgresql://host/name")
    assert run(["backup", "--whatsapp"]) == 2
    assert "in PostgreSQL" in capsys.readouterr().err

"""Numbers on the command line: what the doctor says of them, and what is refused."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bots.cli import run
from models.identity.people import MAIN_TENANT
from models.messaging.whatsapp import WhatsAppState
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


def doctor(capsys: pytest.CaptureFixture[str]) -> str:
    """What the doctor says of WhatsApp."""
    run(["doctor"])
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "whatsapp" in line]
    return line


@pytest.mark.parametrize(
    "state", [WhatsAppState.LOGGED_OUT, WhatsAppState.BANNED, WhatsAppState.REPLACED, WhatsAppState.OUTDATED]
)
def test_the_doctor_says_what_to_do_about_a_number_that_stands_still(
    db: Database, capsys: pytest.CaptureFixture[str], state: WhatsAppState
) -> None:
    stands(db, state)
    assert doctor(capsys).startswith(f"MEND whatsapp: +{NUMBER}: ")


def test_the_doctor_finds_a_number_that_is_online_well(db: Database, capsys: pytest.CaptureFixture[str]) -> None:
    stands(db, WhatsAppState.ONLINE)
    assert doctor(capsys) == f"ok   whatsapp: +{NUMBER}: ✅ online."


def test_the_doctor_misses_whoever_should_run_a_number(db: Database, capsys: pytest.CaptureFixture[str]) -> None:
    stands(db, WhatsAppState.ONLINE, seen=False)
    assert (
        doctor(capsys) == f"MEND whatsapp: +{NUMBER} is run by nobody; start rabisco whatsapp, or rabisco up --whatsapp"
    )


def test_the_doctor_speaks_the_language_of_the_terminal(
    db: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "pt_BR.UTF-8")
    stands(db, WhatsAppState.ONLINE)
    assert doctor(capsys) == f"ok   whatsapp: +{NUMBER}: ✅ no ar."


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

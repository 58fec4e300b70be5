"""`rabisco whatsapp`, and the backup, restore and checks of its numbers."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from bots.app.base import App, lock_folder_for
from bots.app.process import load_settings
from bots.app.whatsapp import run_whatsapp
from bots.app.whatsapp_keys import key_backups_for, key_store_for
from bots.core.admin.whatsapp_numbers import describe_state, display_name_of, parse_phone
from bots.core.delivery.message_rendering import render_text
from bots.locales import detect_terminal_language
from models.errors import ConfigError
from models.messaging.whatsapp import WhatsAppState
from models.settings import Settings
from storage.db import Database
from storage.encryption import DecryptionError
from storage.messaging import whatsapp as numbers
from storage.messaging.whatsapp_backups import KeyBackups
from storage.messaging.whatsapp_keys import LockHeld, hold_lock

PairOption = Annotated[bool, typer.Option("--pair", help="Show a code for one more number.")]
PhoneOption = Annotated[str, typer.Option(help="Pair that phone by a code to be typed into it, as 5511987654321.")]


def whatsapp(pair: PairOption = False, phone: PhoneOption = "") -> None:
    """Run the WhatsApp numbers alone. Without any yet, a code to be scanned is shown.

    Example: rabisco whatsapp --pair
    """
    number = parse_phone(phone)
    if phone and number is None:
        raise typer.BadParameter("digits alone, with the country code, as 5511987654321.", param_hint="--phone")
    asyncio.run(run_whatsapp(load_settings(), typer.echo, pair=pair or bool(number), phone=number))


def back_up_keys() -> None:
    """Back up the keys of WhatsApp numbers now, encrypted with SECRET_KEY. It is done once a day anyway."""
    with _open_app() as app:
        backups = _require_backups(app)
        for each in _list_numbers(app):
            path = backups.create(each.row.id)
            typer.echo(f"{display_name_of(each.row, each.name)}: {path or 'not paired, nothing to back up'}")


def restore_keys(name: str, file: Path | None) -> None:
    """Restore a number's keys from a backup, the newest one unless a file is given. WhatsApp must not be running.

    `name` is the name or number that `/whatsapp` lists.
    """
    with _open_app() as app:
        found = next(
            (each for each in _list_numbers(app) if name.removeprefix("+") in {each.name, each.row.phone_number}), None
        )
        if found is None:
            raise typer.BadParameter(f"there is no number called {name!r}.")
        path = _restore_number(app, found, file)
        typer.echo(f"{display_name_of(found.row, found.name)}: restored from {path.name}. Start WhatsApp again.")


def _restore_number(app: App, found: numbers.NamedWhatsAppSession, file: Path | None) -> Path:
    number = found.row.id
    try:
        with hold_lock(lock_folder_for(app.settings), number.hex):
            path, jid = _require_backups(app).restore(number, file)
    except LockHeld:
        raise typer.BadParameter("the number is running. End rabisco whatsapp, or rabisco up, first.") from None
    except FileNotFoundError:
        raise typer.BadParameter("there is no backup of this number.") from None
    except DecryptionError:
        raise typer.BadParameter("the backup is damaged, or was made with another SECRET_KEY.") from None
    with app.db.transaction() as session:
        row = numbers.find_session(session, found.name)
        if row is not None:
            numbers.mark_restored(row.row, jid, app.db.clock())
    return path


def check_numbers(configured: Settings) -> Iterator[tuple[bool, str]]:
    """Checks of `rabisco doctor` for the numbers: whether each is healthy, and what to do if not."""
    db = Database(configured.resolved_database_url)
    try:
        yield from _check_key_store(configured)
        found = _read_numbers(db)
        for each in found:
            yield _is_healthy(each, db.clock()), _describe_number(each, db.clock())
        if not found:
            yield True, "off; rabisco up --whatsapp shows a code to be scanned with a phone"
    finally:
        db.close()


def _check_key_store(configured: Settings) -> Iterator[tuple[bool, str]]:
    """Whether keys in PostgreSQL can be stored as configured; nothing is said of it where they can."""
    if "://" not in configured.session_location:
        return
    try:
        key_store_for(configured).check()
    except ConfigError as error:
        yield False, str(error)


def _read_numbers(db: Database) -> list[numbers.NamedWhatsAppSession]:
    """The numbers; empty where the database cannot be read, which `rabisco doctor` reports elsewhere."""
    if db.is_sqlite and not Path(db.url.database or "").exists():
        return []
    try:
        with db.read_transaction() as session:
            return numbers.list_sessions(session)
    except SQLAlchemyError:
        return []


def _is_healthy(each: numbers.NamedWhatsAppSession, now: datetime) -> bool:
    return not WhatsAppState(each.row.state).is_stopped and not each.row.is_unattended(now)


def _describe_number(each: numbers.NamedWhatsAppSession, now: datetime) -> str:
    label = display_name_of(each.row, each.name)
    if each.row.is_unattended(now):
        return f"{label} is run by nobody; start rabisco whatsapp, or rabisco up --whatsapp"
    return f"{label}: {render_text(describe_state(each.row, each.name), detect_terminal_language())}"


@contextmanager
def _open_app() -> Iterator[App]:
    app = App.open(Settings())
    try:
        yield app
    finally:
        app.close()


def _list_numbers(app: App) -> list[numbers.NamedWhatsAppSession]:
    with app.db.read_transaction() as session:
        return numbers.list_sessions(session)


def _require_backups(app: App) -> KeyBackups:
    backups = key_backups_for(app)
    if backups is None:
        raise typer.BadParameter("the keys are in PostgreSQL; back that database up.", param_hint="WHATSAPP_SESSIONS")
    return backups


def register(app: typer.Typer) -> None:
    app.command()(whatsapp)

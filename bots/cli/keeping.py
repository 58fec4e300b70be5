"""`rabisco backup` and `restore`: the whole house in one sealed file, and back again."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from sqlalchemy.exc import SQLAlchemyError

from bots.cli import numbers
from bots.wiring import locks
from models.settings import Settings
from storage.backups import postgresql
from storage.backups.pg_dump import ToolFailed
from storage.backups.shelf import made_at
from storage.backups.whole import Backups, Made, Opened, Unfit
from storage.db import Database
from storage.migrate import TooNew
from storage.presence import Inhabited, alone
from storage.secret import secret_key
from storage.vault import Sealed

OfWhatsApp = Annotated[bool, typer.Option("--whatsapp", help="The keys of WhatsApp numbers alone.")]
Listed = Annotated[bool, typer.Option("--list", help="Show the backups there are, newest first, and make none.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before what is there is replaced.")]
TROUBLE = (ToolFailed, sqlite3.Error, psycopg.Error, SQLAlchemyError, ModuleNotFoundError, OSError)


def backup(whatsapp: OfWhatsApp = False, show: Listed = False) -> None:
    """Back up the database, WhatsApp's keys and the settings, sealed with SECRET_KEY, and read the backup back.

    One is made every day by rabisco up and rabisco web anyway.

    Example: rabisco backup
    """
    if whatsapp:
        numbers.backup()
        return
    with _backups(Settings()) as backups, _said():
        if show:
            _show(backups)
            return
        _tell(backups.make(), backups.settings)
        for name in backups.prune():
            typer.echo(f"thrown away, too old: {name}")


def restore(
    name: Annotated[str, typer.Argument(help="A backup of `rabisco backup --list`; with --whatsapp a number.")] = "",
    whatsapp: OfWhatsApp = False,
    file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="A backup that lies here.")] = None,
    yes: Yes = False,
) -> None:
    """Put everything back as it was when a backup was made, the newest one unless another is named.

    Nothing may be running meanwhile. What is there now is backed up first.

    Example: rabisco restore
    """
    if whatsapp:
        numbers.restore(name, file)
        return
    chosen = Settings()
    with _backups(chosen) as backups, _said(), ExitStack() as stack:
        stack.enter_context(alone(locks(chosen)))
        path = file or stack.enter_context(backups.fetched(name or _newest(backups)))
        opened = stack.enter_context(backups.opened(path))
        _restored(opened, path, sure=yes)


def _restored(opened: Opened, path: Path, *, sure: bool) -> None:
    backups, manifest = opened.backups, opened.manifest
    if not backups.db.is_sqlite and (others := postgresql.others(backups.db)):
        raise typer.BadParameter(f"{others} others are connected to the database. End them first.")
    typer.echo(f"{path.name}: made {manifest.made_at:%Y-%m-%d %H:%M} UTC by version {manifest.version}.")
    if not backups.is_empty():
        if not sure:
            typer.confirm("Everything that is in the database now is replaced. Go on?", abort=True)
        _keep_first(opened)
    for laid in opened.restore():
        typer.echo(f"restored: {laid}")
    typer.echo("restored: the database. Start Rabisco again; compare the settings first if this is another machine.")


def _keep_first(opened: Opened) -> None:
    """What cannot be read cannot be backed up, and that is a reason to restore, not to give up."""
    try:
        kept = opened.kept_first()
    except (*TROUBLE, Sealed) as error:
        typer.echo(f"What is there now cannot be backed up ({type(error).__name__}), and is replaced all the same.")
        return
    if kept is not None:
        typer.echo(f"What was there is kept as {kept.name}.")


def _newest(backups: Backups) -> str:
    found = backups.newest()
    if found is None:
        raise typer.BadParameter(f"there is no backup in {backups.settings.backups}.", param_hint="BACKUP_URL")
    return found


def _show(backups: Backups) -> None:
    for name in backups.shelf.names():
        typer.echo(f"{name}  made {made_at(name):%Y-%m-%d %H:%M} UTC")


def _tell(made: Made, settings: Settings) -> None:
    typer.echo(f"{settings.backups}/{made.name}: {made.size / 1e6:.1f} MB, read back and whole.")
    for what in made.manifest.missing:
        typer.echo(f"not in it: {what}", err=True)
    if settings.secret_key is None:
        key = settings.data_dir / "secret.key"
        typer.echo(f"It opens with the key in {key} alone: keep a copy of that somewhere else, as SECRET_KEY.")


@contextmanager
def _backups(chosen: Settings) -> Iterator[Backups]:
    """What is in the database is left as it is: a backup is made before an update, too."""
    folder = chosen.data_dir.resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = chosen.secret_key.get_secret_value() if chosen.secret_key else None
    db = Database(chosen.database)
    try:
        yield Backups.of(chosen, db, secret_key(key, folder))
    finally:
        db.close()


@contextmanager
def _said() -> Iterator[None]:
    """Everything that may be amiss, as one sentence that says what to do."""
    try:
        yield
    except Inhabited:
        raise typer.BadParameter("Rabisco is running here. End every process of it first.") from None
    except Sealed:
        raise typer.BadParameter("the backup is damaged, or was made with another SECRET_KEY.") from None
    except (Unfit, TooNew) as error:
        raise typer.BadParameter(f"this backup does not fit: {error}") from None
    except FileNotFoundError as error:
        raise typer.BadParameter(f"it is not there: {error}") from None
    except TROUBLE as error:
        raise typer.BadParameter(f"{type(error).__name__}: {error}") from None


def register(app: typer.Typer) -> None:
    for command in (backup, restore):
        app.command()(command)

"""`rabisco backup` and `restore`: the whole installation in one encrypted file, and back again."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from sqlalchemy.exc import SQLAlchemyError

from bots.app.base import lock_folder_for
from bots.cli import whatsapp as whatsapp_command
from models.settings import Settings
from storage.backups import postgresql
from storage.backups.backup_store import parse_creation_time
from storage.backups.pg_dump import PostgresToolError
from storage.backups.service import BackupService, CompletedBackup, IncompatibleBackup, UnpackedBackup
from storage.db import Database
from storage.encryption import DecryptionError
from storage.migrate import SchemaTooNew
from storage.operations.process_lock import ProcessesRunning, hold_exclusive
from storage.secret_key import load_or_create_secret_key

WhatsAppKeysOption = Annotated[bool, typer.Option("--whatsapp", help="The keys of WhatsApp numbers alone.")]
ListOption = Annotated[bool, typer.Option("--list", help="Show the backups there are, newest first, and make none.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask before what is there is replaced.")]
BACKUP_ERRORS = (PostgresToolError, sqlite3.Error, psycopg.Error, SQLAlchemyError, ModuleNotFoundError, OSError)


def backup(whatsapp: WhatsAppKeysOption = False, show: ListOption = False) -> None:
    """Back up the database, WhatsApp's keys and the settings, sealed with SECRET_KEY, and read the backup back.

    One is made every day by rabisco up and rabisco web anyway.

    Example: rabisco backup
    """
    if whatsapp:
        whatsapp_command.back_up_keys()
        return
    with _open_backups(Settings()) as backups, _explain_errors():
        if show:
            _print_backups(backups)
            return
        _print_summary(backups.create(), backups.settings)
        for name in backups.prune():
            typer.echo(f"thrown away, too old: {name}")


def restore(
    name: Annotated[str, typer.Argument(help="A backup of `rabisco backup --list`; with --whatsapp a number.")] = "",
    whatsapp: WhatsAppKeysOption = False,
    file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="A backup that lies here.")] = None,
    yes: YesOption = False,
) -> None:
    """Put everything back as it was when a backup was made, the newest one unless another is named.

    Nothing may be running meanwhile. What is there now is backed up first.

    Example: rabisco restore
    """
    if whatsapp:
        whatsapp_command.restore_keys(name, file)
        return
    settings = Settings()
    with _open_backups(settings) as backups, _explain_errors(), ExitStack() as stack:
        stack.enter_context(hold_exclusive(lock_folder_for(settings)))
        path = file or stack.enter_context(backups.fetch_backup(name or _require_newest(backups)))
        opened = stack.enter_context(backups.open_backup(path))
        _restore_backup(opened, path, is_confirmed=yes)


def _restore_backup(opened: UnpackedBackup, path: Path, *, is_confirmed: bool) -> None:
    backups, manifest = opened.service, opened.manifest
    if not backups.db.is_sqlite and (connections := postgresql.count_other_connections(backups.db)):
        raise typer.BadParameter(f"{connections} others are connected to the database. End them first.")
    typer.echo(f"{path.name}: made {manifest.made_at:%Y-%m-%d %H:%M} UTC by version {manifest.version}.")
    if not backups.is_database_empty():
        if not is_confirmed:
            typer.confirm("Everything that is in the database now is replaced. Go on?", abort=True)
        _back_up_current(opened)
    for restored_file in opened.restore():
        typer.echo(f"restored: {restored_file}")
    typer.echo("restored: the database. Start Rabisco again; compare the settings first if this is another machine.")


def _back_up_current(opened: UnpackedBackup) -> None:
    """Back up the current data. Data that cannot be read cannot be backed up, and is a reason to restore, not to
    give up.
    """
    try:
        current_backup = opened.back_up_current()
    except (*BACKUP_ERRORS, DecryptionError) as error:
        typer.echo(f"What is there now cannot be backed up ({type(error).__name__}), and is replaced all the same.")
        return
    if current_backup is not None:
        typer.echo(f"What was there is kept as {current_backup.name}.")


def _require_newest(backups: BackupService) -> str:
    found = backups.find_newest()
    if found is None:
        raise typer.BadParameter(f"there is no backup in {backups.settings.backup_location}.", param_hint="BACKUP_URL")
    return found


def _print_backups(backups: BackupService) -> None:
    for name in backups.store.list_names():
        typer.echo(f"{name}  made {parse_creation_time(name):%Y-%m-%d %H:%M} UTC")


def _print_summary(backup: CompletedBackup, settings: Settings) -> None:
    typer.echo(f"{settings.backup_location}/{backup.name}: {backup.size / 1e6:.1f} MB, read back and whole.")
    for missing_part in backup.manifest.missing:
        typer.echo(f"not in it: {missing_part}", err=True)
    if settings.secret_key is None:
        key = settings.data_dir / "secret.key"
        typer.echo(f"It opens with the key in {key} alone: keep a copy of that somewhere else, as SECRET_KEY.")


@contextmanager
def _open_backups(settings: Settings) -> Iterator[BackupService]:
    """Open the backups without migrating the database: a backup is made before an update, too."""
    folder = settings.data_dir.resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    db = Database(settings.resolved_database_url)
    try:
        yield BackupService.from_settings(
            settings, db, load_or_create_secret_key(settings.configured_secret_key, folder)
        )
    finally:
        db.close()


@contextmanager
def _explain_errors() -> Iterator[None]:
    """Turn every expected error into one sentence that says what to do."""
    try:
        yield
    except ProcessesRunning:
        raise typer.BadParameter("Rabisco is running here. End every process of it first.") from None
    except DecryptionError:
        raise typer.BadParameter("the backup is damaged, or was made with another SECRET_KEY.") from None
    except (IncompatibleBackup, SchemaTooNew) as error:
        raise typer.BadParameter(f"this backup does not fit: {error}") from None
    except FileNotFoundError as error:
        raise typer.BadParameter(f"it is not there: {error}") from None
    except BACKUP_ERRORS as error:
        raise typer.BadParameter(f"{type(error).__name__}: {error}") from None


def register(app: typer.Typer) -> None:
    for command in (backup, restore):
        app.command()(command)

"""`rabisco rotate-key`: another SECRET_KEY for the whole installation."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from bots.app.base import lock_folder_for
from models.errors import ConfigError
from models.identity.people import Account
from models.settings import Settings
from storage.backups import postgresql
from storage.db import Database
from storage.identity import account_secrets
from storage.migrate import upgrade
from storage.operations.process_lock import ProcessesRunning, hold_exclusive
from storage.secret_key import find_fingerprint, is_fingerprint_of, load_or_create_secret_key, replace_fingerprint

LostOption = Annotated[
    bool, typer.Option("--lost", help="The old key is lost: what it encrypted stays as it is, and unreadable.")
]


def rotate_key(lost: LostOption = False) -> None:
    """Change SECRET_KEY, once the new one is set. The old one is asked for, to open what it has encrypted.

    Nothing may be running meanwhile, on any machine. Backups made before open with the old key alone; links and sign-in
    codes under way end; whoever signs in to the page begins anew there. Make a backup first.

    Example: rabisco rotate-key
    """
    settings = Settings()
    folder = settings.data_dir.resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    db = Database(settings.resolved_database_url)
    try:
        with hold_exclusive(lock_folder_for(settings)):
            _require_no_connections(db)
            upgrade(db)
            unreadable = _rotate(db, load_or_create_secret_key(settings.configured_secret_key, folder), is_lost=lost)
    except ProcessesRunning:
        raise ConfigError("Rabisco is running here. End every process of it first.") from None
    finally:
        db.close()
    _print_outcome(unreadable, folder if settings.secret_key is None else None)


def _require_no_connections(db: Database) -> None:
    if not db.is_sqlite and (connections := postgresql.count_other_connections(db)):
        raise ConfigError(f"{connections} others are connected to the database. End them first.")


def _rotate(db: Database, new: bytes, *, is_lost: bool) -> list[Account]:
    """Make a key the installation's; the accounts whose secrets stay unreadable. Raises ConfigError for a wrong old
    key, and then has changed nothing.
    """
    with db.read_transaction() as session:
        known = find_fingerprint(session)
    if known is not None and is_fingerprint_of(new, known):
        raise ConfigError("this is the key that is in use: set SECRET_KEY to the new one, and run this again")
    old = b"" if is_lost else _ask_for_old_key()
    if known is not None and not is_lost and not is_fingerprint_of(old, known):
        raise ConfigError("that is not the key until now; nothing was changed")
    with db.transaction() as session:
        unreadable = account_secrets.encrypt_anew(session, old, new)
        replace_fingerprint(session, new, db.clock())
    return unreadable


def _ask_for_old_key() -> bytes:
    return str(typer.prompt("The SECRET_KEY until now", hide_input=sys.stdin.isatty())).strip().encode()


def _print_outcome(unreadable: Sequence[Account], key_folder: Path | None) -> None:
    for account in unreadable:
        typer.echo(f"unreadable: the secrets of {account.channel} {account.name}; their owner has to enter them again")
    where = f" It is in {key_folder / 'secret.key'}." if key_folder is not None else ""
    typer.echo(f"The key is changed.{where} Set it on every machine before you start Rabisco again.")


def register(app: typer.Typer) -> None:
    app.command()(rotate_key)

"""Files backed up beside the database: WhatsApp keys, settings, price catalogue."""

import os
import shutil
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import UUID

from pydantic import SecretStr

from models.settings import Settings
from storage.backups import pg_dump
from storage.whatsapp_backups import copied
from storage.whatsapp_keys import Folder, Schemas, key_store_at

NUMBERS: Final = "whatsapp"
SETTINGS: Final = "settings.env"
CATALOGUE: Final = "catalogue.toml"
# The key that decrypts the backup is not in it; paths are specific to each machine.
NEVER: Final = frozenset({"secret_key", "data_dir", "beacon_file"})


def gather(settings: Settings, folder: Path) -> tuple[str, ...]:
    """Copy everything into a folder; descriptions of what could not be copied. Raises OSError, PostgresToolError."""
    (folder / SETTINGS).write_text("".join(f"{name}={value}\n" for name, value in told(settings).items()))
    if settings.catalogue is not None:
        shutil.copyfile(settings.catalogue, folder / CATALOGUE)
    keys = key_store_at(settings.sessions)
    return _folder(keys, folder / NUMBERS) if isinstance(keys, Folder) else _schemas(keys, folder)


def lay(settings: Settings, folder: Path) -> list[str]:
    """Restore what `collect` copied: keys in place, the rest as files beside the present ones, to be compared.

    Returns the names of what was restored. Raises OSError, PostgresToolError.
    """
    laid = [_key_laid(settings, path) for path in sorted((folder / NUMBERS).glob("*.db"))]
    if (folder / pg_dump.SESSIONS).exists() and "://" in settings.sessions:
        pg_dump.load_numbers(settings.sessions, folder)
        laid.append("the keys of WhatsApp's numbers")
    others = [folder / name for name in (SETTINGS, CATALOGUE) if (folder / name).exists()]
    return laid + [str(_beside(settings, path)) for path in others]


def told(settings: Settings) -> dict[str, str]:
    """The explicitly set settings, named and formatted as in `.env`."""
    return {name.upper(): _plain(getattr(settings, name)) for name in sorted(settings.model_fields_set - NEVER)}


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _folder(keys: Folder, folder: Path) -> tuple[str, ...]:
    folder.mkdir()
    damaged = []
    for file in sorted(keys.path.glob("*.db")):
        try:
            content = copied(file)
        except sqlite3.DatabaseError:
            damaged.append(f"the keys of WhatsApp number {file.stem} (they cannot be read)")
            continue
        if content is not None:
            (folder / file.name).write_bytes(content)
    return tuple(damaged)


def _schemas(keys: object, folder: Path) -> tuple[str, ...]:
    assert isinstance(keys, Schemas)  # noqa: S101 - there are two kinds of key stores
    if not pg_dump.can_dump(keys.url):
        return ("the keys of WhatsApp's numbers (they are in PostgreSQL, and pg_dump is missing or too old)",)
    pg_dump.dump_numbers(keys.url, folder)
    return ()


def _key_laid(settings: Settings, path: Path) -> str:
    keys = key_store_at(settings.sessions)
    if not isinstance(keys, Folder):
        raise OSError("the keys in the backup are files, and WHATSAPP_SESSIONS names a database")
    number = UUID(hex=path.stem)
    keys.forget(number)
    keys.prepare(number)
    keys.file(number).write_bytes(path.read_bytes())
    return str(keys.file(number))


def _beside(settings: Settings, path: Path) -> Path:
    target = settings.data_dir / f"restored-{path.name}"
    with suppress(FileNotFoundError):
        target.unlink()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(path.read_bytes())
    return target

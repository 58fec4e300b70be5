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
from storage.messaging.whatsapp_backups import copy_database
from storage.messaging.whatsapp_keys import FolderKeyStore, PostgresKeyStore, open_key_store

KEYS_FOLDER: Final = "whatsapp"
SETTINGS_FILE: Final = "settings.env"
CATALOGUE_FILE: Final = "catalogue.toml"
# The key that decrypts the backup is not in it; paths are specific to each machine.
EXCLUDED_SETTINGS: Final = frozenset({"secret_key", "data_dir", "beacon_file"})


def collect(settings: Settings, folder: Path) -> tuple[str, ...]:
    """Copy everything into a folder; descriptions of what could not be copied. Raises OSError, PostgresToolError."""
    (folder / SETTINGS_FILE).write_text("".join(f"{name}={value}\n" for name, value in dump_settings(settings).items()))
    if settings.catalogue is not None:
        shutil.copyfile(settings.catalogue, folder / CATALOGUE_FILE)
    key_store = open_key_store(settings.session_location)
    return (
        _copy_key_files(key_store, folder / KEYS_FOLDER)
        if isinstance(key_store, FolderKeyStore)
        else _dump_key_schemas(key_store, folder)
    )


def restore(settings: Settings, folder: Path) -> list[str]:
    """Restore what `collect` copied: keys in place, the rest as files beside the present ones, to be compared.

    Returns the names of what was restored. Raises OSError, PostgresToolError.
    """
    restored = [_restore_key_file(settings, path) for path in sorted((folder / KEYS_FOLDER).glob("*.db"))]
    if (folder / pg_dump.SESSIONS_FILE).exists() and "://" in settings.session_location:
        pg_dump.load_sessions(settings.session_location, folder)
        restored.append("the keys of WhatsApp's numbers")
    others = [folder / name for name in (SETTINGS_FILE, CATALOGUE_FILE) if (folder / name).exists()]
    return restored + [str(_write_beside(settings, path)) for path in others]


def dump_settings(settings: Settings) -> dict[str, str]:
    """The explicitly set settings, named and formatted as in `.env`."""
    return {
        name.upper(): _to_text(getattr(settings, name))
        for name in sorted(settings.model_fields_set - EXCLUDED_SETTINGS)
    }


def _to_text(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _copy_key_files(key_store: FolderKeyStore, folder: Path) -> tuple[str, ...]:
    folder.mkdir()
    damaged = []
    for file in sorted(key_store.directory.glob("*.db")):
        try:
            content = copy_database(file)
        except sqlite3.DatabaseError:
            damaged.append(f"the keys of WhatsApp number {file.stem} (they cannot be read)")
            continue
        if content is not None:
            (folder / file.name).write_bytes(content)
    return tuple(damaged)


def _dump_key_schemas(key_store: object, folder: Path) -> tuple[str, ...]:
    assert isinstance(key_store, PostgresKeyStore)  # noqa: S101 - there are two kinds of key stores
    if not pg_dump.can_dump(key_store.url):
        return ("the keys of WhatsApp's numbers (they are in PostgreSQL, and pg_dump is missing or too old)",)
    pg_dump.dump_sessions(key_store.url, folder)
    return ()


def _restore_key_file(settings: Settings, path: Path) -> str:
    key_store = open_key_store(settings.session_location)
    if not isinstance(key_store, FolderKeyStore):
        raise OSError("the keys in the backup are files, and WHATSAPP_SESSIONS names a database")
    session_id = UUID(hex=path.stem)
    key_store.delete(session_id)
    key_store.prepare(session_id)
    key_store.file_of(session_id).write_bytes(path.read_bytes())
    return str(key_store.file_of(session_id))


def _write_beside(settings: Settings, path: Path) -> Path:
    target = settings.data_dir / f"restored-{path.name}"
    with suppress(FileNotFoundError):
        target.unlink()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(path.read_bytes())
    return target

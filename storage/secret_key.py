"""Secret key that signs links and encrypts secrets: the operator's, or one generated at the first start.

All processes of an installation have the same, which a fingerprint in the database tells.
"""

import contextlib
import hmac
import os
import secrets
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from models.errors import ConfigError
from models.operations.key_fingerprints import KeyFingerprint
from storage.db import Database
from storage.encryption import derive_key
from storage.upsert import insert_once

FINGERPRINT_NAME = "SECRET_KEY"
KEY_FILE = "secret.key"
WRONG_KEY_TEXT = (
    "this database is used with another SECRET_KEY. Set SECRET_KEY, the same on every machine, to that of the others,"
    " or to the content of data/secret.key on the machine that started first; `rabisco rotate-key` changes it"
)


def open_secret_key(db: Database, configured: str | None, folder: Path) -> bytes:
    """The key of `load_or_create_secret_key`, if it is the installation's; the first process of all decides which it
    is, and only then is one generated. Raises ConfigError for another key.
    """
    with db.read_transaction() as session:
        known = find_fingerprint(session)
    if known is not None and not configured and not (folder / KEY_FILE).exists():
        raise ConfigError(WRONG_KEY_TEXT)
    secret = load_or_create_secret_key(configured, folder)
    if known is None:
        with db.transaction() as session:
            save_fingerprint(session, secret, db.clock())
            known = find_fingerprint(session)
    if known is not None and not is_fingerprint_of(secret, known):
        raise ConfigError(WRONG_KEY_TEXT)
    return secret


def find_fingerprint(session: Session) -> str | None:
    """The fingerprint of the installation's key; None before its first start."""
    row = session.get(KeyFingerprint, FINGERPRINT_NAME, populate_existing=True)
    return row.fingerprint if row is not None else None


def save_fingerprint(session: Session, secret: bytes, now: datetime) -> None:
    """Store a key's fingerprint, unless there is one."""
    insert_once(session, KeyFingerprint(name=FINGERPRINT_NAME, fingerprint=compute_fingerprint(secret), created_at=now))


def replace_fingerprint(session: Session, secret: bytes, now: datetime) -> None:
    """Make another key the installation's."""
    row = session.get(KeyFingerprint, FINGERPRINT_NAME)
    if row is not None:
        session.delete(row)
        session.flush()
    save_fingerprint(session, secret, now)


def is_fingerprint_of(secret: bytes, fingerprint: str) -> bool:
    return hmac.compare_digest(compute_fingerprint(secret), fingerprint)


def compute_fingerprint(secret: bytes) -> str:
    """A key derived for this purpose alone (HKDF-SHA256): it tells neither the secret nor what else is derived from it.

    A weak secret is guessed no faster by it than by the ciphertexts that lie beside it.
    """
    return derive_key(secret, "key fingerprint").hex()


def load_or_create_secret_key(configured: str | None, folder: Path) -> bytes:
    """The configured key, else the one in the data folder, generated there (mode 0600) when missing."""
    if configured:
        return configured.encode()
    path = folder / KEY_FILE
    if not path.exists():
        _create(path)
    return path.read_bytes().strip()


def _create(path: Path) -> None:
    """Write the key to a temporary file and hard-link it, so that no process reads an empty key or a second one."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(temporary)
    finally:
        temporary.unlink()

"""The key that signs links and encrypts secrets: the operator's, or one made at the first start."""

import contextlib
import os
import secrets
from pathlib import Path


def secret_key(given: str | None, folder: Path) -> bytes:
    """The key given, else the one in the data folder, made there (readable by its owner alone) when missing."""
    if given:
        return given.encode()
    path = folder / "secret.key"
    if not path.exists():
        _make(path)
    return path.read_bytes().strip()


def _make(path: Path) -> None:
    """Written under another name and linked, so that nobody ever reads an empty key, nor two different ones."""
    passing = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(passing)
    finally:
        passing.unlink()

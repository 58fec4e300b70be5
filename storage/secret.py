"""The key that signs links and encrypts secrets: the operator's, or one made at the first start."""

import os
import secrets
from pathlib import Path


def secret_key(given: str | None, folder: Path) -> bytes:
    """The key given, else the one in the data folder, made there (readable by its owner alone) when missing."""
    if given:
        return given.encode()
    path = folder / "secret.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_bytes().strip()

"""Secret key that signs links and encrypts secrets: the operator's, or one generated at the first start."""

import contextlib
import os
import secrets
from pathlib import Path


def load_or_create_secret_key(configured: str | None, folder: Path) -> bytes:
    """The configured key, else the one in the data folder, generated there (mode 0600) when missing."""
    if configured:
        return configured.encode()
    path = folder / "secret.key"
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

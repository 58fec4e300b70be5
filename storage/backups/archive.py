"""Backup file format: an encrypted tar with a manifest of digests, verified whenever it is read."""

import hashlib
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, cast

from pydantic import BaseModel, ConfigDict

from storage.backups.sealed import Sealing, Unsealing
from storage.media import digest
from storage.vault import Sealed

PURPOSE: Final = "backup"
MANIFEST: Final = "manifest.json"
CHUNK: Final = 1 << 20


class Manifest(BaseModel):
    """Contents of a backup: `schema_of` is the newest migration of its database, `form` the format of the dump, `parts`
    the SHA-256 of each file, `missing` what should be in it and could not be copied.
    """

    model_config = ConfigDict(frozen=True)

    version: str
    made_at: datetime
    schema_of: str
    form: str
    rows: dict[str, int] = {}
    parts: dict[str, str] = {}
    missing: tuple[str, ...] = ()


def pack(folder: Path, manifest: Manifest, file: Path, secret: bytes) -> Manifest:
    """Encrypt everything in a folder into one file; the manifest with its digests."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    whole = manifest.model_copy(update={"parts": {str(path.relative_to(folder)): digest(path) for path in paths}})
    (folder / MANIFEST).write_text(whole.model_dump_json())
    with file.open("wb") as target:
        file.chmod(0o600)
        sealing = Sealing(target, secret, PURPOSE)
        with tarfile.open(fileobj=cast("BinaryIO", sealing), mode="w|gz") as archive:
            for path in (folder / MANIFEST, *paths):
                archive.add(path, str(path.relative_to(folder)))
        sealing.close()
    return whole


def check(file: Path, secret: bytes) -> Manifest:
    """Read a backup to its end. Raises DecryptionError when it is not complete and intact."""
    with _opened(file, secret) as (manifest, members):
        found = {name: _digest(content) for name, content in members}
    return _agreed(manifest, found)


def unpack(file: Path, secret: bytes, folder: Path) -> Manifest:
    """Extract a backup into a folder. Raises DecryptionError when it is damaged; the folder is then useless."""
    with _opened(file, secret) as (manifest, members):
        found = {name: _laid(folder, name, content) for name, content in members}
    return _agreed(manifest, found)


@contextmanager
def _opened(file: Path, secret: bytes) -> Iterator[tuple[Manifest, Iterator[tuple[str, BinaryIO]]]]:
    with file.open("rb") as source:
        unsealing = Unsealing(source, secret, PURPOSE)
        try:
            with tarfile.open(fileobj=cast("BinaryIO", unsealing), mode="r|gz") as archive:
                members = _members(archive)
                name, content = next(members)
                if name != MANIFEST:
                    raise Sealed(PURPOSE)
                yield Manifest.model_validate(json.loads(content.read())), members
        except (tarfile.TarError, StopIteration, EOFError) as error:
            raise Sealed(PURPOSE) from error
        unsealing.read()  # up to the last chunk, whose flag alone proves that none is missing


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, BinaryIO]]:
    for member in archive:
        content = archive.extractfile(member)
        if content is not None:
            yield member.name, cast("BinaryIO", content)


def _agreed(manifest: Manifest, found: dict[str, str]) -> Manifest:
    if found != manifest.parts:
        raise Sealed(PURPOSE)
    return manifest


def _laid(folder: Path, name: str, content: BinaryIO) -> str:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise Sealed(PURPOSE)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("wb") as file:
        while chunk := content.read(CHUNK):
            file.write(chunk)
    return digest(path)


def _digest(content: BinaryIO) -> str:
    found = hashlib.sha256()
    while chunk := content.read(CHUNK):
        found.update(chunk)
    return found.hexdigest()

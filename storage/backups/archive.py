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

from storage.backups.sealed_file import EncryptedReader, EncryptedWriter
from storage.encryption import DecryptionError
from storage.media.media_store import compute_digest

PURPOSE: Final = "backup"
MANIFEST_NAME: Final = "manifest.json"
CHUNK_SIZE: Final = 1 << 20


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
    complete = manifest.model_copy(
        update={"parts": {str(path.relative_to(folder)): compute_digest(path) for path in paths}}
    )
    (folder / MANIFEST_NAME).write_text(complete.model_dump_json())
    with file.open("wb") as target:
        file.chmod(0o600)
        writer = EncryptedWriter(target, secret, PURPOSE)
        with tarfile.open(fileobj=cast("BinaryIO", writer), mode="w|gz") as archive:
            for path in (folder / MANIFEST_NAME, *paths):
                archive.add(path, str(path.relative_to(folder)))
        writer.close()
    return complete


def verify(file: Path, secret: bytes) -> Manifest:
    """Read a backup to its end. Raises DecryptionError when it is not complete and intact."""
    with _open_archive(file, secret) as (manifest, members):
        digests = {name: _hash_content(content) for name, content in members}
    return _verify_digests(manifest, digests)


def unpack(file: Path, secret: bytes, folder: Path) -> Manifest:
    """Extract a backup into a folder. Raises DecryptionError when it is damaged; the folder is then useless."""
    with _open_archive(file, secret) as (manifest, members):
        digests = {name: _extract(folder, name, content) for name, content in members}
    return _verify_digests(manifest, digests)


@contextmanager
def _open_archive(file: Path, secret: bytes) -> Iterator[tuple[Manifest, Iterator[tuple[str, BinaryIO]]]]:
    with file.open("rb") as source:
        reader = EncryptedReader(source, secret, PURPOSE)
        try:
            with tarfile.open(fileobj=cast("BinaryIO", reader), mode="r|gz") as archive:
                members = _iterate_members(archive)
                name, content = next(members)
                if name != MANIFEST_NAME:
                    raise DecryptionError(PURPOSE)
                yield Manifest.model_validate(json.loads(content.read())), members
        except (tarfile.TarError, StopIteration, EOFError) as error:
            raise DecryptionError(PURPOSE) from error
        reader.read()  # up to the last chunk, whose flag alone proves that none is missing


def _iterate_members(archive: tarfile.TarFile) -> Iterator[tuple[str, BinaryIO]]:
    for member in archive:
        content = archive.extractfile(member)
        if content is not None:
            yield member.name, cast("BinaryIO", content)


def _verify_digests(manifest: Manifest, digests: dict[str, str]) -> Manifest:
    if digests != manifest.parts:
        raise DecryptionError(PURPOSE)
    return manifest


def _extract(folder: Path, name: str, content: BinaryIO) -> str:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise DecryptionError(PURPOSE)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("wb") as file:
        while chunk := content.read(CHUNK_SIZE):
            file.write(chunk)
    return compute_digest(path)


def _hash_content(content: BinaryIO) -> str:
    hasher = hashlib.sha256()
    while chunk := content.read(CHUNK_SIZE):
        hasher.update(chunk)
    return hasher.hexdigest()

"""Uploads in the media store: found by every process, taken over without a copy, and deleted once they are handled."""

import errno
from pathlib import Path

import pytest
from fakes.world.web import add_account

from bots.web.uploads.multipart import FormError
from bots.web.uploads.upload_store import UploadStore
from models.errors import ErrorCode, RequestRejected
from storage.db import Database
from storage.media.media_store import FolderMediaStore


class FailingMediaStore(FolderMediaStore):
    """A folder that takes one file and then fails."""

    def __init__(self, root: Path, error: int) -> None:
        super().__init__(root)
        self.error = error
        self.is_used = False

    def put(self, source: Path) -> str:
        if self.is_used:
            raise OSError(self.error, "no more")
        self.is_used = True
        return super().put(source)


@pytest.fixture
def media(tmp_path: Path) -> FolderMediaStore:
    return FolderMediaStore(tmp_path / "media")


@pytest.fixture
def uploads(sqlite: Database, media: FolderMediaStore) -> UploadStore:
    return UploadStore(sqlite, media, add_account(sqlite).id)


def write(folder: Path, *contents: bytes) -> list[Path]:
    paths = [folder / str(position) for position in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths


def list_files(media: FolderMediaStore) -> list[Path]:
    return list(media.root.glob("??/*"))


async def test_a_file_is_fetched_by_another_process_and_again_after_a_crash(
    tmp_path: Path, uploads: UploadStore
) -> None:
    (key,) = await uploads.save(write(tmp_path, b"picture"))
    other = UploadStore(uploads.db, FolderMediaStore(tmp_path / "media"), uploads.account_id)
    for store in (other, uploads):
        await store.fetch(key, tmp_path / "fetched")
        assert (tmp_path / "fetched").read_bytes() == b"picture"


async def test_a_film_of_two_gigabytes_is_not_copied(
    tmp_path: Path, uploads: UploadStore, media: FolderMediaStore
) -> None:
    (path,) = write(tmp_path, b"film")
    inode = path.stat().st_ino
    (key,) = await uploads.save([path])
    await uploads.fetch(key, tmp_path / "fetched")
    assert media.get_local_path(key).stat().st_ino == (tmp_path / "fetched").stat().st_ino == inode


async def test_what_is_handled_and_in_no_job_leaves_nothing_behind(
    tmp_path: Path, uploads: UploadStore, media: FolderMediaStore
) -> None:
    keys = await uploads.save(write(tmp_path, b"one", b"two"))
    await uploads.fetch(keys[0], tmp_path / "taken")
    await uploads.release(keys)
    assert list_files(media) == []
    assert (tmp_path / "taken").read_bytes() == b"one"


@pytest.mark.parametrize("key", ["../secret/0", "/etc/passwd", "", "0123456789abcdef/../../x", "0" * 32])
async def test_a_key_leads_nowhere_else(tmp_path: Path, uploads: UploadStore, key: str) -> None:
    with pytest.raises(RequestRejected) as refused:
        await uploads.fetch(key, tmp_path / "target")
    assert refused.value.code == ErrorCode.FILE_GONE


@pytest.mark.parametrize(("error", "status"), [(errno.ENOSPC, 507), (errno.ECONNREFUSED, 503)])
async def test_a_message_whose_files_cannot_all_be_stored_is_refused_and_leaves_none(
    tmp_path: Path, sqlite: Database, error: int, status: int
) -> None:
    media = FailingMediaStore(tmp_path / "media", error)
    uploads = UploadStore(sqlite, media, add_account(sqlite).id)
    with pytest.raises(FormError) as refused:
        await uploads.save(write(tmp_path, b"one", b"two"))
    assert refused.value.status == status
    assert list_files(media) == []

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bots.web.uploads.upload_folder import UploadFolder
from models.errors import ErrorCode, RequestRejected


def sent(uploads: UploadFolder, *contents: bytes) -> list[str]:
    folder = uploads.create_folder()
    for position, content in enumerate(contents):
        (folder / str(position)).write_bytes(content)
    return [uploads.handle_for(folder / str(position)) for position in range(len(contents))]


def test_a_file_is_brought_and_can_be_brought_again_after_a_crash(tmp_path: Path) -> None:
    uploads = UploadFolder(tmp_path / "uploads")
    (handle,) = sent(uploads, b"picture")
    uploads.fetch(handle, tmp_path / "first")
    (tmp_path / "first").unlink()
    UploadFolder(tmp_path / "uploads").fetch(handle, tmp_path / "second")
    assert (tmp_path / "second").read_bytes() == b"picture"


def test_a_film_of_two_gigabytes_is_not_copied(tmp_path: Path) -> None:
    uploads = UploadFolder(tmp_path / "uploads")
    (handle,) = sent(uploads, b"film")
    uploads.fetch(handle, tmp_path / "film")
    assert (tmp_path / "film").samefile(tmp_path / "uploads" / handle)


def test_what_was_answered_leaves_nothing_behind(tmp_path: Path) -> None:
    uploads = UploadFolder(tmp_path / "uploads")
    handles = sent(uploads, b"one", b"two")
    uploads.fetch(handles[0], tmp_path / "taken")
    uploads.release(handles)
    assert list(uploads.root.iterdir()) == []
    assert (tmp_path / "taken").read_bytes() == b"one"


@pytest.mark.parametrize("handle", ["../secret/0", "/etc/passwd", "", "0123456789abcdef/../../x", "0123456789abcdef/9"])
def test_a_handle_leads_nowhere_else(tmp_path: Path, handle: str) -> None:
    with pytest.raises(RequestRejected) as refused:
        UploadFolder(tmp_path / "uploads").fetch(handle, tmp_path / "target")
    assert refused.value.code == ErrorCode.FILE_GONE


def test_the_sweep_takes_only_what_is_old(tmp_path: Path) -> None:
    uploads = UploadFolder(tmp_path / "uploads")
    (old,) = sent(uploads, b"old")
    (new,) = sent(uploads, b"new")
    now = datetime.now(UTC)
    yesterday = (now - timedelta(hours=25)).timestamp()
    os.utime((uploads.root / old).parent, (yesterday, yesterday))
    assert uploads.remove_older(now - timedelta(hours=24)) == 1
    uploads.fetch(new, tmp_path / "kept")
    with pytest.raises(RequestRejected):
        uploads.fetch(old, tmp_path / "gone")


def test_uploads_are_private(tmp_path: Path) -> None:
    folder = UploadFolder(tmp_path / "uploads").create_folder()
    assert folder.stat().st_mode & 0o077 == 0
    assert folder.parent.stat().st_mode & 0o077 == 0

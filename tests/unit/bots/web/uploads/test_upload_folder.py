import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bots.web.uploads.upload_folder import UploadFolder


def test_an_upload_leaves_nothing_behind_whatever_becomes_of_it(tmp_path: Path) -> None:
    uploads = UploadFolder(tmp_path / "uploads")
    folder = uploads.create_folder()
    with uploads.discard_afterwards(folder):
        (folder / "0").write_bytes(b"picture")
    assert list(uploads.root.iterdir()) == []


def test_the_sweep_takes_only_what_is_old(tmp_path: Path) -> None:
    uploads = UploadFolder(tmp_path / "uploads")
    old, new = uploads.create_folder(), uploads.create_folder()
    now = datetime.now(UTC)
    yesterday = (now - timedelta(hours=25)).timestamp()
    os.utime(old, (yesterday, yesterday))
    assert uploads.remove_older(now - timedelta(hours=24)) == 1
    assert list(uploads.root.iterdir()) == [new]


def test_uploads_are_private(tmp_path: Path) -> None:
    folder = UploadFolder(tmp_path / "uploads").create_folder()
    assert folder.stat().st_mode & 0o077 == 0
    assert folder.parent.stat().st_mode & 0o077 == 0

"""How much may be uploaded: by one person, and beside what the disk has room for."""

import shutil
from pathlib import Path

import pytest

from bots.web.uploads.multipart import FormError
from bots.web.uploads.upload_folder import UploadFolder
from bots.web.uploads.upload_quota import UploadQuota


def test_what_is_on_its_way_and_what_lies_here_count_together(tmp_path: Path) -> None:
    allowance = UploadQuota(UploadFolder(tmp_path / "uploads"), max_bytes=100, min_free_bytes=0, exempt_bytes=5)
    coming = allowance.admit("ana", 60)
    with pytest.raises(FormError, match="TOO_MUCH"):
        allowance.admit("ana", 50)
    allowance.admit("bia", 50)
    allowance.admit("ana", 5)  # a text always goes in
    (coming / "0").write_bytes(bytes(60))
    allowance.release(coming)
    with pytest.raises(FormError, match="TOO_MUCH"):
        allowance.admit("ana", 50)
    allowance.uploads.discard(coming)
    allowance.admit("ana", 50)


def test_what_would_fill_the_disk_is_not_let_in(tmp_path: Path) -> None:
    allowance = UploadQuota(
        UploadFolder(tmp_path / "uploads"), max_bytes=1 << 62, min_free_bytes=1 << 61, exempt_bytes=5
    )
    with pytest.raises(FormError) as refused:
        allowance.admit("ana", 50)
    assert (refused.value.status, refused.value.code) == (507, "NO_ROOM")
    assert list(allowance.uploads.root.iterdir()) == []


def test_what_others_announce_and_do_not_send_keeps_nobody_out(tmp_path: Path) -> None:
    uploads = UploadFolder(tmp_path / "uploads")
    free = shutil.disk_usage(uploads.root).free
    allowance = UploadQuota(uploads, max_bytes=1 << 62, min_free_bytes=0, exempt_bytes=5)
    for number in range(20):
        allowance.admit(f"vandal {number}", free // 2)
    coming = allowance.admit("ana", free // 2)
    allowance.count(coming, 1 << 20)


def test_a_form_that_announced_little_brings_no_files_past_the_quota_or_onto_a_full_disk(tmp_path: Path) -> None:
    uploads = UploadFolder(tmp_path / "uploads")
    allowance = UploadQuota(uploads, max_bytes=100, min_free_bytes=0, exempt_bytes=50)
    coming = allowance.admit("ana", 50)
    allowance.count(coming, 100)
    with pytest.raises(FormError, match="TOO_MUCH"):
        allowance.count(coming, 1)
    full = UploadQuota(uploads, max_bytes=1 << 62, min_free_bytes=1 << 61, exempt_bytes=50)
    text = full.admit("ana", 50)
    with pytest.raises(FormError, match="NO_ROOM"):
        full.count(text, 1)

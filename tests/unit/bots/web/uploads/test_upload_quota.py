"""How much may be uploaded: by one person, and beside what the disk has room for."""

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

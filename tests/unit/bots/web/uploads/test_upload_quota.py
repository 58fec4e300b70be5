"""How much may be uploaded: by one person, and beside what the disk has room for."""

import shutil
from pathlib import Path
from uuid import UUID

import pytest
from fakes.world.web import add_account

from bots.web.uploads.multipart import FormError
from bots.web.uploads.upload_folder import UploadFolder
from bots.web.uploads.upload_quota import UploadQuota
from bots.web.uploads.upload_store import UploadStore
from storage.db import Database
from storage.media.media_store import FolderMediaStore
from storage.messaging import updates


def quota(folder: Path, db: Database, account: UUID, max_bytes: int, min_free: int = 0, exempt: int = 5) -> UploadQuota:
    uploads = UploadStore(db, FolderMediaStore(folder / "media"), account)
    return UploadQuota(UploadFolder(folder / "uploads"), uploads, max_bytes, min_free, exempt)


@pytest.fixture
def account_id(sqlite: Database) -> UUID:
    return add_account(sqlite).id


def store(db: Database, account_id: UUID, sender: str, *sizes: int) -> str:
    """An update with files of these sizes, as a process of the page stores it."""
    files = [{"kind": "video", "handle": "key", "size": size} for size in sizes]
    update = f"{sender}{sizes}"
    with db.transaction() as session:
        body = {"sender": {"external_id": sender}, "attachments": files}
        assert updates.save(session, account_id, update, body, db.clock())
    return update


def test_what_is_on_its_way_and_what_is_stored_count_together(
    tmp_path: Path, sqlite: Database, account_id: UUID
) -> None:
    here, other = (quota(tmp_path / name, sqlite, account_id, 100) for name in ("here", "other"))
    coming = here.admit("ana", 60)
    with pytest.raises(FormError, match="TOO_MUCH"):
        here.admit("ana", 50)
    here.admit("bia", 50)
    here.admit("ana", 5)  # a text always goes in
    update = store(sqlite, account_id, "ana", 40, 20)
    here.release(coming)
    for each in (here, other):
        with pytest.raises(FormError, match="TOO_MUCH"):
            each.admit("ana", 50)
    with sqlite.transaction() as session:
        updates.mark_handled(session, account_id, [update], sqlite.clock())
    other.admit("ana", 50)


def test_what_would_fill_the_disk_is_not_let_in(tmp_path: Path, sqlite: Database, account_id: UUID) -> None:
    full = quota(tmp_path, sqlite, account_id, 1 << 62, min_free=1 << 61)
    with pytest.raises(FormError) as refused:
        full.admit("ana", 50)
    assert (refused.value.status, refused.value.code) == (507, "NO_ROOM")
    assert list(full.folder.root.iterdir()) == []


def test_what_others_announce_and_do_not_send_keeps_nobody_out(
    tmp_path: Path, sqlite: Database, account_id: UUID
) -> None:
    free = shutil.disk_usage(tmp_path).free
    allowance = quota(tmp_path, sqlite, account_id, 1 << 62)
    for number in range(20):
        allowance.admit(f"vandal {number}", free // 2)
    coming = allowance.admit("ana", free // 2)
    allowance.count(coming, 1 << 20)


def test_a_form_that_announced_little_brings_no_files_past_the_quota_or_onto_a_full_disk(
    tmp_path: Path, sqlite: Database, account_id: UUID
) -> None:
    allowance = quota(tmp_path / "one", sqlite, account_id, 100, exempt=50)
    store(sqlite, account_id, "ana", 30)
    coming = allowance.admit("ana", 50)
    allowance.count(coming, 70)
    with pytest.raises(FormError, match="TOO_MUCH"):
        allowance.count(coming, 1)
    full = quota(tmp_path / "full", sqlite, account_id, 1 << 62, min_free=1 << 61, exempt=50)
    text = full.admit("ana", 50)
    with pytest.raises(FormError, match="NO_ROOM"):
        full.count(text, 1)

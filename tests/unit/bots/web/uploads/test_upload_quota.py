import uuid
from pathlib import Path

import pytest

from bots.web.auth.session import page_user_id_for, resolve_owner_identities
from bots.web.uploads.multipart import FormError
from bots.web.uploads.upload_folder import UploadFolder
from bots.web.uploads.upload_quota import UploadQuota

TENANT = uuid.UUID(int=7)
ANA = "ana@example.com"


def test_the_same_address_is_always_the_same_guest_and_never_another_tenants() -> None:
    known = page_user_id_for(b"secret", TENANT, ANA)
    assert page_user_id_for(b"secret", TENANT, " Ana@Example.com") == known
    others = {
        page_user_id_for(b"another", TENANT, ANA),
        page_user_id_for(b"secret", uuid.UUID(int=8), ANA),
        page_user_id_for(b"secret", TENANT, "bia@x.yz"),
    }
    assert known not in others
    assert len(others) == 3
    assert "ana" not in known


def test_an_administrator_of_the_page_is_named_by_their_address() -> None:
    named = resolve_owner_identities(["telegram:123", f"page:{ANA}", "page:0f"], b"secret", TENANT)
    assert named == {"telegram:123", f"page:{page_user_id_for(b'secret', TENANT, ANA)}", "page:0f"}


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

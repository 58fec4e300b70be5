"""The identity of a person at the page."""

import uuid

from bots.web.auth.session import page_user_id_for, resolve_admin_ids

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
    named = resolve_admin_ids(["telegram:123", f"page:{ANA}", "page:0f"], b"secret", TENANT)
    assert named == {"telegram:123", f"page:{page_user_id_for(b'secret', TENANT, ANA)}", "page:0f"}

"""The identity of a person at the page."""

import uuid

import pytest

from bots.web.auth.session import normalize_mailbox, page_user_id_for, resolve_admin_ids

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


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ana@example.com", "ana@example.com"),
        (" Ana+Films@Example.COM ", "ana@example.com"),
        ("ana+a+b@example.com", "ana@example.com"),
        ("a.n.a+x@gmail.com", "ana@gmail.com"),
        ("ana.souza@googlemail.com", "anasouza@gmail.com"),
        ("ana.souza@example.com", "ana.souza@example.com"),
        ("+x@example.com", "+x@example.com"),
    ],
)
def test_spellings_of_one_mailbox_are_one_address(written: str, folded: str) -> None:
    assert normalize_mailbox(written) == folded


def test_an_administrator_is_named_by_an_address_with_a_tag_and_by_the_one_without() -> None:
    named = resolve_admin_ids(["page:ana+boss@example.com"], b"secret", TENANT)
    assert named == {f"page:{page_user_id_for(b'secret', TENANT, each)}" for each in (ANA, "ana+boss@example.com")}

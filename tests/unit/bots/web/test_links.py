from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.web.links import BadLink, ExpiredLink, MediaLink, MediaLinkSigner, expiry_for

NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
LINKS = MediaLinkSigner(b"one secret")


@given(name=st.text(max_size=60), key=st.text("0123456789abcdef", min_size=32, max_size=32))
def test_a_link_tells_what_was_signed(name: str, key: str) -> None:
    link = LINKS.verify(LINKS.sign(key, name, "video/mp4", LATER), NOW)
    assert (link.key, link.name, link.mime, link.expires_at) == (key, name, "video/mp4", LATER)


def test_a_link_handed_out_by_an_earlier_version_still_opens_its_file() -> None:
    token = (
        "WyJhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYSIsIsOnw6NvLm1wNCIsInZpZGVvL21wNCIsMTc3NzkwMTQwMCwiYW5hIl0"
        ".RdUfMOUf2EUFI1ns5BvEfsDBxxZYl3dPC1e3r7J3Wmc"
    )
    assert LINKS.verify(token, NOW) == MediaLink("a" * 32, "ção.mp4", "video/mp4", LATER, "ana")
    assert LINKS.sign("a" * 32, "ção.mp4", "video/mp4", LATER, "ana") == token


def test_a_link_is_safe_in_an_address() -> None:
    token = LINKS.sign("k" * 32, "ção/../?&#é.mp4", "video/mp4", LATER)
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


def test_a_link_ends_when_it_said() -> None:
    token = LINKS.sign("key", "a.mp4", "video/mp4", LATER)
    LINKS.verify(token, LATER - timedelta(seconds=1))
    with pytest.raises(ExpiredLink):
        LINKS.verify(token, LATER)


@pytest.mark.parametrize("position", range(0, 110, 7))
def test_no_sign_of_a_link_can_be_changed(position: int) -> None:
    token = LINKS.sign("a" * 32, "a.mp4", "video/mp4", LATER)
    other = "B" if token[position] != "B" else "C"
    with pytest.raises(BadLink):
        LINKS.verify(token[:position] + other + token[position + 1 :], NOW)


def test_another_secret_signs_nothing_of_ours() -> None:
    with pytest.raises(BadLink):
        LINKS.verify(MediaLinkSigner(b"another secret").sign("a" * 32, "a.mp4", "video/mp4", LATER), NOW)


@given(st.text(max_size=80))
def test_rubbish_is_no_link(token: str) -> None:
    with pytest.raises(BadLink):
        LINKS.verify(token, NOW)


def test_links_need_a_secret() -> None:
    with pytest.raises(ValueError, match="secret"):
        MediaLinkSigner(b"")


def test_a_film_keeps_its_address_all_day_and_for_at_least_a_day_more() -> None:
    midnight = datetime(2026, 5, 4, tzinfo=UTC)
    last = midnight + timedelta(hours=23, minutes=59)
    assert expiry_for(midnight) == expiry_for(last)
    assert timedelta(days=1) <= expiry_for(last) - last <= timedelta(days=2)
    assert expiry_for(midnight) - midnight == timedelta(days=2)

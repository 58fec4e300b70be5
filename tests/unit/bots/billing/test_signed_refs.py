"""The signed word in a Payment Link's address."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.billing.signed_refs import LIFETIME, add_reference, person_id_from, sign_reference

SECRET = b"a secret of the operator"
NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)
ANA = UUID("0197f1f0-0000-7000-8000-000000000001")


@given(st.uuids(), st.binary(min_size=1, max_size=64))
def test_a_reference_leads_back_to_its_person_and_is_written_as_stripe_takes_it(person: UUID, secret: bytes) -> None:
    reference = sign_reference(secret, person, NOW)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,200}", reference)
    assert person_id_from(secret, reference, NOW) == person


def test_a_reference_counts_until_its_time_is_over() -> None:
    reference = sign_reference(SECRET, ANA, NOW)
    assert person_id_from(SECRET, reference, NOW + LIFETIME - timedelta(seconds=1)) == ANA
    assert person_id_from(SECRET, reference, NOW + LIFETIME) is None


def test_a_reference_handed_out_by_an_earlier_version_still_counts() -> None:
    assert person_id_from(SECRET, "AZfx8AAAcACAAAAAAAAAAWm-iEB7HmAjpCSX-C9BZDdBJZ80", NOW) == ANA


@given(st.integers(0, 47), st.characters(codec="ascii"))
def test_a_reference_that_was_changed_anywhere_counts_for_nobody(place: int, letter: str) -> None:
    reference = sign_reference(SECRET, ANA, NOW)
    changed = reference[:place] + letter + reference[place + 1 :]
    assert person_id_from(SECRET, changed, NOW) == (ANA if changed == reference else None)


def test_the_other_base64_s_letters_are_not_taken_for_ours() -> None:
    people = [UUID(int=number) for number in range(999)]
    reference = next(each for each in (sign_reference(SECRET, person, NOW) for person in people) if "-" in each)
    assert person_id_from(SECRET, reference.replace("-", "+"), NOW) is None


@given(st.text(max_size=80))
def test_what_we_did_not_write_counts_for_nobody(text: str) -> None:
    assert person_id_from(SECRET, text, NOW) is None


@pytest.mark.parametrize("change", ["{}=", "{}\n", " {}", "{}{}", "", "\u0661" * 48])
def test_a_reference_with_something_around_it_counts_for_nobody(change: str) -> None:
    assert person_id_from(SECRET, change.replace("{}", sign_reference(SECRET, ANA, NOW)), NOW) is None
    assert person_id_from(SECRET, None, NOW) is None


def test_another_secret_signs_other_references() -> None:
    assert person_id_from(b"another", sign_reference(SECRET, ANA, NOW), NOW) is None


def test_nobody_else_s_person_can_be_put_into_a_reference() -> None:
    mine, theirs = sign_reference(SECRET, ANA, NOW), sign_reference(SECRET, uuid4(), NOW)
    assert person_id_from(SECRET, mine[:24] + theirs[24:], NOW) is None


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://buy.stripe.com/abc", "https://buy.stripe.com/abc?client_reference_id=x-_"),
        ("https://buy.stripe.com/abc?locale=pt-BR", "https://buy.stripe.com/abc?locale=pt-BR&client_reference_id=x-_"),
    ],
)
def test_a_link_s_address_carries_the_reference(link: str, expected: str) -> None:
    assert add_reference(link, "x-_") == expected

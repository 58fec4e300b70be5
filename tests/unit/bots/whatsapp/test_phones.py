"""Phone numbers: languages and spellings."""

import pytest

from bots.locales import LANGUAGES
from bots.whatsapp import phones


@pytest.mark.parametrize(
    ("phone", "language"),
    [
        ("5511987654321", "pt-BR"),
        ("351912345678", "pt-BR"),
        ("34600111222", "es"),
        ("5215512345678", "es"),
        ("541112345678", "es"),
        ("18095551234", "es"),
        ("18295551234", "es"),
        ("17875551234", "es"),
        ("2348031234567", None),
        ("240222123456", "es"),
        ("55", None),
        ("12125551234", None),
        ("4915112345678", None),
        ("", None),
    ],
)
def test_the_country_of_a_number_tells_the_language_its_people_are_first_spoken_to_in(
    phone: str, language: str | None
) -> None:
    assert phones.language_of(phone) == language
    assert language is None or language in LANGUAGES


@pytest.mark.parametrize("written", ["5511987654321", "551187654321"])
def test_a_number_of_brazil_goes_with_its_ninth_digit_and_without(written: str) -> None:
    assert phones.spellings_of(written) == {"5511987654321", "551187654321"}


@pytest.mark.parametrize("written", ["34600111222", "551133334444555", ""])
def test_other_numbers_have_one_spelling(written: str) -> None:
    assert phones.spellings_of(written) == {written}


def test_administrators_are_known_however_their_number_was_written_down() -> None:
    named = frozenset({"whatsapp:+55 11 98765-4321", "telegram:123", "whatsapp:77@lid"})
    assert phones.expand_identities(named) == named | {"whatsapp:5511987654321", "whatsapp:551187654321"}

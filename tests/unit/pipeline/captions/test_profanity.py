"""Masking of profanity: what is hidden of a word, and which words only look like profane ones."""

import pytest

from pipeline.captions.emphasis import mask_profanity


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [
        ("porra", "pt", "p***a"),
        ("Porra!", "pt", "P***a!"),
        ("cuzão,", "pt", "c***o,"),
        ("cu", "pt", "c*"),
        ("fucking", "en", "f*****g"),
        ("“Shit”", "en", "“S**t”"),
        ("¡Mierda!", "es", "¡M****a!"),
        ("PUTA", "es", "P**A"),
    ],
)
def test_the_letters_between_the_first_and_the_last_are_hidden(text: str, language: str, shown: str) -> None:
    assert mask_profanity(text, language) == shown


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("computador", "pt"),
        ("assunto", "pt"),
        ("Scunthorpe", "en"),
        ("class", "en"),
        ("disputa", "es"),
        ("mermelada", "es"),
    ],
)
def test_words_that_only_hold_the_letters_of_a_profane_one_stay(text: str, language: str) -> None:
    assert mask_profanity(text, language) == text


def test_where_a_language_has_no_list_words_are_masked_that_mean_nothing_else_there() -> None:
    assert mask_profanity("gilipollas", "fr") == "g********s"
    assert mask_profanity("dick", "de") == "dick"
    assert mask_profanity("shit", "pt") == "shit"

"""Masking of profanity: what is hidden of a word, and where; and which words only look like profane ones."""

import pytest

from models.jobs.options import CaptionOptions
from models.jobs.transcript import SubtitleLine, Translation, Word
from pipeline.captions.emphasis import mask_profanity, prepare_lines, prepare_texts

WORDS = [Word(text="Que", start=0.2, end=0.5), Word(text="merda!", start=0.5, end=1.0)]
LINES = Translation(language="en", lines=(SubtitleLine(text="What a shit, man!", start=0.2, end=1.0),))
MASKED = CaptionOptions(profanity="mask")


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


def test_profane_words_are_masked_and_keep_their_times() -> None:
    found = prepare_texts(WORDS, MASKED, "pt")
    assert [word.text for word in found] == ["Que", "m***a!"]
    assert [(word.start, word.end) for word in found] == [(0.2, 0.5), (0.5, 1.0)]


def test_the_lines_of_a_translation_are_masked_by_the_words_of_their_language() -> None:
    (line,) = prepare_lines(LINES, MASKED).lines
    assert (line.text, line.start, line.end) == ("What a s**t, man!", 0.2, 1.0)


def test_nothing_is_masked_unasked() -> None:
    assert [word.text for word in prepare_texts(WORDS, CaptionOptions(), "pt")] == ["Que", "merda!"]
    assert prepare_lines(LINES, CaptionOptions()) == LINES

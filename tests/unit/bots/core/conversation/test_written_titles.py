"""Titles of drawings, found in the words sent with a picture."""

import pytest

from bots.core.conversation.features.written_titles import find_title, parse_title_option
from models.errors import ErrorCode, RequestRejected


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ('"Feliz aniversário, vó!"', "Feliz aniversário, vó!"),
        ("please draw it “Our   house”", "Our house"),
        ("«Casa\n nueva»", "Casa nueva"),
        ("/sketch „Haus“", "Haus"),
        ("「家」", "家"),
        ("Title: My dog", "My dog"),
        ("first the dog\ntítulo: “Rex”\nobrigado", "Rex"),
        ("TITULO：Sol", "Sol"),
    ],
)
def test_what_is_quoted_or_called_a_title_is_one(words: str, title: str) -> None:
    assert find_title(words) == title


@pytest.mark.parametrize("words", ["", "what a day", "it's Ana's dog", '5" tall', "the title is good", '""'])
def test_other_words_are_no_title(words: str) -> None:
    assert find_title(words) == ""
    assert parse_title_option(words) == {}


@pytest.mark.parametrize(
    ("title", "code"), [("x" * 201, ErrorCode.TITLE_TOO_LONG), ("🎉 ...", ErrorCode.TITLE_UNREADABLE)]
)
def test_a_title_that_is_too_long_or_has_no_letter_is_refused(title: str, code: ErrorCode) -> None:
    with pytest.raises(RequestRejected) as refusal:
        parse_title_option(f'"{title}"')
    assert refusal.value.code == code

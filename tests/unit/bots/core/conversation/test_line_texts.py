"""What users write back to numbered lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.core.conversation.jobs.line_texts import is_numbered, match_lines, parse_numbered

LINES = ("It was the best of times,", "it was the worst of times,", "Uh.")


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("3: - Hi\n- Hello\nto you", {3: "- Hi\n- Hello to you"}),
        ("3: the new text", {3: "the new text"}),
        ("3:the new text", {3: "the new text"}),
        ("  12 ： full width", {12: "full width"}),
        ("1: at 12:30: now", {1: "at 12:30: now"}),
        ("1: a\n\n2) b\n3. c", {1: "a", 2: "b", 3: "c"}),
        ("1: a\ngoes on\n3.5 million", {1: "a goes on 3.5 million"}),
        ("4:", {4: ""}),
        ("4: -\n5: –", {4: "", 5: ""}),
        ("4:\nbelow", {4: "below"}),
        ("2: a\n2: b", {2: "b"}),
        ("٣: text", {3: "text"}),
        ("no number\n3: text", None),
        ("", None),
    ],
)
def test_numbers_with_their_texts_are_read(text: str, texts: dict[int, str] | None) -> None:
    assert parse_numbered(text) == texts


@pytest.mark.parametrize(
    ("text", "is_line"),
    [
        ("3: x", True),
        ("3:", True),
        ("3", False),
        ("3)", False),
        ("3. x", False),
        ("12345: x", False),
        ("3\x0b: x", False),
    ],
)
def test_a_number_alone_is_that_of_a_menu(text: str, is_line: bool) -> None:
    assert is_numbered(text) is is_line


def test_lines_without_numbers_are_those_they_are_most_like() -> None:
    assert match_lines("It was the worst of times!", LINES) == {2: "It was the worst of times!"}
    assert match_lines("it was the WORST of times\nIt was the best of times", LINES) == {
        2: "it was the WORST of times",
        1: "It was the best of times",
    }
    assert match_lines("thanks a lot", LINES) is None
    assert match_lines("\n".join([*LINES, "Uh."]), LINES) is None


@given(st.text(max_size=200))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    texts = parse_numbered(text)
    assert texts is None or all(number >= 0 for number in texts)
    if is_numbered(text):
        assert texts is not None

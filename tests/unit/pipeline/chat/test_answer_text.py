"""What a chat model wrote is shown as one line of plain text, whatever it wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.chat.answer_text import clean_answer_text, shorten_text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**Prices** rise", "Prices rise"),
        ("_Prices_ ~fall~ and `rise`", "Prices fall and rise"),
        ("- a point", "a point"),
        ("3. a point", "a point"),
        ("## A title", "A title"),
        ("> - * nested", "nested"),
        ("<b>bold</b> <script>x</script>", "bold x"),
        ("see [the page](https://example.com/x)", "see the page"),
        ("one\n0:00 two\r\n\tthree", "one 0:00 two three"),
        ("left\u202eright\u2066\u0007\x1b[0m", "leftright[0m"),
        ("نمی\u200cخواهم", "نمی\u200cخواهم"),
        ("3 * 4 * 5, snake_case_name and C#", "3 * 4 * 5, snake_case_name and C#"),
        ("2024 was 5 < 6", "2024 was 5 < 6"),
    ],
)
def test_markup_and_what_is_not_printed_is_taken_out_and_words_stay(written: str, shown: str) -> None:
    assert clean_answer_text(written, 100) == shown


@pytest.mark.parametrize("written", ["", " ", "**", "- ", "<b></b>", "\u202e", "…!?"])
def test_of_what_has_no_letter_or_digit_nothing_is_left(written: str) -> None:
    assert clean_answer_text(written, 100) == ""


def test_long_text_is_cut_after_a_word_and_long_words_within() -> None:
    assert shorten_text("one two three, four", 16) == "one two three…"
    assert shorten_text("字" * 30, 10) == "字" * 9 + "…"
    assert shorten_text("short", 5) == "short"


@given(st.text(max_size=3000), st.integers(2, 300))
def test_the_text_is_never_longer_than_allowed_and_always_one_printable_line(written: str, limit: int) -> None:
    shown = clean_answer_text(written, limit)
    assert len(shown) <= limit
    assert len(shown.splitlines()) <= 1
    assert all(each.isprintable() or each in "\u200c\u200d" for each in shown)

"""Names that users choose, as others are shown them."""

import pytest

from models.display_names import sanitize_display_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ana", "Ana"),
        ("  Ana \n Maria\t", "Ana Maria"),
        ("Ana\u202egnp.exe", "Anagnp.exe"),  # would be read as exe.png
        ("Ana\u2066\u2067\u200e\u200f\u061c", "Ana"),
        ("Ana\r\nOwner: yes\u2028no", "Ana Owner: yes no"),
        ("\x00\x07Ana\x1b[31m", "Ana[31m"),
        ("\u200b\ufeff", ""),
        ("🧑‍🍳 José 王", "🧑‍🍳 José 王"),
        ("می‌خواهم", "می‌خواهم"),
        ("مريم", "مريم"),
    ],
)
def test_a_name_is_one_line_in_which_nothing_hides_or_turns_what_follows(name: str, shown: str) -> None:
    assert sanitize_display_name(name) == shown

"""Direction of the parts of a word: what UAX #9 says of numbers, signs and Latin among letters from right to left."""

import pytest

from pipeline.captions.glyphs.direction_runs import split_directions


@pytest.mark.parametrize(
    ("text", "visual"),
    [
        ("ação", [("ação", False)]),
        ("2024", [("2024", False)]),
        ("(שלום)", [("(שלום)", True)]),
        ("שלום!", [("שלום!", True)]),
        ("ב2024", [("2024", False), ("ב", True)]),
        ("ב-3,5%.", [(".", True), ("3,5%", False), ("ב-", True)]),
        ("عام٢٠٢٤", [("٢٠٢٤", False), ("عام", True)]),
        ("הYouTube2שלנו", [("ה", True), ("YouTube2", False), ("שלנו", True)]),
        ("YouTubeשל", [("YouTube", False), ("של", True)]),
    ],
)
def test_each_part_of_a_word_runs_in_its_own_direction(text: str, visual: list[tuple[str, bool]]) -> None:
    assert [(run.text, run.is_rtl) for run in split_directions(text)] == visual


def test_marks_stay_with_their_letter() -> None:
    (run,) = split_directions("שָׁלוֹם")
    assert run.text == "שָׁלוֹם"

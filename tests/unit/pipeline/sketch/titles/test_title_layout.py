"""Layout of titles: within the film, in even lines, in the order of writing."""

import pytest

from pipeline.sketch.titles.title_layout import TitleLayout, lay_out_title

WIDE, TALL = (1280, 720), (720, 1280)
LONG = "When the rain came down on the old town the children ran into the square and danced " * 3


def lay_out(text: str, size: tuple[int, int] = WIDE) -> TitleLayout:
    layout = lay_out_title(text, size, 720)
    assert layout is not None
    return layout


def list_lines(layout: TitleLayout) -> list[list[float]]:
    """The right ends of the words of each line."""
    lines: dict[float, list[float]] = {}
    for word in layout.words:
        lines.setdefault(word.y, []).append(word.x + word.shaped.advance)
    return list(lines.values())


@pytest.mark.parametrize("size", [WIDE, TALL, (480, 480), (96, 64)])
@pytest.mark.parametrize("text", ["A", "Feliz aniversário, vó Ana!", LONG[:200], "W" * 200])
def test_a_title_stays_inside_the_film(text: str, size: tuple[int, int]) -> None:
    layout = lay_out_title(text, size, (size[0] * size[1] * 9 / 16) ** 0.5)
    assert layout is not None
    if min(size) > 400:
        assert layout.height <= 0.4 * size[1]
        assert min(word.x for word in layout.words) >= 0
        assert max(word.x + word.shaped.advance for word in layout.words) <= size[0]


def test_a_short_title_has_one_line_and_larger_letters_than_a_long_one() -> None:
    assert len(list_lines(lay_out("Our house"))) == 1
    assert lay_out("Our house").font_size > 1.5 * lay_out(LONG[:200]).font_size


def test_lines_are_of_even_length() -> None:
    ends = [max(line) for line in list_lines(lay_out(LONG[:200]))]
    assert len(ends) > 1
    assert min(ends) > 0.85 * max(ends)


def test_words_are_written_in_the_order_of_their_direction() -> None:
    latin = [word.x for word in lay_out("one two three").words]
    assert latin == sorted(latin)
    hebrew = [word.x for word in lay_out("שלום לכולם היום").words]
    assert hebrew == sorted(hebrew, reverse=True)


def test_latin_words_in_an_arabic_title_stand_to_the_left_of_what_comes_before_them() -> None:
    first, second, last, third, fourth = (word.x for word in lay_out("مرحبا بكم جميعا hello world").words)
    assert first > second > last > fourth > third


def test_what_has_no_letter_has_no_layout() -> None:
    assert lay_out_title("🎉", WIDE, 720) is None
    assert lay_out_title("", WIDE, 720) is None

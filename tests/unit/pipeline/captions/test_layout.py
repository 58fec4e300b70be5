"""Groups into boxes, with a font in which every letter is 0.7 em wide."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.jobs.caption_styles import get_caption_style, load_caption_styles, placements_of
from pipeline.captions.caption_words import CaptionWord
from pipeline.captions.grouping import CaptionGroup
from pipeline.captions.layout import CaptionBlock, interpolate_place, lay_out_groups
from pipeline.captions.text_shaping import TextExtent

FRAMES = [(1080, 1920), (1920, 1080), (1080, 1080), (160, 120), (3840, 2160), (2000, 500)]


def measure(text: str, pixels: int) -> TextExtent:
    return TextExtent(0.7 * pixels * len(text), 0, -0.72 * pixels, 0.7 * pixels * len(text), 0.02 * pixels)


def block(texts: list[str], frame: tuple[int, int], style_name: str = "classic") -> CaptionBlock:
    style = get_caption_style(style_name)
    words = tuple(CaptionWord(text, index, index + 1) for index, text in enumerate(texts))
    group = CaptionGroup(words, 0, len(texts))
    (found,) = lay_out_groups([group], style, interpolate_place(placements_of(style), *frame), frame, measure)
    return found


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("style", list(load_caption_styles()))
@pytest.mark.parametrize("texts", [["ONE"], ["WE", "TOOK", "MORE"], ["EXTRAORDINARY", "INTERNATIONAL", "AFFAIRS"]])
def test_a_block_stays_in_the_safe_zone_and_in_the_frame(frame: tuple[int, int], style: str, texts: list[str]) -> None:
    width, height = frame
    found = block(texts, frame, style)
    safe = interpolate_place(placements_of(get_caption_style(style)), width, height).safe
    assert safe.left * width - 5 <= found.box.left < found.box.right <= (1 - safe.right) * width + 5
    assert safe.top * height - 1 <= found.box.top < found.box.bottom <= (1 - safe.bottom) * height + 1


@pytest.mark.parametrize("frame", FRAMES)
def test_words_of_a_line_do_not_overlap(frame: tuple[int, int]) -> None:
    words = block(["WE", "TOOK", "MORE"], frame).words
    line = sorted((word for word in words if word.baseline == words[0].baseline), key=lambda word: word.x)
    for left, right in pairwise(line):
        assert left.box.right <= right.box.left + 1


def test_a_line_too_long_is_broken_where_the_widest_line_is_narrowest() -> None:
    words = block(["WONDERFUL", "TIMES", "WE"], (1080, 1920)).words
    assert words[0].baseline < words[1].baseline == words[2].baseline


def test_a_word_too_long_for_its_line_shrinks_the_letters() -> None:
    full, shrunk = block(["SHORT"], (1080, 1920)), block(["INTERNATIONALIZATION"], (1080, 1920))
    assert shrunk.size < full.size
    assert shrunk.words[0].box.right - shrunk.words[0].box.left <= 0.8 * 1080


def test_a_block_stands_in_the_middle() -> None:
    box = block(["HELLO"], (1080, 1920)).box
    assert abs(box.left + box.right - 1080) <= 4


def test_the_first_arabic_word_stands_rightmost_and_latin_words_keep_their_order() -> None:
    words = block(["مرحبا", "بكم", "new", "york"], (1920, 1080)).words
    assert words[0].x > words[1].x > words[3].x > words[2].x


def test_an_arabic_name_in_an_english_line_reads_from_right_to_left() -> None:
    words = block(["together", "with", "محمد", "علي"], (3840, 2160)).words
    assert words[0].x < words[1].x < words[3].x < words[2].x


def test_thai_words_stand_side_by_side_without_a_space() -> None:
    found = block(["น้ำ", "ผึ้ง"], (1920, 1080))
    first, second = found.words
    assert found.is_unspaced
    assert abs(second.x - first.x - 0.7 * found.size * 3) <= 1


def test_lines_with_tall_and_deep_ink_move_apart() -> None:
    def deep(text: str, pixels: int) -> TextExtent:
        return TextExtent(0.7 * pixels * len(text), 0, -1.2 * pixels, 0.7 * pixels * len(text), 0.6 * pixels)

    style = get_caption_style("classic")
    words = tuple(CaptionWord(text, index, index + 1) for index, text in enumerate(["WONDERFUL", "TIMES"]))
    frame = (1080, 1920)
    (found,) = lay_out_groups(
        [CaptionGroup(words, 0, 2)], style, interpolate_place(placements_of(style), *frame), frame, deep
    )
    first, second = found.words
    assert second.box.top >= first.box.bottom - 2 * 0.08 * found.size


def test_the_place_between_two_aspects_is_between_their_places() -> None:
    feed = placements_of(get_caption_style("classic"))
    between = interpolate_place(feed, 1080, 1350)
    assert feed[0].y < between.y < feed[1].y
    assert interpolate_place(feed, 1080, 1920).y == pytest.approx(feed[0].y)
    assert interpolate_place(feed, 500, 2000).size == feed[0].size


@settings(max_examples=25, deadline=None)
@given(
    texts=st.lists(st.text("ABCDEFGH", min_size=1, max_size=30), min_size=1, max_size=3),
    frame=st.tuples(st.integers(64, 4096), st.integers(64, 4096)),
)
def test_no_group_leaves_any_frame(texts: list[str], frame: tuple[int, int]) -> None:
    box = block(texts, frame).box
    assert 0 <= box.left < box.right <= frame[0]
    assert 0 <= box.top < box.bottom <= frame[1]


@pytest.mark.parametrize("is_estimated", [True, False])
def test_a_block_is_highlighted_as_its_group_is(is_estimated: bool) -> None:
    style, frame = get_caption_style("classic"), (1080, 1920)
    group = CaptionGroup((CaptionWord("A", 0, 1), CaptionWord("B", 1, 2, has_estimated_times=is_estimated)), 0, 2)
    (found,) = lay_out_groups([group], style, interpolate_place(placements_of(style), *frame), frame, measure)
    assert found.is_highlighted_whole is is_estimated

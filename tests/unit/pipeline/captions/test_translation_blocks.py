"""Two languages one above the other: the translation stands still below the words, and neither covers the other."""

from itertools import pairwise

import pytest

from models.jobs.caption_styles import get_caption_style, load_caption_styles, placements_of
from models.jobs.transcript import SubtitleLine, Translation
from pipeline.captions.caption_words import CaptionWord
from pipeline.captions.grouping import CaptionGroup
from pipeline.captions.layout import CaptionBlock, interpolate_place, lay_out_groups
from pipeline.captions.text_shaping import TextExtent
from pipeline.captions.timeline import CaptionTimeline
from pipeline.captions.translation_blocks import derive_style, group_translation, limit_lines, place_blocks, split_line

FRAMES = [(1080, 1920), (1920, 1080), (1080, 1080), (320, 180), (3840, 2160)]
LINES = (
    ("Foi o melhor dos tempos, foi o pior dos tempos,", 0.0, 3.0),
    ("foi", 3.0, 3.1),
    ("a idade da sabedoria.", 6.0, 8.0),
)
TRANSLATION = Translation(
    language="pt", lines=tuple(SubtitleLine(text=text, start=start, end=end) for text, start, end in LINES)
)
TEXTS = (["IT", "WAS", "THE"], ["BEST"], ["OF", "TIMES", "EVERYBODY", "SAID"])


def measure(text: str, pixels: int) -> TextExtent:
    return TextExtent(0.6 * pixels * len(text), 0, -0.72 * pixels, 0.6 * pixels * len(text), 0.2 * pixels)


def stack(name: str, frame: tuple[int, int]) -> tuple[list[CaptionBlock], list[CaptionBlock]]:
    style = limit_lines(get_caption_style(name))
    place = interpolate_place(placements_of(style), *frame)
    said = [
        CaptionGroup(tuple(CaptionWord(text, at, at + 1) for text in texts), at, at + 1)
        for at, texts in enumerate(TEXTS)
    ]
    lower = derive_style(style)
    groups = group_translation(TRANSLATION, lower, lambda text: text, 40)
    above = lay_out_groups(said, style, place, frame, measure)
    return place_blocks(above, lay_out_groups(groups, lower, place, frame, measure), place, frame)


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("name", list(load_caption_styles()))
def test_no_line_of_a_translation_touches_a_caption_and_both_are_in_the_safe_area(
    name: str, frame: tuple[int, int]
) -> None:
    above, below = stack(name, frame)
    safe = interpolate_place(placements_of(get_caption_style(name)), *frame).safe
    assert max(block.box.bottom for block in above) <= min(block.box.top for block in below)
    for block in (*above, *below):
        assert safe.top * frame[1] - 2 <= block.box.top
        assert block.box.bottom <= (1 - safe.bottom) * frame[1] + 2


@pytest.mark.parametrize("name", list(load_caption_styles()))
def test_the_translation_is_smaller_and_keeps_its_height_from_line_to_line(name: str) -> None:
    above, below = stack(name, (1080, 1920))
    assert max(block.size for block in below) < max(block.size for block in above)
    assert len({min(word.baseline for word in block.words) for block in below}) == 1
    assert len({max(word.baseline for word in block.words) for block in above}) == 1


def test_a_line_stands_until_the_next_one_and_is_never_shown_for_a_flash_alone() -> None:
    groups = group_translation(TRANSLATION, get_caption_style("classic"), lambda text: text, 40)
    assert [group.start for group in groups] == [0.0, 3.0, 6.0]
    assert all(one.end <= two.start for one, two in pairwise(groups))
    assert groups[1].end >= 3.8
    assert groups[2].end >= 8.0


@pytest.mark.parametrize("name", list(load_caption_styles()))
def test_all_words_of_a_translation_are_there_for_its_whole_time_and_none_moves(name: str) -> None:
    _, below = stack(name, (1080, 1920))
    timeline = CaptionTimeline(below, derive_style(get_caption_style(name)).motion)
    for seconds in (0.0, 0.05, 1.5, 2.9):
        state = timeline.find_state(seconds)
        assert state is not None
        assert sorted(word.index for word in state.words) == list(range(10))
        assert all(word.pose.scale == 1 and word.sweep == 1 for word in state.words)


def test_lines_are_broken_between_phrases_where_a_language_has_no_spaces() -> None:
    line = SubtitleLine(text="这是 最好的", start=0, end=1)
    assert split_line(line, "zh") == ("这", "是", "最好", "的")
    assert split_line(SubtitleLine(text="Olá , mundo", start=0, end=1), "pt") == ("Olá ,", "mundo")


def test_without_a_translation_captions_stay_where_they_are() -> None:
    style, frame = get_caption_style("classic"), (1080, 1920)
    place = interpolate_place(placements_of(style), *frame)
    group = CaptionGroup((CaptionWord("ONE", 0, 1),), 0, 1)
    blocks = lay_out_groups([group], style, place, frame, measure)
    assert place_blocks(blocks, [], place, frame) == (blocks, [])

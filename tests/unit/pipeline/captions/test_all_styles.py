"""Every style in frames of every shape, with its own fonts and any words: nothing is cut off, and nothing overlaps."""

import math
from collections.abc import Sequence
from itertools import pairwise
from operator import attrgetter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.captions.motion import LEGIBLE_BLUR, MAX_BLUR_SECONDS
from models.jobs.caption_styles import get_caption_style, load_caption_styles
from models.jobs.transcript import Word
from pipeline.captions.boxes import Box
from pipeline.captions.composition import compose_blocks
from pipeline.captions.drawing.painter import CaptionPainter
from pipeline.captions.layout import CaptionBlock, PlacedWord
from pipeline.captions.motion_states import AT_REST
from pipeline.captions.scripts import to_upper
from pipeline.captions.timeline import CaptionTimeline
from pipeline.media.overlay import BT709, Overlay
from pipeline.media.transcode import Canvas

FRAMES = [(1080, 1920), (1080, 1080), (1920, 1080), (640, 360)]
STYLES = list(load_caption_styles())
LETTERS = "abcdefghijklmnopqrstuvwxyzçãéíõúñABCDEFGHIJKLMNOPQRSTUVWXYZ"
LONGEST = "pneumoultramicroscopicossilicovulcanoconi"  # 41 letters

some_words = st.lists(
    st.one_of(
        st.text(LETTERS, min_size=1, max_size=12),
        st.text(LETTERS, min_size=13, max_size=45),
        st.sampled_from(
            ["R$", "1.200", "30%", "a", "WWWWWWWWWWWWWWWWWWWW", "illiilliillii", "fjord,", "Ótimo!", LONGEST]
        ),
    ),
    min_size=1,
    max_size=9,
)
both = pytest.mark.parametrize(("name", "frame"), [(name, frame) for name in STYLES for frame in FRAMES])


def compose(name: str, frame: tuple[int, int], texts: Sequence[str]) -> list[CaptionBlock]:
    words = [Word(text=text, start=0.4 * n, end=0.4 * n + 0.35) for n, text in enumerate(texts)]
    return compose_blocks(words, get_caption_style(name), frame, "pt")


def ink_of(word: PlacedWord, name: str) -> Box:
    """The letters of a word without their stroke."""
    stroke = get_caption_style(name).base.stroke
    width = math.ceil(stroke.width * word.size) if stroke else 0
    return word.box.expand(-width, -width)


def split_lines(block: CaptionBlock) -> list[list[PlacedWord]]:
    baselines = sorted({word.baseline for word in block.words})
    return [
        sorted((word for word in block.words if word.baseline == baseline), key=attrgetter("x"))
        for baseline in baselines
    ]


@both
@settings(max_examples=6, deadline=None)
@given(texts=some_words)
def test_no_word_leaves_the_frame_and_no_two_overlap(name: str, frame: tuple[int, int], texts: list[str]) -> None:
    for block in compose(name, frame, texts):
        lines = split_lines(block)
        for word in block.words:
            assert 0 <= block.box.left <= word.box.left
            assert word.box.right <= block.box.right <= frame[0]
            assert 0 <= block.box.top <= word.box.top
            assert word.box.bottom <= block.box.bottom <= frame[1]
        for line in lines:
            assert all(ink_of(left, name).right <= ink_of(right, name).left + 2 for left, right in pairwise(line))
        for above, below in pairwise(lines):
            letters, edge = max(ink_of(word, name).bottom for word in above), max(word.box.bottom for word in above)
            assert letters <= min(word.box.top for word in below)  # no stroke covers the letters of another line
            assert edge <= min(ink_of(word, name).top for word in below)


@both
@settings(max_examples=4, deadline=None)
@given(texts=some_words)
def test_all_letters_are_shown_once_and_in_order(name: str, frame: tuple[int, int], texts: list[str]) -> None:
    style = get_caption_style(name)
    shown = "".join(word.text for block in compose(name, frame, texts) for word in block.words)
    said = "".join(text.rstrip(style.group.drop) for text in texts)
    assert shown == (to_upper(said, "pt") if style.font.case == "upper" else said)


@both
def test_a_word_of_forty_letters_is_legible(name: str, frame: tuple[int, int]) -> None:
    blocks = compose(name, frame, [LONGEST])
    usual = compose(name, frame, ["casa"])[0].size
    assert "".join(word.text for block in blocks for word in block.words).lower() == LONGEST
    assert all(block.size >= max(9, 0.3 * usual) for block in blocks)


def has_ink_outside(overlay: Overlay, frame: tuple[int, int]) -> bool:
    """Whether anything of an overlay lies beyond the frame."""
    rows, columns = np.nonzero(overlay.luma_transparency < 250)
    if not len(rows):
        return False
    across, down = columns + overlay.x, rows + overlay.y
    return bool(across.min() < 0 or down.min() < 0 or across.max() >= frame[0] or down.max() >= frame[1])


@pytest.mark.parametrize("frame", [(360, 640), (360, 360), (640, 360)])
@pytest.mark.parametrize("name", STYLES)
def test_nothing_that_is_drawn_is_cut_off_while_it_moves(name: str, frame: tuple[int, int]) -> None:
    blocks = compose(name, frame, ["Olá,", LONGEST, "R$", "1.200", "jogamos", "já", "WWWWWWWWWWWWWWWW", "fim!"])
    painter = CaptionPainter(blocks, get_caption_style(name), Canvas(*frame, 25, BT709), "en")
    for block in blocks:
        for seconds in (block.start, block.start + 0.04, block.start + 0.12, (block.start + block.end) / 2):
            assert not any(has_ink_outside(overlay, frame) for overlay in painter(seconds))


def compose_lines(name: str, frame: tuple[int, int], texts: Sequence[str], language: str = "pt") -> list[CaptionBlock]:
    """Captions whose words have estimated times."""
    words = [
        Word(text=text, start=0.4 * n, end=0.4 * n + 0.35, has_estimated_times=True) for n, text in enumerate(texts)
    ]
    return compose_blocks(words, get_caption_style(name), frame, language)


@pytest.mark.parametrize("name", sorted(set(STYLES) - {"clean"}))
def test_lines_that_are_highlighted_whole_come_in_by_a_motion_and_are_in_focus_at_their_time(name: str) -> None:
    style = get_caption_style(name)
    (block, *_) = compose_lines(name, FRAMES[0], ["bom", "dia", "a", "todos"])
    timeline = CaptionTimeline([block], style.motion)
    states = [timeline.find_state(step / 100) for step in range(int(100 * block.end))]
    poses = [[word.pose for word in state.words] for state in states if state]
    assert all(len(each) == len(block.words) for each in poses)
    assert all(pose.blur <= LEGIBLE_BLUR for each in poses[round(100 * MAX_BLUR_SECONDS) :] for pose in each)
    moved = [step for step, each in enumerate(poses) if set(each) != {AT_REST}]
    assert len(moved) >= 8
    assert moved[-1] < 60


@pytest.mark.parametrize("texts", [("Olá,", "R$", "1.200", "jogamos", "fim!"), ("مرحبا", "يا", "أصدقاء", "اليوم")])
@pytest.mark.parametrize("name", STYLES)
def test_all_that_a_line_draws_while_it_comes_in_is_in_its_box(name: str, texts: tuple[str, ...]) -> None:
    blocks = compose_lines(name, (540, 960), texts, "ar" if texts[0] == "مرحبا" else "pt")
    painter = CaptionPainter(blocks, get_caption_style(name), Canvas(540, 960, 25, BT709), "pt")
    for block in blocks:
        for step in range(8):
            for overlay in painter(block.start + 0.04 * step):
                rows, columns = np.nonzero(overlay.luma_transparency < 250)
                if len(rows):
                    assert block.box.left <= columns.min() + overlay.x
                    assert columns.max() + overlay.x < block.box.right
                    assert block.box.top <= rows.min() + overlay.y
                    assert rows.max() + overlay.y < block.box.bottom

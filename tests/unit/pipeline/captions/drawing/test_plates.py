"""Plates behind words: one for a word being spoken, and one for a line that is highlighted as a whole."""

from itertools import pairwise

import numpy as np
import pytest

from models.captions.style import CaptionStyle
from models.jobs.caption_styles import get_caption_style, load_caption_styles
from models.jobs.transcript import Word
from pipeline.captions.composition import compose_blocks
from pipeline.captions.drawing.painter import CaptionPainter
from pipeline.captions.drawing.plates import build_group_plate
from pipeline.captions.layout import CaptionBlock
from pipeline.media.overlay import BT709
from pipeline.media.transcode import Canvas
from pipeline.previews.drawing import draw_frame
from tools.previews.sentences import SENTENCES, list_words

FRAME = (540, 960)
WITH_PLATES = [name for name, style in load_caption_styles().items() if style.active.plate]
TEXTS = ["We", "type", "a", "big", "day"]


def draw(style: CaptionStyle, blocks: list[CaptionBlock], seconds: float) -> np.ndarray:
    painter = CaptionPainter(blocks, style, Canvas(*FRAME, 25, BT709), "en")
    return draw_frame(painter, np.full((FRAME[1], FRAME[0], 3), 90, np.uint8), seconds)


def compose(style: CaptionStyle, *, has_estimated_times: bool) -> list[CaptionBlock]:
    words = [
        Word(text=text, start=n * 0.3, end=n * 0.3 + 0.3, has_estimated_times=has_estimated_times)
        for n, text in enumerate(TEXTS)
    ]
    return compose_blocks(words, style, FRAME, "en")


def is_filled(picture: np.ndarray, style: CaptionStyle) -> np.ndarray:
    assert style.active.plate is not None
    colour = bytes.fromhex(style.active.plate.fill[1:])
    return np.abs(picture.astype(int) - list(colour)).max(axis=2) < 40


@pytest.mark.parametrize("name", WITH_PLATES)
def test_a_line_that_is_highlighted_whole_has_one_plate_without_notches(name: str) -> None:
    style = get_caption_style(name)
    pad = style.active.plate.pad if style.active.plate else 0
    for block in compose(style, has_estimated_times=True):
        filled = is_filled(draw(style, [block], block.end - 0.01), style)
        for baseline in {word.baseline for word in block.words}:
            line = sorted((word for word in block.words if word.baseline == baseline), key=lambda word: word.box.left)
            top, bottom = baseline - (0.74 + pad) * block.size, baseline + (0.06 + pad) * block.size
            for before, after in pairwise(line):
                middle = (before.box.right + after.box.left) // 2
                assert filled[round(top) + 3 : round(bottom) - 3, middle - 2 : middle + 2].all()


@pytest.mark.parametrize("name", WITH_PLATES)
def test_a_word_with_a_time_of_its_own_has_a_plate_of_its_own(name: str) -> None:
    style = get_caption_style(name)
    block = next(each for each in compose(style, has_estimated_times=False) if len(each.words) > 1)
    filled = is_filled(draw(style, [block], block.words[1].start + 0.25), style)
    columns = np.nonzero(filled.any(axis=0))[0]
    word = block.words[1].box
    assert abs((columns.min() + columns.max()) / 2 - (word.left + word.right) / 2) < 4
    assert columns.max() - columns.min() < word.width + block.size


@pytest.mark.parametrize("name", [name for name, style in load_caption_styles().items() if style.base.plate])
@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_no_letter_of_any_script_comes_near_the_edge_of_a_plate_and_the_box_holds_the_plate(
    name: str, language: str
) -> None:
    style = get_caption_style(name)
    plate = style.base.plate
    assert plate is not None
    for block in compose_blocks(list_words(language), style, FRAME, language):
        overlay = build_group_plate(block, plate, BT709)
        rows = np.nonzero((overlay.luma_transparency < 250).any(axis=1))[0] + overlay.y
        clear = 0.35 * plate.pad * block.size
        assert rows.min() <= min(word.box.top for word in block.words) - clear + 1
        assert rows.max() + 1 >= max(word.box.bottom for word in block.words) + clear - 1
        assert block.box.top <= rows.min()
        assert block.box.bottom > rows.max()


def test_plates_of_one_script_are_equally_tall_with_and_without_letters_that_reach_far() -> None:
    style = get_caption_style("plate")
    assert style.base.plate is not None
    for language, texts in {"ar": ("سلام", "نجح"), "pt": ("oca", "peixe"), "th": ("กา", "นี่")}.items():
        blocks = [compose_blocks([Word(text=text, start=0, end=1)], style, FRAME, language)[0] for text in texts]
        heights = {build_group_plate(block, style.base.plate, BT709).height for block in blocks}
        assert max(heights) - min(heights) <= 2

"""Plates of captions: one behind a whole group, and one behind each line that is highlighted as a whole."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

import numpy as np
from PIL import Image

from models.captions.style import BackgroundBox
from pipeline.captions.boxes import Box, bounding_box_of
from pipeline.captions.drawing.overhang import ACCENT_WIDTH
from pipeline.captions.drawing.word_painting import draw_plate
from pipeline.captions.layout import CaptionBlock, PlacedWord, find_plate_box
from pipeline.media.overlay import ColourMatrix, Overlay

_SLACK: Final = 0.6  # of the pad, which ink beyond the letters of its script may use up


def build_group_plate(block: CaptionBlock, plate: BackgroundBox, matrix: ColourMatrix) -> Overlay:
    """The plate behind all words of a block."""
    return _build_plate(block.words, plate, block.size, matrix, is_rtl=block.is_rtl)


def build_line_plates(block: CaptionBlock, plate: BackgroundBox, matrix: ColourMatrix) -> list[Overlay]:
    """A plate behind each line of a block: those of neighbouring words would meet, with a notch between their round
    corners.
    """
    words = sorted(block.words, key=attrgetter("baseline"))
    lines = [list(line) for _, line in groupby(words, attrgetter("baseline"))]
    return [_build_plate(line, plate, block.size, matrix, is_rtl=block.is_rtl) for line in lines]


def _build_plate(
    words: Sequence[PlacedWord], plate: BackgroundBox, size: int, matrix: ColourMatrix, *, is_rtl: bool
) -> Overlay:
    box = bounding_box_of([find_plate_box(word, _SLACK * plate.pad) for word in words])
    margin = int((plate.pad + ACCENT_WIDTH) * size) + 2
    image = Image.new("RGBA", (box.width + 2 * margin, box.height + 2 * margin))
    left, top = box.left - margin, box.top - margin
    draw_plate(image, Box(margin, margin, margin + box.width, margin + box.height), plate, size, is_rtl=is_rtl)
    return Overlay.from_rgba(np.asarray(image), left, top, matrix)

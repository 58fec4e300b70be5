"""Written title of a scene: the ink of its letters, and the strokes with which they are written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pipeline.captions.glyphs.rasterization import InkBounds, render_glyphs
from pipeline.captions.glyphs.shaping import UNITS, PlacedGlyph
from pipeline.sketch.scene_types import InkLine
from pipeline.sketch.strokes import pen_timing
from pipeline.sketch.titles.glyph_strokes import list_word_strokes
from pipeline.sketch.titles.title_layout import TitleLayout, TitleWord
from pipeline.sketch.types import Image, Points

_POINT_SPACING = 1.3  # pixels between points of a stroke
_STROKE_SECONDS = 0.09  # of writing one stroke without haste
_INK_COVERAGE = 127  # of 255, from which a pixel is of a letter
_MAX_SHARE = 0.38  # of the time of drawing


@dataclass(frozen=True, slots=True)
class WrittenTitle:
    """The strokes of a title in film pixels, in the order of writing, and the coverage of its letters (0 to 255) over
    the rows of the film from `top` on.
    """

    strokes: tuple[Points, ...]
    coverage: Image
    top: int

    def count_frames(self, frames: int, fps: int) -> int:
        """Frames for writing the title of a drawing of `frames` frames."""
        return max(1, min(round(_STROKE_SECONDS * fps * len(self.strokes)), round(_MAX_SHARE * frames)))

    def list_lines(self) -> Iterator[InkLine]:
        """The strokes with the width of the letters where they run."""
        widths = 2 * cv2.distanceTransform((self.coverage > _INK_COVERAGE).astype(np.uint8), cv2.DIST_L2, 5)
        for stroke in self.strokes:
            columns, rows = np.round(stroke - (0, self.top)).astype(int).T
            inside = np.clip(rows, 0, widths.shape[0] - 1), np.clip(columns, 0, widths.shape[1] - 1)
            yield InkLine(stroke, np.maximum(widths[inside], 1))

    def draw(self, luma: Image, ink_luma: int) -> None:
        """Blend the letters into a plane of luma where they are darker than it."""
        rows = slice(self.top, self.top + self.coverage.shape[0])
        share = self.coverage.astype(np.float32) / 255
        blended = luma[rows] + share * (ink_luma - luma[rows].astype(np.float32))
        luma[rows] = blended.round().astype(np.uint8)

    def copy_rows(self, source: Image, target: Image) -> None:
        """Copy the rows of the title from one plane of luma to another."""
        rows = slice(self.top, self.top + self.coverage.shape[0])
        target[rows] = source[rows]


def write_title(layout: TitleLayout, width: int, top: int) -> WrittenTitle:
    """Write a title in a film `width` pixels wide, its layout moved down by `top` pixels."""
    strokes = [
        pen_timing.resample(stroke + np.array((word.x, word.y + top), np.float32), _POINT_SPACING)
        for word in layout.words
        for stroke in list_word_strokes(word.shaped.glyphs, is_rtl=word.is_rtl)
    ]
    bounds = InkBounds(0, 0, width, layout.height)
    coverage = render_glyphs(list(_place_glyphs(layout.words)), bounds, 0)
    return WrittenTitle(tuple(strokes), coverage, top)


def _place_glyphs(words: Sequence[TitleWord]) -> Iterator[PlacedGlyph]:
    """The glyphs of all words from the corner of the film."""
    for word in words:
        for glyph in word.shaped.glyphs:
            yield replace(glyph, x=glyph.x + round(word.x * UNITS), y=glyph.y - round(word.y * UNITS))

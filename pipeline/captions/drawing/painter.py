"""Painter of captions: the overlays of every frame of a film."""

from collections.abc import Sequence

from models.captions.style import CaptionStyle
from pipeline.captions.boxes import Box
from pipeline.captions.drawing.word_bitmaps import WordBitmaps
from pipeline.captions.layout import CaptionBlock
from pipeline.captions.timeline import CaptionTimeline
from pipeline.media.overlay import Overlay
from pipeline.media.transcode import Canvas

_LEAD_FRAMES = 0.2  # of a frame: a word is highlighted this much early rather than almost a frame late


class CaptionPainter:
    """Returns the overlays of a frame by its time; `above` and `below` the captions are those of every frame."""

    def __init__(
        self,
        blocks: Sequence[CaptionBlock],
        style: CaptionStyle,
        canvas: Canvas,
        language: str,
        above: Sequence[Overlay] = (),
        below: Sequence[Overlay] = (),
    ) -> None:
        self._blocks = blocks
        self._timeline = CaptionTimeline(blocks, style.motion, lead=_LEAD_FRAMES / canvas.fps)
        self._bitmaps = WordBitmaps(style, language, canvas.matrix)
        self._above = above
        self._below = below

    def __call__(self, seconds: float) -> list[Overlay]:
        state = self._timeline.find_state(seconds)
        found = self._bitmaps.build_overlays(self._blocks[state.block_index], state) if state else []
        return [*self._below, *found, *self._above]

    def find_box(self, seconds: float) -> Box | None:
        """The box of the captions that are visible at a time."""
        state = self._timeline.find_state(seconds)
        return self._blocks[state.block_index].box if state else None

"""Progress bar: how much of a film is over, as a thin line at the lower edge of the safe area."""

from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from models.captions.colours import choose_ground
from models.captions.placement import CaptionPlacement, SafeArea
from models.captions.style import CaptionStyle
from pipeline.captions.boxes import Box
from pipeline.captions.editing.accent import find_accent
from pipeline.media.editing.layers import Layer
from pipeline.media.overlay import ColourMatrix, Overlay
from pipeline.media.overlay_effects import crop_columns
from pipeline.media.transcode import Canvas

_THICKNESS: Final = 0.013  # of the shorter side of the frame
_GAP: Final = 0.016  # of the shorter side, between captions and the bar
_TRACK_OPACITY: Final = 0.55
_SUPERSAMPLING: Final = 4


class ProgressBar:
    """Painter of the bar; it moves by two pixels at a time."""

    def __init__(self, style: CaptionStyle, safe: SafeArea, canvas: Canvas) -> None:
        box, accent = find_bar_box(safe, (canvas.width, canvas.height)), find_accent(style)
        self._left, self._width = box.left, box.width
        self._track = _draw_line(box, choose_ground(accent), _TRACK_OPACITY, canvas.matrix)
        self._whole = _draw_line(box, accent, 1.0, canvas.matrix)
        self._seconds = canvas.seconds
        self._shown: tuple[int, list[Layer]] = (-1, [])

    def __call__(self, seconds: float) -> list[Layer]:
        share = min(1.0, max(0.0, seconds / self._seconds)) if self._seconds > 0 else 1.0
        edge = self._left + round(share * self._width)
        edge -= edge % 2
        if self._shown[0] != edge:
            self._shown = edge, [self._track, crop_columns(self._whole, self._left - 2, edge)]
        return self._shown[1]


def find_bar_box(safe: SafeArea, size: tuple[int, int]) -> Box:
    """Where the bar is in frames of (width, height) pixels."""
    margin, thickness = max(safe.left, safe.right) * size[0], _measure_thickness(*size)
    left, bottom = round(margin), round((1 - safe.bottom) * size[1])
    return Box(left, bottom - thickness, left + max(2, round(size[0] - 2 * margin)), bottom)


def reserve_space(place: CaptionPlacement, size: tuple[int, int]) -> CaptionPlacement:
    """A place for captions on frames of (width, height) that leaves room for the bar."""
    height = _measure_thickness(*size) + _GAP * min(size)
    safe = place.safe.model_copy(update={"bottom": place.safe.bottom + height / size[1]})
    return place.model_copy(update={"safe": safe})


def _measure_thickness(width: int, height: int) -> int:
    return max(4, 2 * round(_THICKNESS * min(width, height) / 2))


def _draw_line(box: Box, colour: str, opacity: float, matrix: ColourMatrix) -> Overlay:
    """A line with round ends."""
    large = Image.new("L", (box.width * _SUPERSAMPLING, box.height * _SUPERSAMPLING))
    bounds = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(bounds, large.height / 2, fill=round(255 * opacity))
    image = Image.new("RGBA", (box.width, box.height), colour)
    image.putalpha(large.resize((box.width, box.height), Image.Resampling.BOX))
    return Overlay.from_rgba(np.asarray(image), box.left, box.top, matrix)

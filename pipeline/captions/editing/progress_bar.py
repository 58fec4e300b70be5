"""Progress bar: how much of a film is over, as a thin line at the lower edge of the safe area."""

from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from models.captions.colours import choose_ground
from models.captions.placement import CaptionPlacement, SafeArea
from models.captions.style import CaptionStyle
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
        margin = max(safe.left, safe.right) * canvas.width
        thickness = _measure_thickness(canvas.width, canvas.height)
        self._left, self._width = round(margin), max(2, round(canvas.width - 2 * margin))
        top, accent = round((1 - safe.bottom) * canvas.height) - thickness, find_accent(style)
        place = (self._left, top, self._width, thickness)
        self._track = _draw_line(place, choose_ground(accent), _TRACK_OPACITY, canvas.matrix)
        self._whole = _draw_line(place, accent, 1.0, canvas.matrix)
        self._seconds = canvas.seconds
        self._shown: tuple[int, list[Layer]] = (-1, [])

    def __call__(self, seconds: float) -> list[Layer]:
        share = min(1.0, max(0.0, seconds / self._seconds)) if self._seconds > 0 else 1.0
        edge = self._left + round(share * self._width)
        edge -= edge % 2
        if self._shown[0] != edge:
            self._shown = edge, [self._track, crop_columns(self._whole, self._left - 2, edge)]
        return self._shown[1]


def reserve_space(place: CaptionPlacement, size: tuple[int, int]) -> CaptionPlacement:
    """A place for captions on frames of (width, height) that leaves room for the bar."""
    height = _measure_thickness(*size) + _GAP * min(size)
    safe = place.safe.model_copy(update={"bottom": place.safe.bottom + height / size[1]})
    return place.model_copy(update={"safe": safe})


def _measure_thickness(width: int, height: int) -> int:
    return max(4, 2 * round(_THICKNESS * min(width, height) / 2))


def _draw_line(place: tuple[int, int, int, int], colour: str, opacity: float, matrix: ColourMatrix) -> Overlay:
    """A line with round ends at (left, top, width, height)."""
    left, top, width, height = place
    large = Image.new("L", (width * _SUPERSAMPLING, height * _SUPERSAMPLING))
    box = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(box, large.height / 2, fill=round(255 * opacity))
    image = Image.new("RGBA", (width, height), colour)
    image.putalpha(large.resize((width, height), Image.Resampling.BOX))
    return Overlay.from_rgba(np.asarray(image), left, top, matrix)

"""Finish in pencil: tones in layers of hatching whose grain is that of graphite on paper, or of chalk on a board."""

from dataclasses import dataclass

import cv2
import numpy as np

from models.jobs.finishes import FinishStyle
from pipeline.sketch.canvas import Placement
from pipeline.sketch.finishes.drawn_lines import DrawnLines, label_regions
from pipeline.sketch.finishes.filling import Filling, FillPass
from pipeline.sketch.finishes.painted_area import cover_with_lines, paste_paint
from pipeline.sketch.grounds import textures
from pipeline.sketch.planes import YuvPlanes
from pipeline.sketch.types import Array, Floats, Image

_SMOOTHING = (7, 40, 9)  # of the picture's tones: bilateral filter's diameter, levels, pixels
_DARKEST, _LIGHTEST = 0.02, 0.97  # quantiles of the picture's tones that are black and white in the drawing
_MIN_TONE_RANGE = 60  # levels between these at least
_STREAK_LENGTH, _STREAK_WIDTH = 0.10, 0.0042  # units: of one line of a hatching
_SOFTNESS = 0.85  # how gradually a line appears with growing tone, in units of full tone
_STREAK_WEIGHT = 0.62  # of the lines against the paper's grain
_MIN_TONE = 12  # of 255: lighter tones are left as board


@dataclass(frozen=True, slots=True)
class HatchLayer:
    """One layer of hatching: its tool's path and its lines (degrees), the tones from which and up to which it grows.

    `opacity` is the greatest share of the board it covers.
    """

    slant: float
    angle: float
    low: float
    high: float
    opacity: float


_LAYERS = (HatchLayer(8.0, -52.0, 0.08, 1.2, 0.74), HatchLayer(-14.0, -78.0, 0.42, 1.3, 0.80))


def plan_graphite(style: FinishStyle, placement: Placement, lines: DrawnLines) -> Filling:
    """Plan the shading, the darker tones in a second layer."""
    widths = (style.min_width, style.max_width)
    tone = measure_tone(placement)
    labels, first_face = label_regions(placement, lines.faces)
    passes: list[FillPass] = []
    shaded = placement.ground.copy_planes()
    for number, layer in enumerate(_LAYERS):
        amount = _scale_tone(tone, layer)
        mask = amount > _MIN_TONE
        if mask.any():
            _shade(shaded, placement, amount, layer, number)
            target = cover_with_lines(shaded, placement, lines)
            passes.append(FillPass(target, labels, mask, layer.slant, first_face, layer.angle))
    return Filling(lines.planes, tuple(passes), widths)


def measure_tone(placement: Placement) -> Image:
    """How much is shaded at each pixel of the working copy, 0 to 255: what is dark, on a dark board what is light."""
    grey = cv2.cvtColor(placement.working_copy, cv2.COLOR_RGB2GRAY)
    smooth = cv2.bilateralFilter(grey, *_SMOOTHING)
    if placement.is_on_board:
        return cv2.absdiff(smooth, np.full_like(smooth, placement.board_level))
    black, white = (float(np.quantile(smooth[::4, ::4], share)) for share in (_DARKEST, _LIGHTEST))
    white = max(white, black + _MIN_TONE_RANGE)
    tones = np.clip((np.arange(256) - black) / (white - black), 0, 1)
    return np.asarray(
        cv2.LUT(smooth, np.rint(255 * (tones if placement.ground.is_dark else 1 - tones)).astype(np.uint8))
    )


def _scale_tone(tone: Image, layer: HatchLayer) -> Image:
    """Tones of one layer, 0 to 255."""
    amounts = np.clip((np.arange(256) / 255 - layer.low) / (layer.high - layer.low), 0, 1)
    return np.asarray(cv2.LUT(tone, np.rint(255 * amounts).astype(np.uint8)))


def _shade(board: YuvPlanes, placement: Placement, amount: Image, layer: HatchLayer, number: int) -> None:
    """Lay one layer of hatching over a board."""
    height, width = placement.picture.shape[:2]
    unit = placement.ground.unit
    size = (width, height)
    streaks = textures.create_streaks(size, _STREAK_LENGTH * unit, _STREAK_WIDTH * unit, layer.angle, seed=5 + number)
    grain = textures.create_grain(size, unit, 7 + number, textures.FINE_GRAIN)
    texture = cv2.addWeighted(streaks, _STREAK_WEIGHT, grain, 1 - _STREAK_WEIGHT, 0)
    full: Array = cv2.resize(amount, size, interpolation=cv2.INTER_LINEAR).astype(np.uint16)
    opacity = _build_deposit(layer)[full * 256 + texture]
    paint = YuvPlanes(
        *(
            np.full(shape, value, np.uint8)
            for shape, value in zip(
                ((height, width), (height // 2, width // 2), (height // 2, width // 2)),
                placement.ground.ink,
                strict=True,
            )
        )
    )
    paste_paint(board, placement, paint, opacity)


def _build_deposit(layer: HatchLayer) -> Image:
    """Table of opacities (0 to 255) by tone and texture: dark tones fill what light ones leave between the lines."""
    tones: Floats = np.linspace(0, 1, 256, dtype=np.float32)[:, None]
    threshold: Array = _equalize_texture()[None, :]
    share = np.clip((tones * (1 + _SOFTNESS) - threshold) / _SOFTNESS, 0, 1)
    share[tones[:, 0] * 255 <= _MIN_TONE] = 0
    return np.rint(255 * layer.opacity * share).astype(np.uint8).ravel()


def _equalize_texture() -> Floats:
    """Share of the texture's pixels below each of its levels, which are normally distributed."""
    levels = (np.arange(256) - 128) / 36
    shares: Floats = (1 / (1 + np.exp(-1.7 * levels))).astype(np.float32)
    return shares

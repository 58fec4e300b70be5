"""Reveals of drawn lines on any board."""

import cv2
import numpy as np

from pipeline.sketch.grounds.ground import Ground
from pipeline.sketch.painting.rasterize import INK_LUMA, Reveal, build_reveal
from pipeline.sketch.planes import WHITE_LUMA, YuvPlanes
from pipeline.sketch.types import Array, Image, Mask


def measure_ink(luma: Image) -> Image:
    """Share of ink at each pixel, 0 to 255, from the luma of dark lines on white."""
    shares = (WHITE_LUMA - np.arange(256)) * 255 / (WHITE_LUMA - INK_LUMA)
    return np.asarray(cv2.LUT(luma, np.clip(np.rint(shares), 0, 255).astype(np.uint8)))


def reveal_ink(
    times: Array, is_ink: Mask, ground: Ground, drawn: YuvPlanes, total: int
) -> tuple[tuple[Reveal, ...], tuple[tuple[Reveal, ...], ...]]:
    """Reveals of the lines' luma, and of their chroma where that of the board is another.

    `times` are the frames, of `total`, of the pixels of `is_ink`; `drawn` is the board with all lines.
    """
    luma = build_reveal(times, np.flatnonzero(is_ink), drawn.y[is_ink], total)
    if ground.has_chroma_of_ink:
        return (luma,), ((), ())
    rows, columns = np.nonzero(is_ink)
    pixels, first = np.unique(rows // 2 * (is_ink.shape[1] // 2) + columns // 2, return_index=True)
    return (luma,), tuple((build_reveal(times[first], pixels, plane.ravel()[pixels], total),) for plane in drawn.chroma)

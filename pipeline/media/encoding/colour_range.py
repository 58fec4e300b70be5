"""Conversion of 8-bit 4:2:0 from full to limited range, rounded; FFmpeg's is off by half a level in chroma."""

from typing import Final

import cv2
import numpy as np
from av import VideoFrame
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from pipeline.media.encoding.planes import copy_properties, planes_of

Table = NDArray[np.uint8]


def _build_table(span: int, neutral: int, limited_neutral: int) -> Table:
    """Samples of limited range by those of full range, of which `span` levels are used."""
    samples = (np.arange(256) - neutral) / 255 * span + limited_neutral
    return np.clip(np.rint(samples), 0, 255).astype(np.uint8)


_LUMA: Final = _build_table(219, 0, 16)
_CHROMA: Final = _build_table(224, 128, 128)


def limit_range(frame: VideoFrame) -> VideoFrame:
    """A copy of the frame in limited range."""
    result = VideoFrame(frame.width, frame.height, "yuv420p")
    for source, target, table in zip(planes_of(frame), planes_of(result), (_LUMA, _CHROMA, _CHROMA), strict=True):
        target[...] = cv2.LUT(source, table)
    copy_properties(frame, result)
    result.color_range = ColorRange.MPEG
    return result

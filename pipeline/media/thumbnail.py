"""Thumbnail: the small JPEG a messenger shows before a film is played."""

from pathlib import Path

import numpy as np
from av import VideoFrame
from av.video.reformatter import Interpolation
from numpy.typing import NDArray
from PIL import Image

_QUALITY = 85
MAX_SIDE = 320  # pixels: the maximum Telegram accepts


def write_thumbnail(picture: NDArray[np.uint8], path: Path, max_side: int = MAX_SIDE) -> Path:
    """Write an RGB picture (height x width x 3) as a JPEG of at most `max_side` pixels a side; never enlarged."""
    image = Image.fromarray(picture, "RGB")
    image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    image.save(path, "JPEG", quality=_QUALITY, optimize=True)
    return path


class ThumbnailPicker:
    """Picks the first frame at or after a time (seconds), or the first frame of a shorter film, as the thumbnail."""

    def __init__(self, time: float) -> None:
        self._time = time
        self._picture: NDArray[np.uint8] | None = None
        self._is_final = False

    def offer_frame(self, frame: VideoFrame, seconds: float) -> None:
        if self._is_final or (self._picture is not None and seconds < self._time):
            return
        scale = min(1.0, MAX_SIDE / max(frame.width, frame.height))
        size = (max(1, round(frame.width * scale)), max(1, round(frame.height * scale)))
        small = frame.reformat(*size, "rgb24", interpolation=Interpolation.AREA)
        self._picture = small.to_ndarray().astype(np.uint8, copy=False)
        self._is_final = seconds >= self._time

    def save(self, path: Path) -> Path:
        return path if self._picture is None else write_thumbnail(self._picture, path)

"""Thumbnail: the small JPEG a messenger shows before a film is played."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_QUALITY = 85
SIDE = 320  # pixels: the maximum Telegram accepts


def thumbnail(picture: NDArray[np.uint8], path: Path, side: int = SIDE) -> Path:
    """Write an RGB picture (height x width x 3) as a JPEG of at most `max_side` pixels a side; never enlarged."""
    image = Image.fromarray(picture, "RGB")
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    image.save(path, "JPEG", quality=_QUALITY, optimize=True)
    return path

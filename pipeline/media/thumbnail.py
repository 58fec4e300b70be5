"""Thumbnail: the small JPEG a messenger shows before a film is played."""

from pathlib import Path

import numpy as np
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

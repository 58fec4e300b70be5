"""The small JPEG a messenger shows before a film is played."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_QUALITY = 85
SIDE = 320  # pixels: the most Telegram takes


def thumbnail(picture: NDArray[np.uint8], path: Path, side: int = SIDE) -> Path:
    """Write an RGB picture (height x width x 3) as a JPEG no side of which is over `side` pixels; never enlarged."""
    image = Image.fromarray(picture, "RGB")
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    image.save(path, "JPEG", quality=_QUALITY, optimize=True)
    return path

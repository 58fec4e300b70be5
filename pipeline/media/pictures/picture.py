"""A decoded picture, and the board it is seen on."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

WHITE_LEVEL: Final = 255  # grey level of a whiteboard


@dataclass(frozen=True, slots=True)
class Picture:
    """Height x width x 3 RGB pixels, and the grey level of the board that transparent parts show."""

    pixels: NDArray[np.uint8]
    board_level: int = WHITE_LEVEL

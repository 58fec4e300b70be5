"""Size of a film in pixels and placement of each picture on its whiteboard."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from models.films import SketchOptions
from pipeline.sketch.arrays import Image

_LONG, _SHORT = 1280, 480  # pixels: longest side of a film sized by its picture, and shortest side where possible
_NARROWEST = 3.0  # greatest aspect ratio of such a film; narrower pictures get white margins
_WORK = 450_000  # pixels of the working copy in which lines and regions are detected, whatever the film's size
_WHITE = 255


@dataclass(frozen=True, slots=True)
class Placement:
    """A picture at its size on the board, its top left corner (`x`, `y`, even pixels), and its smaller working copy."""

    picture: Image
    x: int
    y: int
    work: Image

    @property
    def scale(self) -> tuple[float, float]:
        """Film pixels per pixel of the working copy, horizontally and vertically."""
        return self.picture.shape[1] / self.work.shape[1], self.picture.shape[0] / self.work.shape[0]


def film_size(pictures: Sequence[Image], options: SketchOptions) -> tuple[int, int]:
    """Return width and height of the film in pixels, both even; a missing one follows the first picture's aspect."""
    height, width = pictures[0].shape[:2]
    if options.width and options.height:
        return _even(options.width), _even(options.height)
    if options.width:
        return _even(options.width), _even(max(64, options.width * height / width))
    if options.height:
        return _even(max(64, options.height * width / height)), _even(options.height)
    return _fitting(width, height)


def _fitting(width: int, height: int) -> tuple[int, int]:
    aspect = min(max(width / height, 1 / _NARROWEST), _NARROWEST)
    longer = max(width, height)
    least = _SHORT * max(aspect, 1 / aspect)
    longer = round(min(_LONG, max(longer, least)))
    sides = (longer, longer / aspect) if aspect >= 1 else (longer * aspect, longer)
    return _even(sides[0]), _even(sides[1])


def _even(side: float) -> int:
    return max(2, 2 * round(side / 2))


def place(picture: Image, size: tuple[int, int]) -> Placement:
    """Fit a picture into a film of `size` (width, height) without distorting it, centred on the board."""
    width, height = size
    scale = min(width / picture.shape[1], height / picture.shape[0])
    fitted = [_even(side * scale) for side in (picture.shape[1], picture.shape[0])]
    inner = [side if abs(side - inside) < 4 else inside for side, inside in zip(size, fitted, strict=True)]
    resized = _resized(picture, inner[0], inner[1])
    return Placement(resized, _half(width - inner[0]), _half(height - inner[1]), _working(resized))


def _half(gap: int) -> int:
    return gap // 4 * 2


def _resized(picture: Image, width: int, height: int) -> Image:
    shrinks = width < picture.shape[1]
    way = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return cv2.resize(picture, (width, height), interpolation=way)


def _working(picture: Image) -> Image:
    height, width = picture.shape[:2]
    scale = min(1.0, float(np.sqrt(_WORK / (width * height))))
    return _resized(picture, max(8, round(width * scale)), max(8, round(height * scale)))


def on_board(placement: Placement, size: tuple[int, int]) -> Image:
    """Return the whole board as an RGB image, white around the picture."""
    board = np.full((size[1], size[0], 3), _WHITE, np.uint8)
    height, width = placement.picture.shape[:2]
    board[placement.y : placement.y + height, placement.x : placement.x + width] = placement.picture
    return board

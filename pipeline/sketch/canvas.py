"""Size of a film in pixels and placement of each picture on its whiteboard."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from models.jobs.film_sizes import fit_aspect, parse_aspect
from models.jobs.options import SketchOptions
from pipeline.media.pictures.picture import Picture
from pipeline.sketch.titles.title_layout import lay_out_title
from pipeline.sketch.types import Image

_MIN_SIDE = 480  # pixels: shortest side, where possible, of a film sized by its picture
_MAX_ASPECT = 3.0  # greatest aspect ratio of such a film; narrower pictures get white margins
_WORKING_PIXELS = (
    450_000  # pixels of the working copy in which lines and regions are detected, whatever the film's size
)
_MIDDLE_GREY = 128  # level of a board: darker ones are drawn on with chalk


@dataclass(frozen=True, slots=True)
class Placement:
    """A picture at its size on the board, its top left corner (`x`, `y`, even pixels), and its smaller working copy.

    `board_level` is the grey level of the board.
    """

    picture: Image
    x: int
    y: int
    working_copy: Image
    board_level: int

    @property
    def is_dark(self) -> bool:
        """Whether the board is a dark one, on which lines are light."""
        return self.board_level < _MIDDLE_GREY

    @property
    def scale(self) -> tuple[float, float]:
        """Film pixels per pixel of the working copy, horizontally and vertically."""
        return self.picture.shape[1] / self.working_copy.shape[1], self.picture.shape[0] / self.working_copy.shape[0]


def choose_film_size(pictures: Sequence[Picture], options: SketchOptions) -> tuple[int, int]:
    """Return width and height of the film in pixels, both even; a missing one follows the first picture's aspect."""
    height, width = pictures[0].pixels.shape[:2]
    if options.width and options.height:
        return _round_to_even(options.width), _round_to_even(options.height)
    if options.width:
        return _round_to_even(options.width), _round_to_even(max(64, options.width * height / width))
    if options.height:
        return _round_to_even(max(64, options.height * width / height)), _round_to_even(options.height)
    own_aspect = min(max(width / height, 1 / _MAX_ASPECT), _MAX_ASPECT)
    sides = fit_aspect(parse_aspect(options.aspect) or own_aspect, options.resolution)
    scale = _limit_scale(max(width, height), sides) if options.aspect == options.resolution == "auto" else 1.0
    size = _round_to_even(sides[0] * scale), _round_to_even(sides[1] * scale)
    return _add_title_height(size, options.title) if options.aspect == "auto" else size


def _limit_scale(picture_side: int, sides: tuple[float, float]) -> float:
    """Factor on a film's sides that makes it no larger than its picture, but not tiny."""
    return min(1.0, max(picture_side / max(sides), _MIN_SIDE / min(sides)))


def _add_title_height(size: tuple[int, int], title: str) -> tuple[int, int]:
    """Size of a film in which a title has room above a picture that would have all of `size`."""
    layout = lay_out_title(title, size, float(np.sqrt(size[0] * size[1] * 9 / 16)))
    if layout is None:
        return size
    height = size[1] + layout.height
    scale = min(1.0, max(size) / height)
    return _round_to_even(size[0] * scale), _round_to_even(height * scale)


def _round_to_even(side: float) -> int:
    return max(2, 2 * round(side / 2))


def place_picture(picture: Picture, size: tuple[int, int], title_height: int = 0) -> Placement:
    """Fit a picture into a film of `size` (width, height) without distorting it, centred on the board together with a
    title of `title_height` pixels above it.
    """
    width, height = size[0], size[1] - title_height
    stored_height, stored_width = picture.pixels.shape[:2]
    scale = min(width / stored_width, height / stored_height)
    fitted_size = [_round_to_even(side * scale) for side in (stored_width, stored_height)]
    inner_size = [
        side if abs(side - inside) < 4 else inside for side, inside in zip((width, height), fitted_size, strict=True)
    ]
    resized = _resize(picture.pixels, inner_size[0], inner_size[1])
    return Placement(
        resized,
        _halve_to_even(width - inner_size[0]),
        title_height + _halve_to_even(height - inner_size[1]),
        _make_working_copy(resized),
        picture.board_level,
    )


def _halve_to_even(gap: int) -> int:
    return gap // 4 * 2


def _resize(picture: Image, width: int, height: int) -> Image:
    is_smaller = width < picture.shape[1]
    interpolation = cv2.INTER_AREA if is_smaller else cv2.INTER_CUBIC
    return cv2.resize(picture, (width, height), interpolation=interpolation)


def _make_working_copy(picture: Image) -> Image:
    height, width = picture.shape[:2]
    scale = min(1.0, float(np.sqrt(_WORKING_PIXELS / (width * height))))
    return _resize(picture, max(8, round(width * scale)), max(8, round(height * scale)))


def render_board(placement: Placement, size: tuple[int, int]) -> Image:
    """Return the whole board as an RGB image, empty around the picture."""
    board = np.full((size[1], size[0], 3), placement.board_level, np.uint8)
    height, width = placement.picture.shape[:2]
    board[placement.y : placement.y + height, placement.x : placement.x + width] = placement.picture
    return board

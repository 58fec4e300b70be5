"""Size of a film in pixels and placement of each picture on its whiteboard."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from models.jobs.film_sizes import fit_aspect, parse_aspect
from models.jobs.options import SIDE_BY_SIDE, SketchOptions
from pipeline.media.pictures.picture import Picture
from pipeline.media.rectangle import Rectangle
from pipeline.sketch.album_layout import choose_board_aspect
from pipeline.sketch.grounds.ground import Ground
from pipeline.sketch.titles.title_layout import lay_out_title
from pipeline.sketch.types import Image

_MIN_SIDE = 480  # pixels: shortest side, where possible, of a film sized by its picture
_MAX_ASPECT = 3.0  # greatest aspect ratio of such a film; narrower pictures get white margins
_WORKING_PIXELS = (
    450_000  # pixels of the working copy in which lines and regions are detected, whatever the film's size
)
_MIDDLE_GREY = 128  # level from which a board is a light one
_BOARD_TOLERANCE = 14  # levels by which a picture's background may differ from its board
_MIN_BOARD_SHARE = 0.86  # share of a picture's border that is its board, unless it is a photograph


@dataclass(frozen=True, slots=True)
class Placement:
    """A picture at its size on the board, its top left corner (`x`, `y`, even pixels), and its smaller working copy.

    `board_level` is the grey level of the picture's own background; `is_on_board` says that it has one, as line art
    has, in place of which the `ground` is seen. A photograph with a margin has board on all sides.
    """

    picture: Image
    x: int
    y: int
    working_copy: Image
    ground: Ground
    board_level: int
    is_on_board: bool
    has_margin: bool

    @property
    def is_dark(self) -> bool:
        """Whether lines follow what is light in the picture, which is seen only on a dark board."""
        return self.board_level < _MIDDLE_GREY

    @property
    def is_reversed(self) -> bool:
        """Whether light and dark are swapped: the white board of line art is a dark one."""
        return self.is_on_board and self.ground.is_dark and not self.is_dark

    @property
    def is_hatched(self) -> bool:
        """Whether dark areas are hatched: chalk would make those of a photograph light."""
        return self.is_on_board or self.is_dark == self.ground.is_dark

    @property
    def area(self) -> tuple[slice, slice]:
        """Rows and columns of the board under the picture."""
        height, width = self.picture.shape[:2]
        return slice(self.y, self.y + height), slice(self.x, self.x + width)

    @property
    def scale(self) -> tuple[float, float]:
        """Film pixels per pixel of the working copy, horizontally and vertically."""
        return self.picture.shape[1] / self.working_copy.shape[1], self.picture.shape[0] / self.working_copy.shape[0]


def unit_for(size: tuple[int, int]) -> float:
    """Reference length of all sizes in a film of `size`, in pixels: the height of a 16:9 film of this area."""
    return float(np.sqrt(size[0] * size[1] * 9 / 16))


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
    if options.album == SIDE_BY_SIDE and len(pictures) > 1:
        own_aspect = choose_board_aspect(len(pictures), own_aspect)
    sides = fit_aspect(parse_aspect(options.aspect) or own_aspect, options.resolution)
    scale = _limit_scale(max(width, height), sides) if options.aspect == options.resolution == "auto" else 1.0
    size = _round_to_even(sides[0] * scale), _round_to_even(sides[1] * scale)
    return _add_title_height(size, options.title) if options.aspect == "auto" else size


def _limit_scale(picture_side: int, sides: tuple[float, float]) -> float:
    """Factor on a film's sides that makes it no larger than its picture, but not tiny."""
    return min(1.0, max(picture_side / max(sides), _MIN_SIDE / min(sides)))


def _add_title_height(size: tuple[int, int], title: str) -> tuple[int, int]:
    """Size of a film in which a title has room above a picture that would have all of `size`."""
    layout = lay_out_title(title, size, unit_for(size))
    if layout is None:
        return size
    height = size[1] + layout.height
    scale = min(1.0, max(size) / height)
    return _round_to_even(size[0] * scale), _round_to_even(height * scale)


def _round_to_even(side: float) -> int:
    return max(2, 2 * round(side / 2))


def place_picture(picture: Picture, ground: Ground, margin: float = 0.0, area: Rectangle | None = None) -> Placement:
    """Fit a picture into an area of a board, by default all of it, without distorting it, and centre it there.

    A photograph has a `margin` around it, in units.
    """
    is_on_board = has_board_background(picture)
    inset = _round_to_even(margin * ground.unit) if margin and not is_on_board else 0
    area = area or Rectangle(0, 0, *ground.size)
    width, height = area.right - area.left, area.bottom - area.top
    inside = (max(2, width - 2 * inset), max(2, height - 2 * inset))
    resized = _resize(picture.pixels, *_fit_inside(picture.pixels.shape[1::-1], inside))
    x, y = (_halve_to_even(gap) for gap in (width - resized.shape[1], height - resized.shape[0]))
    return Placement(
        resized,
        area.left + x,
        area.top + y,
        _make_working_copy(resized),
        ground,
        picture.board_level,
        is_on_board,
        has_margin=inset > 0,
    )


def _fit_inside(stored_size: tuple[int, ...], inside: tuple[int, int]) -> tuple[int, int]:
    scale = min(inside[0] / stored_size[0], inside[1] / stored_size[1])
    fitted_size = [_round_to_even(side * scale) for side in stored_size]
    width, height = (side if abs(side - limit) < 4 else limit for limit, side in zip(fitted_size, inside, strict=True))
    return width, height


def has_board_background(picture: Picture) -> bool:
    """Whether a picture is drawn on a board of its own: nearly all of its border has the board's level."""
    pixels = picture.pixels
    depth = max(1, min(pixels.shape[:2]) // 100)
    sides = (pixels[:depth], pixels[-depth:], pixels[:, :depth], pixels[:, -depth:])
    border = np.concatenate([side.reshape(-1, 3) for side in sides])
    is_board = np.abs(border.astype(np.int16) - picture.board_level).max(axis=1) <= _BOARD_TOLERANCE
    return float(is_board.mean()) >= _MIN_BOARD_SHARE


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

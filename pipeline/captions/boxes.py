"""Pixel rectangles."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """Rectangle in pixels; the right and bottom edges are exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    def expand(self, dx: int, dy: int) -> "Box":
        """Return a box with `dx` pixels more on the left and right, `dy` on the top and bottom."""
        return Box(self.left - dx, self.top - dy, self.right + dx, self.bottom + dy)

    def scale(self, scale: float, margin: float = 0.0) -> "Box":
        """Return a box scaled around its middle, with a margin in pixels."""
        grow_x, grow_y = ((scale - 1) / 2 * side for side in (self.width, self.height))
        return self.expand(math.ceil(margin + grow_x), math.ceil(margin + grow_y))

    def compute_shift(self, area: tuple[float, float, float, float]) -> tuple[int, int]:
        """Offset (dx, dy) that moves the box into an area of (left, top, right, bottom), or centres it there if it is
        too large.
        """
        left, top, right, bottom = area
        dy = _compute_axis_shift(self.top, self.bottom, top, bottom)
        return _compute_axis_shift(self.left, self.right, left, right), dy

    def move(self, dx: int, dy: int) -> "Box":
        return Box(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def clip_to(self, width: int, height: int) -> "Box":
        """Return the part inside a frame of (width, height)."""
        return Box(max(0, self.left), max(0, self.top), min(width, self.right), min(height, self.bottom))


def _compute_axis_shift(low: int, high: int, minimum: float, maximum: float) -> int:
    if high - low > maximum - minimum:
        return round((minimum + maximum - low - high) / 2)
    return math.ceil(max(0, minimum - low)) - math.ceil(max(0, high - maximum))


def bounding_box_of(boxes: Sequence[Box]) -> Box:
    """Return the smallest box that contains all of them."""
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )

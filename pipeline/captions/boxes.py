"""Pixel rectangles."""

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

    def move(self, dx: int, dy: int) -> "Box":
        return Box(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def clip_to(self, width: int, height: int) -> "Box":
        """Return the part inside a frame of (width, height)."""
        return Box(max(0, self.left), max(0, self.top), min(width, self.right), min(height, self.bottom))


def bounding_box_of(boxes: Sequence[Box]) -> Box:
    """Return the smallest box that contains all of them."""
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )

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

    def grown(self, across: int, down: int) -> "Box":
        """Return a box with `dx` pixels more on the left and right, `dy` on the top and bottom."""
        return Box(self.left - across, self.top - down, self.right + across, self.bottom + down)

    def moved(self, dx: int, dy: int) -> "Box":
        return Box(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def within(self, width: int, height: int) -> "Box":
        """Return the part inside a frame of (width, height)."""
        return Box(max(0, self.left), max(0, self.top), min(width, self.right), min(height, self.bottom))


def around(boxes: Sequence[Box]) -> Box:
    """Return the smallest box that contains all of them."""
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )

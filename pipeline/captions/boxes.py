"""Rectangles of pixels."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """Pixels; the right and bottom edges are outside."""

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
        """With so many pixels more on either side."""
        return Box(self.left - across, self.top - down, self.right + across, self.bottom + down)

    def moved(self, dx: int, dy: int) -> "Box":
        return Box(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def within(self, width: int, height: int) -> "Box":
        """The part inside a frame."""
        return Box(max(0, self.left), max(0, self.top), min(width, self.right), min(height, self.bottom))


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box that holds them all."""
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )

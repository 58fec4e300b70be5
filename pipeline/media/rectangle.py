"""Rectangle of pixels of a 4:2:0 frame."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Rectangle of a frame in pixels; right and bottom are exclusive.

    With even bounds chroma has the same rectangle at half size.
    """

    left: int
    top: int
    right: int
    bottom: int

    def to_slices(self, step: int) -> tuple[slice, slice]:
        """Return rows and columns of a plane with one sample for every `step` pixels."""
        return slice(self.top // step, self.bottom // step), slice(self.left // step, self.right // step)

    def shift(self, right: int, down: int) -> "Rectangle":
        """Return the rectangle moved by a number of pixels."""
        return Rectangle(self.left + right, self.top + down, self.right + right, self.bottom + down)

    def clip(self, width: int, height: int) -> "Rectangle":
        """Return the part that lies in a frame; its right is not after its left if there is none."""
        return Rectangle(max(0, self.left), max(0, self.top), min(width, self.right), min(height, self.bottom))

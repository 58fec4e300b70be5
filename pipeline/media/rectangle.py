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

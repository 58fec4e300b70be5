"""Shape of a stream's frames as displayed: the size in square pixels, after the rotation set in the file."""

import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from av import VideoFrame
from av.sidedata.sidedata import SideDataContainer, Type
from av.video.stream import VideoStream

_PIXEL_ASPECT_RANGE = (Fraction(1, 4), Fraction(4))  # aspect ratios of a pixel outside of these mean a broken header


@dataclass(frozen=True, slots=True)
class Orientation:
    """Transformation of stored pixels to displayed ones: transpose, then mirror horizontally, then flip vertically."""

    transpose: bool = False
    mirror: bool = False
    flip: bool = False


def orientation_of(frame: VideoFrame) -> Orientation:
    """The nearest of the eight right-angled orientations to the display matrix (ISO 14496-12, 8.3.2)."""
    side_data = cast("SideDataContainer", frame.side_data)
    matrix = next((data for data in side_data if data.type == Type.DISPLAYMATRIX), None)
    if matrix is None:
        return Orientation()
    a, b, _, c, d = struct.unpack("=5i", bytes(matrix)[:20])
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return Orientation(mirror=a < 0, flip=d < 0)
    return Orientation(transpose=True, mirror=c < 0, flip=b < 0)


def displayed_size_of(frame: VideoFrame, orientation: Orientation, pixel_aspect: Fraction | None) -> tuple[int, int]:
    """Displayed width and height; `pixel_aspect` is the width of a stored pixel by its height."""
    width, height = _square_pixel_size_of(frame, pixel_aspect)
    return (height, width) if orientation.transpose else (width, height)


class FrameShape:
    """Size and orientation of the frames of one stream, followed from frame to frame.

    The pixels' aspect ratio and the rotation are read at key frames: in H.264 other frames do not tell the latter, and
    reading the orientation from a frame's side data creates a reference cycle that keeps the frame's memory.
    """

    def __init__(self, stream: VideoStream) -> None:
        self._stream = stream
        self._pixel_aspect = stream.sample_aspect_ratio
        self._coded_aspect: Fraction | None = None
        self._shape: tuple[int, int, int] | None = None
        self.orientation = Orientation()
        self.displayed_size = (0, 0)  # pixels, rounded down to even

    def follow(self, frame: VideoFrame) -> bool:
        """Take the next frame; whether its shape is another one than before."""
        before, is_key = self._shape, frame.key_frame or self._shape is None
        if before and not is_key and before[:2] == (frame.width, frame.height):
            return False
        rotation = before[2] if before and not is_key else frame.rotation
        shape = frame.width, frame.height, rotation
        if not self._follow_aspect() and shape == before:
            return False
        self._shape = shape
        self.orientation = orientation_of(frame) if is_key else self.orientation
        width, height = displayed_size_of(frame, self.orientation, self._pixel_aspect)
        self.displayed_size = max(2, width - width % 2), max(2, height - height % 2)
        return True

    def _follow_aspect(self) -> bool:
        """Whether the codec's aspect ratio changed; until it does, that of the container counts."""
        coded = self._stream.codec_context.sample_aspect_ratio or Fraction(1)
        is_changed = self._coded_aspect not in {None, coded}
        self._coded_aspect = coded
        if is_changed:
            self._pixel_aspect = coded
        return is_changed


def _square_pixel_size_of(frame: VideoFrame, pixel_aspect: Fraction | None) -> tuple[int, int]:
    """The stored size in square pixels, with the shorter side of each pixel stretched to the longer."""
    if not pixel_aspect or not _PIXEL_ASPECT_RANGE[0] <= pixel_aspect <= _PIXEL_ASPECT_RANGE[1]:
        return frame.width, frame.height
    if pixel_aspect > 1:
        return round(frame.width * pixel_aspect), frame.height
    return frame.width, round(frame.height / pixel_aspect)

"""Conversion of decoded frames to 8-bit 4:2:0 in limited range, upright, with square pixels and even sides."""

import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, cast

import cv2
import numpy as np
from av import VideoFrame
from av.sidedata.sidedata import SideDataContainer, Type
from av.video.frame import PictureType
from av.video.plane import VideoPlane
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation, VideoReformatter

from pipeline.media.overlay import BT601, BT709, Matrix, Plane

_HIGH_RANGE = frozenset({ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67})
_COLOURSPACE_601 = frozenset({5, 6})  # AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M
_COLOURSPACE_709 = 1
_SD_HEIGHT = 576  # players assume BT.601 for untagged video up to this height
_SANE_PIXEL = (Fraction(1, 4), Fraction(4))  # aspect ratios of a pixel outside of these mean a broken header


class Planes(NamedTuple):
    """Views into the memory of one 4:2:0 frame."""

    y: Plane
    u: Plane
    v: Plane


class Colours(NamedTuple):
    """Colour tags of a film: numbers of ITU-T H.273, and the colour matrix that follows from them."""

    space: int
    primaries: int
    transfer: int
    matrix: Matrix


@dataclass(frozen=True, slots=True)
class Turn:
    """Transformation of stored pixels to displayed ones: transpose, then mirror horizontally, then flip vertically."""

    transpose: bool = False
    mirror: bool = False
    flip: bool = False


def turn_of(frame: VideoFrame) -> Turn:
    """The nearest of the eight right-angled orientations to the display matrix (ISO 14496-12, 8.3.2)."""
    kept = cast("SideDataContainer", frame.side_data)
    matrix = next((data for data in kept if data.type == Type.DISPLAYMATRIX), None)
    if matrix is None:
        return Turn()
    a, b, _, c, d = struct.unpack("=5i", bytes(matrix)[:20])
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return Turn(mirror=a < 0, flip=d < 0)
    return Turn(transpose=True, mirror=c < 0, flip=b < 0)


def displayed(frame: VideoFrame, turn: Turn, pixel: Fraction | None) -> tuple[int, int]:
    """Displayed width and height, rounded down to even; `pixel_aspect` is the width of a stored pixel by its height."""
    width, height = _squared(frame, pixel)
    if turn.transpose:
        width, height = height, width
    return max(2, width - width % 2), max(2, height - height % 2)


class Upright:
    """Converts the frames of one film to one displayed size.

    The orientation is read once, from the first frame: reading a frame's side data creates a reference cycle that keeps
    its memory. One reformatter serves all frames, as its tables are costly.
    """

    def __init__(self, size: tuple[int, int], turn: Turn) -> None:
        self._size = size
        self._turn = turn
        self._stored = (size[1], size[0]) if turn.transpose else size
        self._reformatter = VideoReformatter()

    def __call__(self, frame: VideoFrame) -> VideoFrame:
        """The converted frame; the same object if nothing had to be changed.

        High dynamic range (PQ, HLG) is mapped to BT.709. One row or column too many is cropped, not scaled.
        """
        plain = _plain(frame, _spared(frame, self._stored), self._reformatter)
        if self._turn != Turn() or (plain.width, plain.height) != self._stored:
            plain = _turned(plain, self._turn, self._size)
        plain.pict_type = PictureType.NONE  # else x264 would reuse the source's key frames
        return plain


def planes(frame: VideoFrame) -> Planes:
    """Writable views of the planes of a 4:2:0 frame."""
    return Planes(*(_view(plane) for plane in frame.planes[:3]))


def colours_of(frame: VideoFrame) -> Colours:
    """The colour tags of a frame as players interpret them."""
    untagged = frame.colorspace != _COLOURSPACE_709 and min(frame.width, frame.height) <= _SD_HEIGHT
    matrix = BT601 if untagged or frame.colorspace in _COLOURSPACE_601 else BT709
    return Colours(frame.colorspace, frame.color_primaries, frame.color_trc, matrix)


def _squared(frame: VideoFrame, pixel: Fraction | None) -> tuple[int, int]:
    """The stored size in square pixels, with the shorter side of each pixel stretched to the longer."""
    if not pixel or not _SANE_PIXEL[0] <= pixel <= _SANE_PIXEL[1]:
        return frame.width, frame.height
    if pixel > 1:
        return round(frame.width * pixel), frame.height
    return frame.width, round(frame.height / pixel)


def _spared(frame: VideoFrame, stored: tuple[int, int]) -> tuple[int, int]:
    """The size to scale to: that of the frame itself if only an odd row or column has to be cropped."""
    odd = (frame.width - stored[0], frame.height - stored[1])
    return (frame.width, frame.height) if set(odd) <= {0, 1} else stored


def _plain(frame: VideoFrame, size: tuple[int, int], reformatter: VideoReformatter) -> VideoFrame:
    """Convert to 8-bit 4:2:0 in limited range at a size."""
    width, height = size
    full = frame.color_range == ColorRange.JPEG or frame.format.name.startswith("yuvj")
    high = frame.color_trc in _HIGH_RANGE
    if frame.format.name == "yuv420p" and (frame.width, frame.height) == size and not full and not high:
        return frame
    return reformatter.reformat(
        frame,
        width,
        height,
        "yuv420p",
        interpolation=Interpolation.BICUBIC,
        src_color_range=ColorRange.JPEG if full else None,
        dst_color_range=ColorRange.MPEG,
        dst_colorspace=Colorspace.ITU709 if high or frame.format.is_rgb else None,
        dst_color_trc=ColorTrc.BT709 if high else None,
        dst_color_primaries=ColorPrimaries.BT709 if high else None,
        threads=1,
    )


def _turned(frame: VideoFrame, turn: Turn, size: tuple[int, int]) -> VideoFrame:
    fresh = VideoFrame(*size, "yuv420p")
    for source, target in zip(planes(frame), planes(fresh), strict=True):
        picture = cv2.transpose(source) if turn.transpose else source
        if turn.mirror or turn.flip:
            picture = cv2.flip(picture, (1 - turn.flip) if turn.mirror != turn.flip else -1)
        target[...] = picture[: target.shape[0], : target.shape[1]]
    fresh.pts, fresh.time_base = frame.pts, frame.time_base
    fresh.color_range, fresh.colorspace = frame.color_range, frame.colorspace
    fresh.color_primaries, fresh.color_trc = frame.color_primaries, frame.color_trc
    return fresh


def _view(plane: VideoPlane) -> Plane:
    rows: Plane = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: plane.height, : plane.width]

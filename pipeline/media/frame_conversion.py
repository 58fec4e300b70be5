"""Conversion of decoded frames to 8-bit 4:2:0 in limited range, upright, with square pixels and even sides."""

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import cv2
import numpy as np
from av import VideoFrame
from av.video.frame import PictureType
from av.video.plane import VideoPlane
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation, VideoReformatter
from av.video.stream import VideoStream

from pipeline.media.overlay import BT601, BT709, ColourMatrix, Plane
from pipeline.media.streams.frame_shape import FrameShape, Orientation

_HDR_TRANSFERS = frozenset({ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67})
_COLOURSPACE_601 = frozenset({5, 6})  # AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M
_COLOURSPACE_709 = 1
_SD_HEIGHT = 576  # players assume BT.601 for untagged video up to this height
_MAX_ROUNDING = 2  # pixels by which a fitted side may miss that of the film without a bar
_BLACK = (16, 128, 128)  # Y, U and V in limited range
_CHROMA_STEPS = (1, 2, 2)  # pixels of the frame for one of the plane


class Planes(NamedTuple):
    """Views into the memory of one 4:2:0 frame."""

    y: Plane
    u: Plane
    v: Plane


class ColourTags(NamedTuple):
    """Colour tags of a film: numbers of ITU-T H.273, and the colour matrix that follows from them."""

    space: int
    primaries: int
    transfer: int
    matrix: ColourMatrix


@dataclass(frozen=True, slots=True)
class _Placement:
    """How frames of one shape get onto a canvas.

    `stored_size` is what a frame is scaled to before it is turned; (left, top) is where it then lies, and `size` its
    sides there.
    """

    orientation: Orientation
    stored_size: tuple[int, int]
    left: int
    top: int
    size: tuple[int, int]


class FrameConverter:
    """Converts the frames of one film to one displayed size; those of another shape are fitted in with black bars.

    One reformatter serves all frames, as its tables are costly.
    """

    def __init__(self, size: tuple[int, int], stream: VideoStream) -> None:
        self._size = size
        self._shape = FrameShape(stream)
        self._placement = _Placement(Orientation(), size, 0, 0, size)
        self._reformatter = VideoReformatter()

    @property
    def source_pixels(self) -> int:
        """Area of the frame converted last, as displayed by itself."""
        return self._shape.displayed_size[0] * self._shape.displayed_size[1]

    def __call__(self, frame: VideoFrame) -> VideoFrame:
        """The converted frame; the same object if nothing had to be changed.

        High dynamic range (PQ, HLG) is mapped to BT.709. One row or column too many is cropped, not scaled.
        """
        if self._shape.follow(frame):
            self._placement = _place_frame(self._shape, self._size)
        placement = self._placement
        plain = _to_yuv420p(frame, _scale_target_for(frame, placement.stored_size), self._reformatter)
        if placement.orientation != Orientation() or (plain.width, plain.height) != self._size:
            plain = _compose_frame(plain, placement, self._size)
        plain.pict_type = PictureType.NONE  # else x264 would reuse the source's key frames
        return plain


def copy_frame(frame: VideoFrame) -> VideoFrame:
    """A 4:2:0 frame with the same pixels in memory of its own."""
    result = VideoFrame(frame.width, frame.height, "yuv420p")
    for source, target in zip(planes_of(frame), planes_of(result), strict=True):
        target[...] = source
    _copy_properties(frame, result)
    return result


def planes_of(frame: VideoFrame) -> Planes:
    """Writable views of the planes of a 4:2:0 frame."""
    return Planes(*(_view_plane(plane) for plane in frame.planes[:3]))


def colour_tags_of(frame: VideoFrame) -> ColourTags:
    """The colour tags of a frame as players interpret them."""
    is_untagged_sd = frame.colorspace != _COLOURSPACE_709 and min(frame.width, frame.height) <= _SD_HEIGHT
    matrix = BT601 if is_untagged_sd or frame.colorspace in _COLOURSPACE_601 else BT709
    return ColourTags(frame.colorspace, frame.color_primaries, frame.color_trc, matrix)


def _scale_target_for(frame: VideoFrame, stored_size: tuple[int, int]) -> tuple[int, int]:
    """The size to scale to: that of the frame itself if only an odd row or column has to be cropped."""
    excess = (frame.width - stored_size[0], frame.height - stored_size[1])
    return (frame.width, frame.height) if set(excess) <= {0, 1} else stored_size


def _to_yuv420p(frame: VideoFrame, size: tuple[int, int], reformatter: VideoReformatter) -> VideoFrame:
    """Convert to 8-bit 4:2:0 in limited range at a size."""
    width, height = size
    is_full_range = frame.color_range == ColorRange.JPEG or frame.format.name.startswith("yuvj")
    is_hdr = frame.color_trc in _HDR_TRANSFERS
    if frame.format.name == "yuv420p" and (frame.width, frame.height) == size and not is_full_range and not is_hdr:
        return frame
    return reformatter.reformat(
        frame,
        width,
        height,
        "yuv420p",
        interpolation=Interpolation.BICUBIC,
        src_color_range=ColorRange.JPEG if is_full_range else None,
        dst_color_range=ColorRange.MPEG,
        dst_colorspace=Colorspace.ITU709 if is_hdr or frame.format.is_rgb else None,
        dst_color_trc=ColorTrc.BT709 if is_hdr else None,
        dst_color_primaries=ColorPrimaries.BT709 if is_hdr else None,
        threads=1,
    )


def _place_frame(shape: FrameShape, canvas: tuple[int, int]) -> _Placement:
    width, height = shape.displayed_size
    scale = min(Fraction(canvas[0], width), Fraction(canvas[1], height))
    size = max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)
    if max(canvas[0] - size[0], canvas[1] - size[1]) <= _MAX_ROUNDING:
        size = canvas
    left, top = (canvas[0] - size[0]) // 4 * 2, (canvas[1] - size[1]) // 4 * 2
    stored_size = (size[1], size[0]) if shape.orientation.transpose else size
    return _Placement(shape.orientation, stored_size, left, top, size)


def _compose_frame(frame: VideoFrame, placement: _Placement, canvas: tuple[int, int]) -> VideoFrame:
    """Turn a frame and lay it onto a canvas, whose bars, if any, are black."""
    result, orientation = VideoFrame(*canvas, "yuv420p"), placement.orientation
    for source, target, black, step in zip(planes_of(frame), planes_of(result), _BLACK, _CHROMA_STEPS, strict=True):
        picture = cv2.transpose(source) if orientation.transpose else source
        if orientation.mirror or orientation.flip:
            picture = cv2.flip(picture, (1 - orientation.flip) if orientation.mirror != orientation.flip else -1)
        if placement.size != canvas:
            target[...] = black
        left, top = placement.left // step, placement.top // step
        width, height = placement.size[0] // step, placement.size[1] // step
        target[top : top + height, left : left + width] = picture[:height, :width]
    _copy_properties(frame, result)
    return result


def _copy_properties(source: VideoFrame, target: VideoFrame) -> None:
    target.pts, target.time_base = source.pts, source.time_base
    target.color_range, target.colorspace = source.color_range, source.colorspace
    target.color_primaries, target.color_trc = source.color_primaries, source.color_trc


def _view_plane(plane: VideoPlane) -> Plane:
    rows: Plane = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: plane.height, : plane.width]

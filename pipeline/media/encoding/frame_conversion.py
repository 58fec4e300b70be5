"""Conversion of decoded frames to 8-bit 4:2:0 in limited range, upright, with square pixels and even sides."""

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import cv2
from av import VideoFrame
from av.video.frame import PictureType
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from av.video.stream import VideoStream

from pipeline.media.encoding.colour_range import limit_range
from pipeline.media.encoding.planes import copy_properties, planes_of
from pipeline.media.encoding.tone_mapper import ToneMapper, is_hdr
from pipeline.media.overlay import BT601, BT709, BT2020, ColourMatrix
from pipeline.media.streams.frame_shape import FrameShape, Orientation

_PLAIN_FORMATS = frozenset({"yuv420p", "yuvj420p"})
_INTERPOLATION = Interpolation.BICUBIC | Interpolation.ACCURATE_RND
_BT709, _UNSPECIFIED = 1, 2  # in ITU-T H.273 the same numbers for matrix, primaries and transfer
_MATRICES = {1: BT709, 5: BT601, 6: BT601, 9: BT2020}  # by number in ITU-T H.273
_SD_HEIGHT = 576  # players assume BT.601 for untagged video up to this height
_MAX_ROUNDING = 2  # pixels by which a fitted side may miss that of the film without a bar
_BLACK = (16, 128, 128)  # Y, U and V in limited range
_CHROMA_STEPS = (1, 2, 2)  # pixels of the frame for one of the plane


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
        self._tone_mapper = ToneMapper()

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
        target = _scale_target_for(frame, placement.stored_size)
        if is_hdr(frame):
            plain = self._tone_mapper.convert(frame, target)
        else:
            plain = _to_yuv420p(frame, target, self._reformatter)
        if placement.orientation != Orientation() or (plain.width, plain.height) != self._size:
            plain = _compose_frame(plain, placement, self._size)
        plain.pict_type = PictureType.NONE  # else x264 would reuse the source's key frames
        return plain


def colour_tags_of(frame: VideoFrame, source_size: tuple[int, int]) -> ColourTags:
    """The colour tags of a film, from a converted frame and the displayed size of its source.

    What players assume of untagged video depends on its size: where a film is made so much smaller that they would
    assume something else of it, it is tagged.
    """
    space, primaries, transfer = frame.colorspace, frame.color_primaries, frame.color_trc
    matrix = _MATRICES.get(space)
    if matrix is None:
        is_sd = min(source_size) <= _SD_HEIGHT
        matrix = BT601 if is_sd else BT709
        if space == _UNSPECIFIED and not is_sd and min(frame.width, frame.height) <= _SD_HEIGHT:
            space, primaries, transfer = (
                tag if tag != _UNSPECIFIED else _BT709 for tag in (space, primaries, transfer)
            )
    return ColourTags(space, primaries, transfer, matrix)


def _scale_target_for(frame: VideoFrame, stored_size: tuple[int, int]) -> tuple[int, int]:
    """The size to scale to: that of the frame itself if only an odd row or column has to be cropped."""
    excess = (frame.width - stored_size[0], frame.height - stored_size[1])
    return (frame.width, frame.height) if set(excess) <= {0, 1} else stored_size


def _to_yuv420p(frame: VideoFrame, size: tuple[int, int], reformatter: VideoReformatter) -> VideoFrame:
    """Convert to 8-bit 4:2:0 in limited range at a size."""
    is_plain = frame.format.name in _PLAIN_FORMATS and (frame.width, frame.height) == size
    if frame.format.is_rgb or not _is_full_range(frame):
        return frame if is_plain else _scale(frame, size, reformatter, ColorRange.MPEG)
    return limit_range(frame if is_plain else _scale(frame, size, reformatter, ColorRange.JPEG))


def _scale(frame: VideoFrame, size: tuple[int, int], reformatter: VideoReformatter, target: ColorRange) -> VideoFrame:
    """Convert to 8-bit 4:2:0 in the target range."""
    return reformatter.reformat(
        frame,
        *size,
        "yuv420p",
        interpolation=_INTERPOLATION,
        src_color_range=ColorRange.JPEG if _is_full_range(frame) else None,
        dst_color_range=target,
        dst_colorspace=Colorspace.ITU709 if frame.format.is_rgb else None,
        threads=1,
    )


def _is_full_range(frame: VideoFrame) -> bool:
    return frame.color_range == ColorRange.JPEG or frame.format.name.startswith("yuvj")


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
    copy_properties(frame, result)
    return result

"""Hints of what changed since the previous frame, from which libx264 skips all other macroblocks unanalysed.

They are `AVVideoHint` side data of the frame (libavutil/video_hint.h), read by libx264 with `mb_info=1`. PyAV has no
call for it, so libavutil is called through ctypes with the `AVFrame` of PyAV's object. This is done only with the
versions whose memory layout is known; with any other one frames are encoded without hints, at a higher cost.
"""

import ctypes
from collections.abc import Sequence
from functools import cache
from typing import Final

import av
import av.frame

from pipeline.media.rectangle import Rectangle

_PYAV_MAJOR, _LIBAVUTIL_MAJOR = 18, 60  # versions whose layout is known
_POINTER_OFFSET: Final = 24  # bytes to the AVFrame pointer in PyAV's object: after Python's head and the method table
_SIZE_OFFSET: Final = 104  # bytes to width and height in AVFrame
_SIDE_DATA_TYPE, _SIDE_DATA_NAME = 27, b"Encoding video hint"  # AV_FRAME_DATA_VIDEO_HINT
_CHANGED: Final = 1  # AV_VIDEO_HINT_TYPE_CHANGED


class _VideoHint(ctypes.Structure):
    """Head of AVVideoHint; the rectangles lie `rectangle_offset` bytes after its start."""

    _fields_ = (
        ("rectangle_count", ctypes.c_size_t),
        ("rectangle_offset", ctypes.c_size_t),
        ("rectangle_size", ctypes.c_size_t),
        ("type", ctypes.c_int),
    )


class _VideoRectangle(ctypes.Structure):
    """AVVideoRect."""

    _fields_ = tuple((name, ctypes.c_uint32) for name in ("x", "y", "width", "height"))


@cache
def has_change_hints() -> bool:
    """Whether frames can carry hints with the installed PyAV and FFmpeg."""
    if int(av.__version__.split(".")[0]) != _PYAV_MAJOR or av.library_versions["libavutil"][0] != _LIBAVUTIL_MAJOR:
        return False
    library = _load_libavutil()
    return library is not None and library.av_frame_side_data_name(_SIDE_DATA_TYPE) == _SIDE_DATA_NAME


def set_change_hints(frame: av.VideoFrame, rectangles: Sequence[Rectangle]) -> None:
    """Declare that nothing but the rectangles changed since the previous frame; replaces earlier hints of the frame.

    Without effect where `has_change_hints` is false.
    """
    pointer = _find_frame(frame)
    library = _load_libavutil()
    if pointer is None or library is None:
        return
    library.av_frame_remove_side_data(pointer, _SIDE_DATA_TYPE)
    address = library.av_video_hint_create_side_data(pointer, len(rectangles))
    if address is None:
        return
    hint = _VideoHint.from_address(address)
    if hint.rectangle_size != ctypes.sizeof(_VideoRectangle):
        library.av_frame_remove_side_data(pointer, _SIDE_DATA_TYPE)
        return
    hint.type = _CHANGED
    stored = (_VideoRectangle * len(rectangles)).from_address(address + hint.rectangle_offset)
    for number, area in enumerate(rectangles):
        stored[number] = _VideoRectangle(area.left, area.top, area.right - area.left, area.bottom - area.top)


def clear_change_hints(frame: av.VideoFrame) -> None:
    """Remove the hints of a frame: all of it may have changed."""
    pointer = _find_frame(frame)
    library = _load_libavutil()
    if pointer is not None and library is not None:
        library.av_frame_remove_side_data(pointer, _SIDE_DATA_TYPE)


def _find_frame(frame: av.VideoFrame) -> int | None:
    """Address of the AVFrame of PyAV's object, checked by its first plane and its size; None where it is not known."""
    if not has_change_hints():
        return None
    pointer = ctypes.c_void_p.from_address(id(frame) + _POINTER_OFFSET).value
    if pointer is None or ctypes.c_void_p.from_address(pointer).value != frame.planes[0].buffer_ptr:
        return None
    size = (ctypes.c_int * 2).from_address(pointer + _SIZE_OFFSET)
    return pointer if (size[0], size[1]) == (frame.width, frame.height) else None


@cache
def _load_libavutil() -> ctypes.CDLL | None:
    """The functions of the very libavutil that PyAV uses, found through its extension module; None without them."""
    library = ctypes.CDLL(av.frame.__file__)
    try:
        library.av_frame_side_data_name.restype = ctypes.c_char_p
        library.av_frame_remove_side_data.argtypes = [ctypes.c_void_p, ctypes.c_int]
        library.av_frame_remove_side_data.restype = None
        library.av_video_hint_create_side_data.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
        library.av_video_hint_create_side_data.restype = ctypes.c_void_p
    except AttributeError:
        return None
    return library

"""Planes of 4:2:0 frames as arrays, and copies of frames."""

from typing import NamedTuple

import numpy as np
from av import VideoFrame
from av.video.plane import VideoPlane

from pipeline.media.overlay import Plane


class Planes(NamedTuple):
    """Views into the memory of one 4:2:0 frame."""

    y: Plane
    u: Plane
    v: Plane


def planes_of(frame: VideoFrame) -> Planes:
    """Writable views of the planes of a 4:2:0 frame."""
    return Planes(*(_view_plane(plane) for plane in frame.planes[:3]))


def copy_frame(frame: VideoFrame) -> VideoFrame:
    """A 4:2:0 frame with the same pixels in memory of its own."""
    result = VideoFrame(frame.width, frame.height, "yuv420p")
    for source, target in zip(planes_of(frame), planes_of(result), strict=True):
        target[...] = source
    copy_properties(frame, result)
    return result


def copy_properties(source: VideoFrame, target: VideoFrame) -> None:
    """Copy time and colour tags."""
    target.pts, target.time_base = source.pts, source.time_base
    target.color_range, target.colorspace = source.color_range, source.colorspace
    target.color_primaries, target.color_trc = source.color_primaries, source.color_trc


def _view_plane(plane: VideoPlane) -> Plane:
    rows: Plane = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: plane.height, : plane.width]

"""H.264 MP4 writer for planar YUV, with one frame buffer for the whole film."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from pipeline.media.encoding import change_hints
from pipeline.media.rectangle import Rectangle

Plane = NDArray[np.uint8]

_BT709 = 1  # of AVColorPrimaries, AVColorTransferCharacteristic and AVColorSpace alike
_LIMITED_RANGE = 1  # of AVColorRange


class Mp4Writer:
    """Writes an MP4: set the planes `y`, `u` and `v` (limited range BT.709, chroma at half size), then call `write`.

    The planes keep their contents, so only changed areas need be set again. `options` are libx264's, as from
    `pipeline.media.bitrate`; with `mb_info` areas that are declared unchanged cost next to nothing. Use it as a context
    manager; leaving it normally finishes the file with its index in front (faststart). Raises `av.error.FFmpegError`,
    which is also an `OSError` where the disk is the cause.
    """

    def __init__(self, path: Path, size: tuple[int, int], fps: int, options: Mapping[str, str]) -> None:
        width, height = size
        self._container = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        self._stream = self._container.add_stream("libx264", rate=fps, options=dict(options))
        _configure_stream(self._stream, width, height, fps)
        self._frame = av.VideoFrame(width, height, "yuv420p")
        _tag_frame(self._frame, fps)
        self.y, self.u, self.v = (_view_plane(plane) for plane in self._frame.planes)
        self.frame_count = 0

    def write(self, *, changed: Sequence[Rectangle] | None = None) -> None:
        """Encode the planes as the next frame; x264 copies them before this returns.

        Outside the rectangles `changed` the planes must be those of the previous frame; None means that all may differ.
        """
        if changed is None:
            change_hints.clear_change_hints(self._frame)
        else:
            change_hints.set_change_hints(self._frame, changed)
        self._frame.pts = self.frame_count
        self.frame_count += 1
        self._container.mux(self._stream.encode(self._frame))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._container.mux(self._stream.encode(None))
        finally:
            self._container.close()


def _configure_stream(stream: VideoStream, width: int, height: int, fps: int) -> None:
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.time_base = Fraction(1, fps)
    context = stream.codec_context
    context.time_base = Fraction(1, fps)
    context.color_range, context.colorspace = _LIMITED_RANGE, _BT709
    context.color_primaries, context.color_trc = _BT709, _BT709
    context.profile = "High"


def _tag_frame(frame: av.VideoFrame, fps: int) -> None:
    frame.color_range, frame.colorspace = _LIMITED_RANGE, _BT709
    frame.color_primaries, frame.color_trc = _BT709, _BT709
    frame.time_base = Fraction(1, fps)


def _view_plane(plane: Any) -> Plane:
    """A writable view of a plane's pixels, without the padding at the end of each row."""
    rows = np.frombuffer(cast("bytearray", plane), np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width]

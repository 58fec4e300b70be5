"""Encoding of frames with layers: each keeps its time but for what is cut out, and is repeated where the layers change
before the next.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import ceil
from typing import Final

from av import VideoFrame
from av.container import OutputContainer
from av.video.stream import VideoStream

from models.limits import load_limits
from pipeline.media.editing.cut_list import CutList
from pipeline.media.editing.layers import Layer
from pipeline.media.encoding.planes import copy_frame, planes_of
from pipeline.media.streams.source import TimeOrigins

REPEAT_RATE: Final = 30  # frames a second where layers change while the video's own frames are rare
SLOWEST_RATE: Final = 6  # frames a second of a video that are frequent enough for layers
_STEP: Final = Fraction(1, REPEAT_RATE)  # seconds
_MAX_DELAY: Final = 2  # frames by which x264 decodes before it shows, where there are B frames
_MAX_INTERVAL: Final = Fraction(1, SLOWEST_RATE)  # seconds


class FrameEncoder:
    """Converts, paints and encodes the frames of one film.

    A frame is held until the next one is there: only then it is known whether it must be repeated.
    """

    def __init__(
        self,
        stream: VideoStream,
        output: OutputContainer,
        convert: Callable[[VideoFrame], VideoFrame],
        paint: Callable[[float], Sequence[Layer]],
        origins: TimeOrigins,
        on_frame: Callable[[VideoFrame, float], None],
        cuts: CutList,
    ) -> None:
        self._stream = stream
        self._output = output
        self._convert = convert
        self._paint = paint
        self._origins = origins
        self._on_frame = on_frame
        self._cuts = cuts
        self._offered_time: Fraction | None = None  # seconds from the start of the media, of the frame offered last
        self._held: tuple[VideoFrame, Fraction] | None = None
        self._layers: Sequence[Layer] = ()
        self.last_time: Fraction | None = None  # seconds from the start of the film, of the frame encoded last
        self.frame_count = 0

    def offer_frame(self, frame: VideoFrame) -> None:
        """Take the next frame; one whose time is not after that of the last cannot be shown, and is dropped.

        Of those that are cut out the last one is shown where the cut ends, unless another begins there.
        """
        pts = frame.pts if frame.pts is not None else frame.dts
        if pts is None or frame.time_base is None:
            return
        time = pts * frame.time_base - self._origins.start
        if self._offered_time is not None and time <= self._offered_time:
            return
        self._offered_time, time = time, self._cuts.map_time(time)
        if self._held and time > self._held[1]:
            self._write_held(time)
        self._held = frame, time

    def finish(self, end: Fraction) -> None:
        """Show the last frame until `end` (seconds from the start of the film), where the sound ends, and flush."""
        if self._held and self._held[1] >= end and self.frame_count:
            self._held = None  # cut out
        last = self._write_held(end)
        # players end with the last decoding time, which is near the end only if the last frames all are
        delay = _MAX_DELAY if self._stream.codec_context.has_b_frames else 0
        for closing in (end - number * _STEP for number in range(1 + delay, 0, -1)):
            if last and self.last_time is not None and closing > self.last_time:
                self._encode(copy_frame(last), closing, self._layers)
        self._output.mux(self._stream.encode(None))

    def _write_held(self, until: Fraction) -> VideoFrame | None:
        """Encode the held frame, and repeat it until the next; returns an unpainted copy if that is far away."""
        if self._held is None:
            return None
        (frame, time), self._held = self._held, None
        converted = self._convert(frame)
        is_rare = until - time > _MAX_INTERVAL
        unpainted = copy_frame(converted) if is_rare else None
        self._encode(converted, time, self._paint(float(time)))
        if unpainted:
            for moment, layers in self._find_changes(time, until):
                self._encode(copy_frame(unpainted), moment, layers)
        return unpainted

    def _find_changes(self, start: Fraction, end: Fraction) -> Iterator[tuple[Fraction, Sequence[Layer]]]:
        """Times between two frames at which the layers are others than those painted last."""
        seconds = min(end - start, Fraction(load_limits().video.max_seconds))
        for number in range(1, ceil(seconds / _STEP)):
            time = start + number * _STEP
            layers = self._paint(float(time))
            if not _is_same(layers, self._layers):
                yield time, layers

    def _encode(self, frame: VideoFrame, time: Fraction, layers: Sequence[Layer]) -> None:
        _blend_layers(frame, layers)
        time_base = self._stream.codec_context.time_base
        frame.pts, frame.time_base = round((time + self._origins.film_start) / time_base), time_base
        self._output.mux(self._stream.encode(frame))
        self._layers, self.last_time = layers, time
        self.frame_count += 1
        self._on_frame(frame, float(time))


def _is_same(left: Sequence[Layer], right: Sequence[Layer]) -> bool:
    return len(left) == len(right) and all(a is b for a, b in zip(left, right, strict=True))


def _blend_layers(frame: VideoFrame, layers: Sequence[Layer]) -> None:
    if not layers:
        return
    frame.make_writable()  # the decoder may still reference a decoded frame
    target = planes_of(frame)
    for layer in layers:
        layer.blend(*target)

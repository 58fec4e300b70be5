"""Small pictures of a video at some of its times, for which as little as possible is decoded."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

from av import Packet, VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from pipeline.media.demux import PACKET_ERRORS, open_media
from pipeline.media.encoding.frame_conversion import FrameConverter
from pipeline.media.streams.source import SourceStreams, select_streams

Span: TypeAlias = tuple[float, float]
"""From when to when, seconds from the media's start."""

_DEFAULT_TICK: Final = Fraction(1, 1_000_000)  # seconds
_STILL_SIZE_CHANGE: Final = 0.05  # share of its bytes by which a key frame differs from the last of the same shot
_ALL: Final[tuple[Span, ...]] = ((-inf, inf),)


@dataclass(frozen=True, slots=True, eq=False)
class SampledFrame:
    """A picture of a video: RGB, upright, fitted into the size that was asked for; seconds from the media's start."""

    seconds: float
    picture: NDArray[Any]


def read_key_frames(
    path: Path, size: tuple[int, int], interval: float, spans: Sequence[Span] = _ALL, still_interval: float = 0.0
) -> Iterator[SampledFrame]:
    """The key frames of a video within spans, at least `interval` seconds apart; nothing else is decoded.

    One of about as many bytes as the last is mostly of the same shot: those are at least `still_interval` apart.
    Encoders set key frames where the picture changes as a whole, and otherwise every one to ten seconds. `size` has
    even sides. Raises what `open_media` and `select_streams` raise.
    """
    with open_media(path) as container:
        sampler = _FrameSampler(select_streams(container), size)
        last_time, last_bytes = -inf, 0
        for packet, seconds in sampler.read_packets():
            if not packet.is_keyframe or not any(start < seconds < end for start, end in spans):
                continue
            is_still = abs(packet.size - last_bytes) <= _STILL_SIZE_CHANGE * last_bytes
            if seconds >= last_time + max(interval, still_interval if is_still else 0.0):
                last_time, last_bytes = seconds, packet.size
                yield from sampler.decode_alone(packet, seconds)


def read_frames_between(
    path: Path, size: tuple[int, int], interval: float, spans: Sequence[Span]
) -> Iterator[SampledFrame]:
    """Frames at least `interval` seconds apart from spans, each from the time of a key frame to that of another.

    Only frames that others refer to are decoded. Raises what `read_key_frames` raises.
    """
    with open_media(path) as container:
        sampler = _FrameSampler(select_streams(container), size)
        sampler.skip_unreferenced()
        waiting = deque(sorted(spans))
        next_time = inf
        for packet, seconds in sampler.read_packets():
            if waiting and packet.is_keyframe and seconds >= waiting[0][1]:
                waiting.popleft()
                sampler.flush()
            if not waiting:
                return
            start, end = waiting[0]
            if packet.is_keyframe and seconds == start:
                next_time = seconds + interval
            if seconds >= start and next_time < end:
                for frame in sampler.decode(packet, next_time):
                    next_time = frame.seconds + interval
                    yield frame


class _FrameSampler:
    """Decodes chosen packets of the video, and makes its frames small."""

    def __init__(self, sources: SourceStreams, size: tuple[int, int]) -> None:
        self._sources = sources
        self._convert = FrameConverter(size, sources.video)
        self._codec = sources.video.codec_context
        sources.video.thread_type = "NONE"
        self._codec.options = {**self._codec.options, "skip_loop_filter": "all"}  # blocks do not matter in the small

    def skip_unreferenced(self) -> None:
        """Decode only frames that others refer to."""
        self._codec.skip_frame = "NONREF"

    def read_packets(self) -> Iterator[tuple["Packet[VideoStream]", float]]:
        """The video's packets that have a time, with it."""
        for packet in self._sources.read_packets():
            time = packet.pts if packet.pts is not None else packet.dts
            if packet.stream is self._sources.video and packet.size and time is not None:
                yield cast("Packet[VideoStream]", packet), self._to_seconds(time * packet.time_base)

    def decode_alone(self, packet: "Packet[VideoStream]", seconds: float) -> Iterator[SampledFrame]:
        """The frame of a key packet, without those around it."""
        frames = [*self._decode(packet), *self._decode(None)]
        self.flush()
        for frame in frames[:1]:
            yield self._sample(frame, seconds)

    def decode(self, packet: "Packet[VideoStream]", earliest: float) -> Iterator[SampledFrame]:
        """The first frame that is complete with this packet and not before a time."""
        for frame in self._decode(packet):
            if frame.pts is None or frame.time_base is None:
                continue
            if (seconds := self._to_seconds(frame.pts * frame.time_base)) >= earliest:
                yield self._sample(frame, seconds)
                return

    def flush(self) -> None:
        self._codec.flush_buffers()

    def _decode(self, packet: "Packet[VideoStream] | None") -> list[VideoFrame]:
        try:
            frames = list(self._codec.decode(packet))
        except PACKET_ERRORS:
            return []
        for frame in frames:
            if frame.time_base is None:  # those that a decoder gives without a packet
                frame.time_base = self._sources.video.time_base or _DEFAULT_TICK
        return frames

    def _sample(self, frame: VideoFrame, seconds: float) -> SampledFrame:
        return SampledFrame(seconds, self._convert(frame).to_ndarray(format="rgb24"))

    def _to_seconds(self, time: Fraction) -> float:
        return float(time - self._sources.origins.start)

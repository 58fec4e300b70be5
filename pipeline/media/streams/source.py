"""The streams of a file that films are made from, and what is found out about them before a film is made."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple, cast

import av
from av import Packet, VideoFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from models.errors import ErrorCode, RequestRejected
from pipeline.media.demux import open_media
from pipeline.media.streams.decoding import VideoDecoder
from pipeline.media.streams.frame_shape import FrameShape
from pipeline.media.streams.frame_times import FrameTimes, has_presentation_times
from pipeline.media.streams.joins import read_packets
from pipeline.media.streams.selection import choose_audio, choose_video
from pipeline.media.streams.statistics import StreamStats


@dataclass(frozen=True, slots=True)
class TimeOrigins:
    """Origins in seconds on a container's time line: `start` is where words count from, `shift` where a film begins."""

    start: Fraction
    shift: Fraction

    @property
    def film_start(self) -> Fraction:
        """Where words count from, on the film's time line."""
        return self.start - self.shift


@dataclass(frozen=True, slots=True)
class SourceStreams:
    """The chosen streams of an open container."""

    container: InputContainer
    video: VideoStream
    audio: AudioStream | None
    origins: TimeOrigins

    def read_packets(self) -> Iterator["Packet[Any]"]:
        """The packets of both, in the order of the file, on one time line."""
        return read_packets(self.container, [self.video, *([self.audio] if self.audio else [])])


class SourceMeasures(NamedTuple):
    """A film's source as counted: size in pixels, seconds, `end` on the container's time line, frames per second."""

    first_frame: VideoFrame
    size: tuple[int, int]
    seconds: float
    end: Fraction
    frame_rate: Fraction | None  # None if there are no two frames
    audio_bytes: int


def select_streams(container: InputContainer) -> SourceStreams:
    """Choose the streams. Raises RequestRejected: NO_PICTURE, FORMAT_NOT_SUPPORTED, AUDIO_NOT_SUPPORTED."""
    video = choose_video(container)
    if video is None:
        raise RequestRejected(ErrorCode.NO_PICTURE)
    start = Fraction(container.start_time or 0, av.time_base)
    # A transport stream starts at an arbitrary timestamp; in other formats a late start is intended.
    shift = start if container.format.name == "mpegts" else Fraction(0)
    return SourceStreams(container, video, choose_audio(container), TimeOrigins(start, shift))


def read_film_start(path: Path) -> float:
    """Seconds on the time line of a file's film that words count from. Raises as `open_media` and `select_streams`."""
    with open_media(path) as container:
        return float(select_streams(container).origins.film_start)


def measure_streams(sources: SourceStreams, *, is_size_varying: bool) -> SourceMeasures:
    """Count all packets, and decode the first frame, or all frames to find the largest if `is_size_varying`.

    Raises RequestRejected(BROKEN_FILE) if no frame can be decoded.
    """
    decoder, sizes = VideoDecoder(sources.video), _FrameSizes(sources.video)
    video, audio = StreamStats(), StreamStats()
    for packet in sources.read_packets():
        is_video = packet.stream is sources.video
        if packet.size:
            (video if is_video else audio).add_packet(packet)
        if is_video and (sizes.first_frame is None or is_size_varying):
            for frame in decoder.decode(cast("Packet[VideoStream]", packet)):
                sizes.add_frame(frame)
    if sizes.first_frame is None:
        raise RequestRejected(ErrorCode.BROKEN_FILE)
    end = max(video.last_frame_end, audio.end_time)
    seconds = float(end - sources.origins.start)
    return SourceMeasures(sizes.first_frame, sizes.largest, seconds, end, video.frame_rate, audio.byte_count)


def read_frame_times(path: Path) -> FrameTimes:
    """Read when each frame is shown, without decoding any. Raises what `open_media` and `select_streams` raise."""
    with open_media(path) as container:
        sources, video, audio = select_streams(container), StreamStats(), StreamStats()
        has_pts, start, times = has_presentation_times(sources.video), sources.origins.start, set[Fraction]()
        for packet in sources.read_packets():
            is_video = packet.stream is sources.video
            if packet.size:
                (video if is_video else audio).add_packet(packet)
            timestamp = packet.pts if has_pts else packet.dts
            if is_video and packet.size and not packet.is_discard and timestamp is not None and packet.time_base:
                times.add(timestamp * packet.time_base - start)
        return FrameTimes(tuple(sorted(times)), max(video.last_frame_end, audio.end_time) - start)


class _FrameSizes:
    """The first of some frames, and the displayed size of the largest."""

    def __init__(self, stream: VideoStream) -> None:
        self._shape = FrameShape(stream)
        self.first_frame: VideoFrame | None = None
        self.largest = (0, 0)

    def add_frame(self, frame: VideoFrame) -> None:
        self.first_frame = self.first_frame or frame
        if self._shape.follow(frame):
            self.largest = max(self.largest, self._shape.displayed_size, key=lambda size: size[0] * size[1])

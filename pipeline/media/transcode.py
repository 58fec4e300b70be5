"""Transcoding of a video with overlays on its frames: every frame keeps its time, the soundtrack is kept."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av import Packet, VideoFrame
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream

from models.errors import ErrorCode, ProcessingFailed, RequestRejected
from models.jobs.options import EncodingOptions, Film
from pipeline.media.bitrate import BitrateBudget, compute_budget, tighten_budget
from pipeline.media.demux import PACKET_ERRORS, is_cover_art, open_media
from pipeline.media.frame_conversion import (
    ColourTags,
    FrameConverter,
    Orientation,
    colour_tags_of,
    orientation_of,
    output_size_for,
    planes_of,
)
from pipeline.media.overlay import ColourMatrix, Overlay
from pipeline.media.soundtrack import BIT_RATE, create_soundtrack
from pipeline.media.thumbnail import ThumbnailPicker
from pipeline.progress import ProgressCallback

Painter = Callable[[float], Sequence[Overlay]]
"""Returns the overlays of a frame, back to front, by its time in seconds from the start of the media."""

_STAGE_NAME = "captions"
_DEFAULT_FPS = 30  # frames per second if the file does not say


@dataclass(frozen=True, slots=True)
class Canvas:
    """Frame format for a painter: displayed size in pixels, nominal frames per second, and colour matrix."""

    width: int
    height: int
    fps: float
    matrix: ColourMatrix


@dataclass(frozen=True, slots=True)
class _SourceStreams:
    container: InputContainer
    video: VideoStream
    audio: AudioStream | None
    time_base: Fraction  # seconds: the unit of the video's timestamps
    start_time: Fraction  # seconds: start of the media
    shift: Fraction  # seconds subtracted from every timestamp written


PainterFactory = Callable[[Canvas], Painter]


@dataclass(frozen=True, slots=True)
class _TranscodePlan:
    budget: BitrateBudget
    orientation: Orientation
    colours: ColourTags


def transcode(
    source: Path, out: Path, painter_factory: PainterFactory, encoding: EncodingOptions, progress: ProgressCallback
) -> Film:
    """Write `out`, an H.264 MP4 with its index in front, and its thumbnail, `out` with the suffix .jpg.

    With `encoding.max_bytes` the bit rate is capped and the size reduced where that looks better; a film that is still
    too large is encoded once more. Raises RequestRejected (NO_PICTURE, BROKEN_FILE, ...) and
    ProcessingFailed(FILM_TOO_BIG).
    """
    try:
        plan = _plan_transcode(source, encoding)
        film = _run_pass(source, out, painter_factory, plan, progress)
        if encoding.max_bytes is None or film.size <= encoding.max_bytes:
            return film
        plan = replace(plan, budget=tighten_budget(plan.budget, film.size, encoding.max_bytes))
        film = _run_pass(source, out, painter_factory, plan, _ignore_progress)
    except av.error.InvalidDataError as error:
        raise RequestRejected(ErrorCode.BROKEN_FILE) from error
    if film.size > encoding.max_bytes:
        raise ProcessingFailed(ErrorCode.FILM_TOO_BIG, limit=round(encoding.max_bytes / 1e6, 1))
    return film


def _ignore_progress(_stage: str, _share: float) -> None:
    """Progress callback of the second attempt, which has no share of its own to report."""


def _plan_transcode(source: Path, encoding: EncodingOptions) -> _TranscodePlan:
    with open_media(source) as container:
        sources = _select_streams(container)
        first = next(_decode_video(sources), None)
        if first is None:
            raise RequestRejected(ErrorCode.BROKEN_FILE)
        orientation = orientation_of(first)
        size = output_size_for(first, orientation, sources.video.sample_aspect_ratio)
        seconds = float(container.duration or 0) / av.time_base
        audio = sources.audio.bit_rate or BIT_RATE if sources.audio else 0
        bitrate_budget = compute_budget(size, seconds, audio, encoding)
        converter = FrameConverter((bitrate_budget.width, bitrate_budget.height), orientation)
        return _TranscodePlan(bitrate_budget, orientation, colour_tags_of(converter(first)))


def _select_streams(container: InputContainer) -> _SourceStreams:
    video_streams = [stream for stream in container.streams.video if not is_cover_art(stream)]
    if not video_streams:
        raise RequestRejected(ErrorCode.NO_PICTURE)
    best = container.streams.best("video")
    video = best if best in video_streams else video_streams[0]
    audio = container.streams.best("audio")
    start_time = Fraction(container.start_time or 0, av.time_base)
    # A transport stream starts at an arbitrary timestamp; in other formats a late start is intended.
    shift = start_time if container.format.name == "mpegts" else Fraction(0)
    time_base = video.time_base or Fraction(1, av.time_base)
    return _SourceStreams(container, video, cast("AudioStream | None", audio), time_base, start_time, shift)


def _decode_video(sources: _SourceStreams) -> Iterator[VideoFrame]:
    for packet in sources.container.demux(sources.video):
        yield from _decode_packet(packet)


def _decode_packet(packet: "Packet[VideoStream]") -> Iterator[VideoFrame]:
    """Yield the frames of a packet, none if it is damaged."""
    try:
        yield from packet.decode()
    except PACKET_ERRORS:
        return


class _TranscodePass:
    """One encoding pass over one video."""

    def __init__(
        self, sources: _SourceStreams, output: OutputContainer, painter_factory: PainterFactory, plan: _TranscodePlan
    ) -> None:
        self._sources = sources
        self._output = output
        size = plan.budget.width, plan.budget.height
        self._converter = FrameConverter(size, plan.orientation)
        self._seconds = plan.budget.seconds
        self._stream = _add_video_stream(sources, output, plan)
        self._soundtrack = create_soundtrack(sources.audio, output, sources.shift) if sources.audio else None
        rate = float(self._stream.codec_context.framerate or _DEFAULT_FPS)
        self._painter = painter_factory(Canvas(*size, rate, plan.colours.matrix))
        self._last_pts: int | None = None
        self.thumbnail = ThumbnailPicker(min(1.0, self._seconds / 3))
        self.times: list[float] = []

    def run(self, progress: ProgressCallback) -> None:
        """Decode, paint and encode the whole video."""
        sources = self._sources
        streams = [stream for stream in (sources.video, sources.audio) if stream is not None]
        for packet in sources.container.demux(streams):
            if packet.stream is sources.video:
                for frame in _decode_packet(cast("Packet[VideoStream]", packet)):
                    self._write_frame(frame)
                progress(_STAGE_NAME, self._compute_share())
            elif self._soundtrack:
                self._soundtrack.write_packet(cast("Packet[AudioStream]", packet))
        self._finish()

    def _write_frame(self, frame: VideoFrame) -> None:
        pts = frame.pts if frame.pts is not None else frame.dts
        if pts is None or (self._last_pts is not None and pts <= self._last_pts):
            return  # its timestamp is not after the last one: it cannot be shown
        self._last_pts = pts
        time_base = self._sources.time_base
        seconds = float(pts * time_base - self._sources.start_time)
        frame = self._converter(frame)
        _blend_overlays(frame, self._painter(seconds))
        frame.pts, frame.time_base = pts - round(self._sources.shift / time_base), time_base
        self._output.mux(self._stream.encode(frame))
        self.times.append(seconds)
        self.thumbnail.offer_frame(frame, seconds)

    def _finish(self) -> None:
        if not self.times:
            raise RequestRejected(ErrorCode.BROKEN_FILE)
        self._output.mux(self._stream.encode(None))
        if self._soundtrack:
            self._soundtrack.finish()

    def _compute_share(self) -> float:
        done = self.times[-1] / self._seconds if self.times and self._seconds > 0 else 0.0
        return min(1.0, max(0.0, done))


def _run_pass(
    source: Path, out: Path, painter_factory: PainterFactory, plan: _TranscodePlan, progress: ProgressCallback
) -> Film:
    with ExitStack() as stack:
        sources = _select_streams(stack.enter_context(open_media(source)))
        sources.video.thread_type = "NONE"  # decoding is a tenth of the work; its threads would only cost memory
        output = stack.enter_context(av.open(str(out), "w", format="mp4", options={"movflags": "+faststart"}))
        transcode_pass = _TranscodePass(sources, output, painter_factory, plan)
        transcode_pass.run(progress)
    thumbnail = transcode_pass.thumbnail.save(out.with_suffix(".jpg"))
    times = transcode_pass.times
    seconds = times[-1] + ((times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else 1 / _DEFAULT_FPS)
    return Film(out, thumbnail, plan.budget.width, plan.budget.height, seconds, len(times), out.stat().st_size)


def _blend_overlays(frame: VideoFrame, overlays: Sequence[Overlay]) -> None:
    if not overlays:
        return
    frame.make_writable()  # the decoder may still reference a decoded frame
    target = planes_of(frame)
    for overlay in overlays:
        overlay.blend(*target)


def _add_video_stream(sources: _SourceStreams, output: OutputContainer, plan: _TranscodePlan) -> VideoStream:
    """Add the video stream, fully configured: the first audio packet written opens the encoder."""
    rate = sources.video.guessed_rate or sources.video.average_rate or Fraction(_DEFAULT_FPS)
    stream = output.add_stream("libx264", rate=rate, options=plan.budget.options)
    stream.width, stream.height, stream.pix_fmt = plan.budget.width, plan.budget.height, "yuv420p"
    stream.time_base = stream.codec_context.time_base = sources.time_base
    context = stream.codec_context
    context.profile, context.color_range = "High", ColorRange.MPEG
    context.colorspace, context.color_primaries, context.color_trc = plan.colours[:3]
    return stream

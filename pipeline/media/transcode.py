"""Transcoding of a video with overlays on its frames: every frame keeps its time, the soundtrack is kept."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av import Packet, VideoFrame
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.reformatter import ColorRange, Interpolation
from av.video.stream import VideoStream
from numpy.typing import NDArray

from models.errors import Code, Failed, Refused
from models.films import Encoding, Film
from pipeline.media.budget import Budget, budget, tighter
from pipeline.media.demux import DAMAGE, is_cover, open_media
from pipeline.media.overlay import Matrix, Overlay
from pipeline.media.soundtrack import BIT_RATE, soundtrack
from pipeline.media.thumbnail import SIDE, thumbnail
from pipeline.media.upright import Colours, Turn, Upright, colours_of, displayed, planes, turn_of
from pipeline.progress import Progress

Paint = Callable[[float], Sequence[Overlay]]
"""Returns the overlays of a frame, back to front, by its time in seconds from the start of the media."""

_STAGE = "captions"
_FPS = 30  # frames per second if the file does not say


@dataclass(frozen=True, slots=True)
class Canvas:
    """Frame format for a painter: displayed size in pixels, nominal frames per second, and colour matrix."""

    width: int
    height: int
    fps: float
    matrix: Matrix


@dataclass(frozen=True, slots=True)
class _Sources:
    container: InputContainer
    video: VideoStream
    audio: AudioStream | None
    base: Fraction  # seconds: the unit of the video's timestamps
    origin: Fraction  # seconds: start of the media
    shift: Fraction  # seconds subtracted from every timestamp written


Painter = Callable[[Canvas], Paint]


@dataclass(frozen=True, slots=True)
class _Plan:
    budget: Budget
    turn: Turn
    colours: Colours


def transcode(source: Path, out: Path, painter: Painter, encoding: Encoding, progress: Progress) -> Film:
    """Write `out`, an H.264 MP4 with its index in front, and its thumbnail, `out` with the suffix .jpg.

    With `encoding.max_bytes` the bit rate is capped and the size reduced where that looks better; a film that is still
    too large is encoded once more. Raises RequestRejected (NO_PICTURE, BROKEN_FILE, ...) and
    ProcessingFailed(FILM_TOO_BIG).
    """
    try:
        plan = _plan(source, encoding)
        film = _pass(source, out, painter, plan, progress)
        if encoding.max_bytes is None or film.size <= encoding.max_bytes:
            return film
        plan = replace(plan, budget=tighter(plan.budget, film.size, encoding.max_bytes))
        film = _pass(source, out, painter, plan, _silent)
    except av.error.InvalidDataError as error:
        raise Refused(Code.BROKEN_FILE) from error
    if film.size > encoding.max_bytes:
        out.unlink()
        raise Failed(Code.FILM_TOO_BIG, limit=round(encoding.max_bytes / 1e6, 1))
    return film


def _silent(_stage: str, _share: float) -> None:
    """Progress callback of the second attempt, which has no share of its own to report."""


def _plan(source: Path, encoding: Encoding) -> _Plan:
    with open_media(source) as container:
        sources = _sources(container)
        first = next(_frames(sources), None)
        if first is None:
            raise Refused(Code.BROKEN_FILE)
        turn = turn_of(first)
        size = displayed(first, turn, sources.video.sample_aspect_ratio)
        seconds = float(container.duration or 0) / av.time_base
        audio = sources.audio.bit_rate or BIT_RATE if sources.audio else 0
        plan = budget(size, seconds, audio, encoding)
        upright = Upright((plan.width, plan.height), turn)
        return _Plan(plan, turn, colours_of(upright(first)))


def _sources(container: InputContainer) -> _Sources:
    pictures = [stream for stream in container.streams.video if not is_cover(stream)]
    if not pictures:
        raise Refused(Code.NO_PICTURE)
    best = container.streams.best("video")
    video = best if best in pictures else pictures[0]
    audio = container.streams.best("audio")
    origin = Fraction(container.start_time or 0, av.time_base)
    # A transport stream starts at an arbitrary timestamp; in other formats a late start is intended.
    shift = origin if container.format.name == "mpegts" else Fraction(0)
    base = video.time_base or Fraction(1, av.time_base)
    return _Sources(container, video, cast("AudioStream | None", audio), base, origin, shift)


def _frames(sources: _Sources) -> Iterator[VideoFrame]:
    for packet in sources.container.demux(sources.video):
        yield from _decoded(packet)


def _decoded(packet: "Packet[VideoStream]") -> Iterator[VideoFrame]:
    """Yield the frames of a packet, none if it is damaged."""
    try:
        yield from packet.decode()
    except DAMAGE:
        return


class _Pass:
    """One encoding pass over one video."""

    def __init__(self, sources: _Sources, output: OutputContainer, painter: Painter, plan: _Plan) -> None:
        self._sources = sources
        self._output = output
        size = plan.budget.width, plan.budget.height
        self._upright = Upright(size, plan.turn)
        self._seconds = plan.budget.seconds
        self._stream = _video_stream(sources, output, plan)
        self._sound = soundtrack(sources.audio, output, sources.shift) if sources.audio else None
        rate = float(self._stream.codec_context.framerate or _FPS)
        self._paint = painter(Canvas(*size, rate, plan.colours.matrix))
        self._last: int | None = None
        self.thumbnail = Thumbnail(min(1.0, self._seconds / 3))
        self.times: list[float] = []

    def run(self, progress: Progress) -> None:
        """Decode, paint and encode the whole video."""
        sources = self._sources
        wanted = [stream for stream in (sources.video, sources.audio) if stream is not None]
        for packet in sources.container.demux(wanted):
            if packet.stream is sources.video:
                for frame in _decoded(cast("Packet[VideoStream]", packet)):
                    self._take(frame)
                progress(_STAGE, self._share())
            elif self._sound:
                self._sound.take(cast("Packet[AudioStream]", packet))
        self._end()

    def _take(self, frame: VideoFrame) -> None:
        pts = frame.pts if frame.pts is not None else frame.dts
        if pts is None or (self._last is not None and pts <= self._last):
            return  # its timestamp is not after the last one: it cannot be shown
        self._last = pts
        base = self._sources.base
        seconds = float(pts * base - self._sources.origin)
        frame = self._upright(frame)
        _lay(frame, self._paint(seconds))
        frame.pts, frame.time_base = pts - round(self._sources.shift / base), base
        self._output.mux(self._stream.encode(frame))
        self.times.append(seconds)
        self.thumbnail.see(frame, seconds)

    def _end(self) -> None:
        if not self.times:
            raise Refused(Code.BROKEN_FILE)
        self._output.mux(self._stream.encode(None))
        if self._sound:
            self._sound.end()

    def _share(self) -> float:
        done = self.times[-1] / self._seconds if self.times and self._seconds > 0 else 0.0
        return min(1.0, max(0.0, done))


class Thumbnail:
    """Picks the first frame at or after a time (seconds), or the first frame of a shorter film, as the thumbnail."""

    def __init__(self, moment: float) -> None:
        self._moment = moment
        self._picture: NDArray[np.uint8] | None = None
        self._done = False

    def see(self, frame: VideoFrame, seconds: float) -> None:
        if self._done or (self._picture is not None and seconds < self._moment):
            return
        share = min(1.0, SIDE / max(frame.width, frame.height))
        size = (max(1, round(frame.width * share)), max(1, round(frame.height * share)))
        small = frame.reformat(*size, "rgb24", interpolation=Interpolation.AREA)
        self._picture = small.to_ndarray().astype(np.uint8, copy=False)
        self._done = seconds >= self._moment

    def save(self, path: Path) -> Path:
        return path if self._picture is None else thumbnail(self._picture, path)


def _pass(source: Path, out: Path, painter: Painter, plan: _Plan, progress: Progress) -> Film:
    with ExitStack() as stack:
        sources = _sources(stack.enter_context(open_media(source)))
        sources.video.thread_type = "NONE"  # decoding is a tenth of the work; its threads would only cost memory
        output = stack.enter_context(av.open(str(out), "w", format="mp4", options={"movflags": "+faststart"}))
        running = _Pass(sources, output, painter, plan)
        running.run(progress)
    thumbnail = running.thumbnail.save(out.with_suffix(".jpg"))
    times = running.times
    seconds = times[-1] + ((times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else 1 / _FPS)
    return Film(out, thumbnail, plan.budget.width, plan.budget.height, seconds, len(times), out.stat().st_size)


def _lay(frame: VideoFrame, overlays: Sequence[Overlay]) -> None:
    if not overlays:
        return
    frame.make_writable()  # the decoder may still reference a decoded frame
    target = planes(frame)
    for overlay in overlays:
        overlay.blend(*target)


def _video_stream(sources: _Sources, output: OutputContainer, plan: _Plan) -> VideoStream:
    """Add the video stream, fully configured: the first audio packet written opens the encoder."""
    rate = sources.video.guessed_rate or sources.video.average_rate or Fraction(_FPS)
    stream = output.add_stream("libx264", rate=rate, options=plan.budget.options)
    stream.width, stream.height, stream.pix_fmt = plan.budget.width, plan.budget.height, "yuv420p"
    stream.time_base = stream.codec_context.time_base = sources.base
    context = stream.codec_context
    context.profile, context.color_range = "High", ColorRange.MPEG
    context.colorspace, context.color_primaries, context.color_trc = plan.colours[:3]
    return stream

"""Transcoding of a video with layers on its frames: every frame keeps its time and the soundtrack is kept, but for what
is cut out.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from math import ceil
from pathlib import Path
from typing import cast

import av
from av import Packet, VideoFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream

from models.errors import ErrorCode, ProcessingFailed, RequestRejected
from models.jobs.film import EncodingOptions, Film
from pipeline.media.bitrate import tighten_budget
from pipeline.media.demux import open_media
from pipeline.media.editing.cut_list import UNEDITED, CutList, Edit
from pipeline.media.editing.cut_soundtrack import CutSoundtrack
from pipeline.media.editing.layers import Layer
from pipeline.media.encoding.frame_conversion import FrameConverter
from pipeline.media.encoding.frame_encoder import FrameEncoder
from pipeline.media.encoding.transcode_plan import TranscodePlan, plan_transcode
from pipeline.media.overlay import ColourMatrix
from pipeline.media.overwriting import replace_content
from pipeline.media.soundtrack import Soundtrack, create_soundtrack
from pipeline.media.streams.decoding import VideoDecoder
from pipeline.media.streams.read_ahead import read_ahead
from pipeline.media.streams.source import SourceStreams, select_streams
from pipeline.media.thumbnail import ThumbnailPicker
from pipeline.progress import ProgressCallback

Painter = Callable[[float], Sequence[Layer]]
"""Returns the layers of a frame, back to front, by its time in seconds from the start of the film.

While nothing changes it returns the same layers, not equal ones: a frame is repeated where they are others.
"""

_STAGE_NAME = "captions"
_MAX_RETRIES = 2
_ATTEMPT_STEM = "attempt"  # of the name of a film that is encoded again
_MAX_SOUND_PACKETS = 64  # that wait for a frame
_MAX_TICK = Fraction(1, 1000)  # seconds: the coarsest time base of a film


@dataclass(frozen=True, slots=True)
class Canvas:
    """Frame format for a painter: displayed size in pixels, nominal frames per second, colour matrix, and the seconds
    of the film until its closing."""

    width: int
    height: int
    fps: float
    matrix: ColourMatrix
    seconds: float = 0.0


PainterFactory = Callable[[Canvas], Painter]


class _LargerFrame(Exception):
    """A frame is larger than the film was planned for."""


def transcode(
    source: Path,
    out: Path,
    painter_factory: PainterFactory,
    encoding: EncodingOptions,
    progress: ProgressCallback,
    edit: Edit = UNEDITED,
) -> Film:
    """Write `out`, an H.264 MP4 with its index in front, and its thumbnail, `out` with the suffix .jpg.

    With `encoding.max_bytes` the bit rate is capped and the size reduced where that looks better; a film that is still
    too large, or uses too little where its source is larger, is encoded again. Raises RequestRejected (NO_PICTURE,
    BROKEN_FILE, ...) and ProcessingFailed(FILM_TOO_BIG).
    """
    try:
        plan, film = _run_first_pass(
            source, out, painter_factory, partial(plan_transcode, source, encoding, edit), progress
        )
        if encoding.max_bytes is None:
            return film
        film = _fit_film(source, film, painter_factory, plan, encoding.max_bytes)
    except av.error.InvalidDataError as error:
        raise RequestRejected(ErrorCode.BROKEN_FILE) from error
    if film.size > encoding.max_bytes:
        raise ProcessingFailed(ErrorCode.FILM_TOO_BIG, limit=round(encoding.max_bytes / 1e6, 1))
    return film


def _fit_film(source: Path, film: Film, painter_factory: PainterFactory, plan: TranscodePlan, limit: int) -> Film:
    """Encode again where the film misses its budget; of all attempts the largest that fits is kept."""
    size = film.size
    for _ in range(_MAX_RETRIES):
        if not plan.budget.is_missed_by(size):
            break
        plan = replace(plan, budget=tighten_budget(plan.budget, size, limit))
        attempt = _run_pass(source, film.path.with_stem(_ATTEMPT_STEM), painter_factory, plan, _ignore_progress)
        size = attempt.size
        if film.size > limit or film.size < size <= limit:
            replace_content(film.path, attempt.path)
            replace_content(film.thumbnail, attempt.thumbnail)
            film = replace(attempt, path=film.path, thumbnail=film.thumbnail)
    return film


def _ignore_progress(_stage: str, _share: float) -> None:
    """Progress callback of another attempt, which has no share of its own to report."""


def _run_first_pass(
    source: Path,
    out: Path,
    painter_factory: PainterFactory,
    make_plan: Callable[..., TranscodePlan],
    progress: ProgressCallback,
) -> tuple[TranscodePlan, Film]:
    """Encode at the size of the first frame; only if a larger one comes, all are decoded to find the largest."""
    plan = make_plan()
    reported = [0.0]

    def report(stage: str, share: float) -> None:
        reported[0] = max(reported[0], share)  # the second run begins behind where the first one ended
        progress(stage, reported[0])

    try:
        return plan, _run_pass(source, out, painter_factory, plan, report)
    except _LargerFrame:
        plan = make_plan(is_size_varying=True)
        return plan, _run_pass(source, out, painter_factory, plan, report)


class _TranscodePass:
    """One encoding pass over one video."""

    def __init__(
        self, sources: SourceStreams, output: OutputContainer, painter_factory: PainterFactory, plan: TranscodePlan
    ) -> None:
        self._sources = sources
        self._plan = plan
        size = plan.budget.width, plan.budget.height
        self._convert_frame = FrameConverter(size, sources.video)
        self._decoder = VideoDecoder(sources.video)
        stream = _add_video_stream(sources, output, plan)
        self._soundtrack = _add_soundtrack(sources, output, plan.edit.cuts)
        self.thumbnail = ThumbnailPicker(min(1.0, plan.budget.seconds / 3))
        seconds = float(plan.end - plan.edit.closing)
        painter = painter_factory(Canvas(*size, float(plan.rate), plan.colours.matrix, seconds))
        self._encoder = FrameEncoder(
            stream, output, self._convert, painter, sources.origins, self.thumbnail.offer_frame, plan.edit.cuts
        )

    def run(self, progress: ProgressCallback) -> tuple[int, float]:
        """Decode, paint and encode the video; returns its frames and the time of the last one in seconds."""
        with closing(read_ahead(self._decode_frames())) as frames:
            for frame, sound in frames:
                self._write_sound(sound)
                if frame:
                    self._encoder.offer_frame(frame)
                progress(_STAGE_NAME, self._compute_share())
        self._encoder.finish(self._plan.end)
        if self._soundtrack:
            self._soundtrack.finish()
        if self._encoder.last_time is None:
            raise RequestRejected(ErrorCode.BROKEN_FILE)
        return self._encoder.frame_count, float(self._encoder.last_time)

    def _decode_frames(self) -> Iterator[tuple[VideoFrame | None, list["Packet[AudioStream]"]]]:
        """Each frame of the video, with the packets of sound that lie before it in the file; many of those, and the
        last, come without one."""
        sound: list[Packet[AudioStream]] = []
        for packet in self._sources.read_packets():
            if packet.stream is self._sources.video:
                for frame in self._decoder.decode(cast("Packet[VideoStream]", packet)):
                    yield frame, sound
                    sound = []
            else:
                sound.append(cast("Packet[AudioStream]", packet))
            if len(sound) >= _MAX_SOUND_PACKETS:
                yield None, sound
                sound = []
        yield None, sound

    def _write_sound(self, packets: Iterable["Packet[AudioStream]"]) -> None:
        if self._soundtrack:
            for packet in packets:
                self._soundtrack.write_packet(packet)

    def _convert(self, frame: VideoFrame) -> VideoFrame:
        converted = self._convert_frame(frame)
        if self._convert_frame.source_pixels > self._plan.pixels:
            raise _LargerFrame
        return converted

    def _compute_share(self) -> float:
        done, seconds = float(self._encoder.last_time or 0), self._plan.budget.seconds
        return min(1.0, max(0.0, done / seconds)) if seconds > 0 else 0.0


def _run_pass(
    source: Path, out: Path, painter_factory: PainterFactory, plan: TranscodePlan, progress: ProgressCallback
) -> Film:
    with ExitStack() as stack:
        sources = select_streams(stack.enter_context(open_media(source)))
        output = stack.enter_context(av.open(str(out), "w", format="mp4", options={"movflags": "+faststart"}))
        transcode_pass = _TranscodePass(sources, output, painter_factory, plan)
        frames, last_time = transcode_pass.run(progress)
    thumbnail = transcode_pass.thumbnail.save(out.with_suffix(".jpg"))
    seconds = last_time + 1 / float(plan.rate)
    return Film(out, thumbnail, plan.budget.width, plan.budget.height, seconds, frames, out.stat().st_size)


def _add_soundtrack(sources: SourceStreams, output: OutputContainer, cuts: CutList) -> Soundtrack | None:
    if sources.audio is None:
        return None
    if cuts:
        return CutSoundtrack(sources.audio, output, sources.origins, cuts)
    return create_soundtrack(sources.audio, output, sources.origins.shift)


def _add_video_stream(sources: SourceStreams, output: OutputContainer, plan: TranscodePlan) -> VideoStream:
    """Add the video stream, fully configured: the first audio packet written opens the encoder.

    Its time base is a whole part of the source's, so that every time stays exact.
    """
    stream = output.add_stream("libx264", rate=plan.rate, options=plan.budget.options)
    stream.width, stream.height, stream.pix_fmt = plan.budget.width, plan.budget.height, "yuv420p"
    tick = sources.video.time_base or Fraction(1, av.time_base)
    stream.time_base = stream.codec_context.time_base = tick / ceil(tick / _MAX_TICK)
    context = stream.codec_context
    context.profile, context.color_range = "High", ColorRange.MPEG
    context.colorspace, context.color_primaries, context.color_trc = plan.colours[:3]
    return stream

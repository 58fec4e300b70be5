"""Probing of a media file: its format, size and duration, counted from its packets and never read from its header."""

import contextlib
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from PIL import Image

from models.errors import ErrorCode, RequestRejected
from models.limits import load_limits
from models.media.facts import MediaInfo, MediaKind
from pipeline.media.decode_errors import convert_decode_errors
from pipeline.media.demux import PACKET_ERRORS, open_media
from pipeline.media.pictures.opening import check_size, open_picture
from pipeline.media.pictures.reader import read_picture
from pipeline.media.pictures.visibility import is_blank
from pipeline.media.sniff import FileFormat, sniff, sniff_bytes
from pipeline.media.streams.frame_shape import displayed_size_of, orientation_of
from pipeline.media.streams.joins import read_packets
from pipeline.media.streams.selection import MAX_PROOF_PACKETS, choose_audio, choose_video
from pipeline.media.streams.statistics import StreamStats

MAX_AUDIO_PACKETS: Final = 2_000_000  # an hour at 400 per second, and some more
FPS_TOLERANCE: Final = 1.02  # phones count 60.3 where they mean 60
MIN_COMPLETE_SHARE: Final = 0.8  # of the claimed duration; a file that holds less is truncated
TRUSTED_DURATION_FORMATS: Final = {"mp4", "mov", "3gp", "m4a", "mkv", "webm"}
_SAMPLE_SIDE: Final = 1024  # pixels; decoding a JPEG at this size verifies it as well as at full size


def measure(path: Path) -> MediaInfo:
    """Measure a file. Raises `RequestRejected`; all errors of decoders but exhausted memory become BROKEN_FILE."""
    try:
        with convert_decode_errors():
            return _measure_file(path)
    except av.error.MemoryError as error:  # FFmpeg's error for a length that no packet can have
        raise RequestRejected(ErrorCode.BROKEN_FILE) from error


def preload_libraries() -> None:
    """Load libmagic's database and Pillow's plugins once, before any child is forked."""
    with contextlib.suppress(RequestRejected):
        sniff_bytes(b"\0")
    Image.init()


def _measure_file(path: Path) -> MediaInfo:
    size = path.stat().st_size
    file_format = sniff(path)
    _check_file_size(size, file_format.kind)
    if file_format.kind is MediaKind.IMAGE:
        return _measure_picture(path, file_format, size)
    with open_media(path, file_format.format) as container:
        return ContainerProbe(container, file_format.format, size).measure()


def _check_file_size(size: int, kind: MediaKind) -> None:
    all_limits = load_limits()
    max_bytes = {
        MediaKind.IMAGE: all_limits.picture.max_bytes,
        MediaKind.VIDEO: all_limits.video.max_bytes,
        MediaKind.AUDIO: all_limits.audio.max_bytes,
    }[kind]
    if size > max_bytes:
        raise RequestRejected(ErrorCode.FILE_TOO_BIG, limit=round(max_bytes / 1e6))


def _measure_picture(path: Path, file_format: FileFormat, size: int) -> MediaInfo:
    """Measure a picture by its header, and verify by a small copy that it decodes and shows something."""
    image = open_picture(path, file_format).image
    width, height = image.size
    if image.getexif().get(0x0112, 1) in {5, 6, 7, 8}:  # EXIF orientations with swapped sides
        width, height = height, width
    if is_blank(read_picture(path, _SAMPLE_SIDE).pixels):
        raise RequestRejected(ErrorCode.NOTHING_TO_DRAW)
    return MediaInfo(MediaKind.IMAGE, file_format.format, size, width, height)


class ContainerProbe:
    """Measures a container: every packet is counted, the first ones are decoded."""

    def __init__(self, container: InputContainer, format_name: str, size: int) -> None:
        self._container = container
        self._format = format_name
        self._size = size
        self._video = choose_video(container)
        self._audio = choose_audio(container)
        self._video_stats, self._audio_stats, self._passive_stats = StreamStats(), StreamStats(), StreamStats()
        self._first_frame: VideoFrame | None = None

    def measure(self) -> MediaInfo:
        """Count all packets and check the limits. Raises `RequestRejected` as soon as one is exceeded."""
        if self._video is None and self._audio is None:
            raise RequestRejected(ErrorCode.BROKEN_FILE)
        self._check_header()
        self._count_packets()
        self._check_complete()
        return self._build_video_info() if self._video else self._build_audio_info()

    def _check_header(self) -> None:
        """Reject by the header; a frame larger than the header says is rejected by the decoder's `max_pixels`."""
        video_limits = load_limits().video
        if self._video and self._video.width * self._video.height > video_limits.max_pixels:
            raise RequestRejected(ErrorCode.TOO_MANY_PIXELS, limit=round(video_limits.max_pixels / 1e6))

    def _count_packets(self) -> None:
        for packet in read_packets(self._container, self._list_streams()):
            if not packet.size:
                continue  # the empty flush packet at the end of each stream
            stats = self._find_stats(packet)
            stats.add_packet(packet)
            self._check_length(stats)
            if self._should_decode(stats):
                self._decode_packet(packet, stats)
        self._flush_decoders()

    def _list_streams(self) -> list[Stream]:
        """The chosen streams, and where the header's duration is checked all others: it may be one of theirs."""
        if self._format in TRUSTED_DURATION_FORMATS:
            return list(self._container.streams)
        return [stream for stream in (self._video, self._audio) if stream is not None]

    def _find_stats(self, packet: "Packet[Any]") -> StreamStats:
        if packet.stream is self._video:
            return self._video_stats
        return self._audio_stats if packet.stream is self._audio else self._passive_stats

    def _should_decode(self, stats: StreamStats) -> bool:
        """Until the first frame; packets hidden by an edit list are decoded for those after them, and not counted."""
        return not stats.is_decoded and stats is not self._passive_stats and stats.shown_count <= MAX_PROOF_PACKETS

    def _decode_packet(self, packet: "Packet[Any]", stats: StreamStats) -> None:
        """Prove that a stream decodes; a damaged packet is skipped, as players do."""
        try:
            frames = packet.decode()
        except PACKET_ERRORS:
            return
        if frames:
            self._record_frame(frames[0], stats)

    def _flush_decoders(self) -> None:
        """Flush the decoders: those of a stream of few frames may hold all of them back until its end."""
        for stream, stats in ((self._video, self._video_stats), (self._audio, self._audio_stats)):
            if stream is not None and stats.packet_count and not stats.is_decoded:
                for frame in stream.codec_context.decode(None):
                    self._record_frame(frame, stats)

    def _record_frame(self, frame: object, stats: StreamStats) -> None:
        stats.is_decoded = True
        if self._first_frame is None and isinstance(frame, VideoFrame):
            self._first_frame = frame

    def _check_length(self, stats: StreamStats) -> None:
        video, audio = load_limits().video, load_limits().audio
        longest = video.max_seconds if self._video else audio.max_seconds
        if stats.seconds > longest and stats is not self._passive_stats:
            raise RequestRejected(ErrorCode.TOO_LONG, limit=round(longest))
        if self._video_stats.packet_count > video.max_seconds * video.max_fps * FPS_TOLERANCE:
            raise RequestRejected(ErrorCode.TOO_MANY_FRAMES, limit=round(video.max_fps))
        if max(self._audio_stats.packet_count, self._passive_stats.packet_count) > MAX_AUDIO_PACKETS:
            raise RequestRejected(ErrorCode.TOO_HEAVY)

    def _check_complete(self) -> None:
        """Reject a truncated file: the user can send it again, and would miss its end in the film.

        The duration of a recording that starts late may count from 0.
        """
        claimed = (self._container.duration or 0) / av.time_base
        ends = [stats.end_time for stats in (self._video_stats, self._audio_stats, self._passive_stats)]
        counted = max(ends) - min(self._start_time, Fraction(0))
        if self._format in TRUSTED_DURATION_FORMATS and counted < claimed * MIN_COMPLETE_SHARE:
            raise RequestRejected(ErrorCode.BROKEN_FILE)

    def _build_video_info(self) -> MediaInfo:
        if self._first_frame is None or self._video is None:
            raise RequestRejected(ErrorCode.BROKEN_FILE)
        orientation = orientation_of(self._first_frame)
        width, height = displayed_size_of(self._first_frame, orientation, self._video.sample_aspect_ratio)
        self._check_frame_size(width, height)
        if self._audio_stats.shown_count and not self._audio_stats.is_decoded:
            raise RequestRejected(ErrorCode.AUDIO_NOT_SUPPORTED)
        seconds = self._measure_seconds()
        return MediaInfo(
            MediaKind.VIDEO,
            self._format,
            self._size,
            width,
            height,
            round(float(seconds), 3),
            round(self._measure_fps(), 3),
            has_audio=self._audio_stats.is_decoded,
        )

    def _measure_seconds(self) -> Fraction:
        """From the start of whichever of picture and sound begins first to the end of whichever ends last.

        What an encoder of sound needs before its first sample lies before the start, and is not heard.
        """
        used = [stats for stats in (self._video_stats, self._audio_stats) if stats.shown_count]
        first = min(stats.first_time or Fraction(0) for stats in used)
        return max(self._video_stats.last_frame_end, self._audio_stats.end_time) - max(first, self._start_time)

    @property
    def _start_time(self) -> Fraction:
        return Fraction(self._container.start_time or 0, av.time_base)

    def _check_frame_size(self, width: int, height: int) -> None:
        video_limits = load_limits().video
        if max(width, height) > video_limits.max_side or width * height > video_limits.max_pixels:
            raise RequestRejected(ErrorCode.TOO_MANY_PIXELS, limit=round(video_limits.max_pixels / 1e6))
        check_size(width, height)

    def _measure_fps(self) -> float:
        """Counted frames per second. Raises TOO_MANY_FRAMES."""
        seconds = self._video_stats.last_frame_end - (self._video_stats.first_time or 0)
        fps = self._video_stats.shown_count / float(seconds or 1)
        max_fps = load_limits().video.max_fps
        if fps > max_fps * FPS_TOLERANCE and self._video_stats.packet_count > max_fps:
            raise RequestRejected(ErrorCode.TOO_MANY_FRAMES, limit=round(max_fps))
        return fps

    def _build_audio_info(self) -> MediaInfo:
        if not self._audio_stats.is_decoded:
            raise RequestRejected(ErrorCode.BROKEN_FILE)
        seconds = round(float(self._audio_stats.seconds), 3)
        return MediaInfo(MediaKind.AUDIO, self._format, self._size, seconds=seconds, has_audio=True)

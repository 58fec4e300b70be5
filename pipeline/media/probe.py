"""Probing of a media file: its format, size and duration, counted from its packets and never read from its header."""

import contextlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from models.errors import Code, Refused
from models.limits import limits
from models.media import Facts, MediaKind
from pipeline.media.demux import DAMAGE, is_cover, is_decodable, open_media
from pipeline.media.guard import guarded
from pipeline.media.read import check_size, open_picture
from pipeline.media.sniff import Sniffed, sniff, sniffed

PROOF: Final = 250  # packets of a stream within which a frame must decode; transport streams may start within a GOP
MAX_AUDIO_PACKETS: Final = 2_000_000  # an hour at 400 per second, and some more
FPS_TOLERANCE: Final = 1.02  # phones count 60.3 where they mean 60
SHORT: Final = 0.8  # of the claimed duration; a file that holds less is truncated
TRUSTED_LENGTHS: Final = {"mp4", "mov", "3gp", "m4a", "mkv", "webm"}
DRAFT: Final = (1024, 1024)  # pixels; decoding a JPEG at this size verifies it as well as at full size


def measure(path: Path) -> Facts:
    """Measure a file. Raises `RequestRejected`; all errors of decoders but exhausted memory become BROKEN_FILE."""
    try:
        with guarded():
            return _measure(path)
    except av.error.MemoryError as error:  # FFmpeg's error for a length that no packet can have
        raise Refused(Code.BROKEN_FILE) from error


def rehearse() -> None:
    """Load libmagic's database and Pillow's plugins once, before any child is forked."""
    with contextlib.suppress(Refused):
        sniffed(b"\0")
    Image.init()


def _measure(path: Path) -> Facts:
    size = path.stat().st_size
    found = sniff(path)
    _check_bytes(size, found.kind)
    if found.kind is MediaKind.IMAGE:
        return _picture(path, found, size)
    with open_media(path, found.format) as container:
        return Recording(container, found.format, size).facts()


def _check_bytes(size: int, kind: MediaKind) -> None:
    allowed = limits()
    most = {
        MediaKind.IMAGE: allowed.picture.max_bytes,
        MediaKind.VIDEO: allowed.video.max_bytes,
        MediaKind.AUDIO: allowed.audio.max_bytes,
    }[kind]
    if size > most:
        raise Refused(Code.FILE_TOO_BIG, limit=round(most / 1e6))


def _picture(path: Path, found: Sniffed, size: int) -> Facts:
    with open_picture(path, found) as image:
        width, height = image.size
        if image.getexif().get(0x0112, 1) in {5, 6, 7, 8}:  # EXIF orientations with swapped sides
            width, height = height, width
        image.draft(None, DRAFT)
        image.load()
    return Facts(MediaKind.IMAGE, found.format, size, width, height)


@dataclass(slots=True)
class Track:
    """Times (seconds) and packet count of one stream, collected while demuxing."""

    first: Fraction | None = None
    end: Fraction = Fraction(0)
    packets: int = 0
    decoded: bool = False

    def add(self, packet: "Packet[Any]") -> None:
        base = packet.time_base or Fraction(1)
        at = packet.pts if packet.pts is not None else packet.dts
        self.packets += 1
        if at is None:
            self.end += (packet.duration or 0) * base
            return
        start = at * base
        self.first = start if self.first is None else min(self.first, start)
        self.end = max(self.end, start + (packet.duration or 0) * base)

    @property
    def seconds(self) -> Fraction:
        return self.end - (self.first or 0)


class Recording:
    """Measures a container: every packet is counted, the first ones are decoded."""

    def __init__(self, container: InputContainer, name: str, size: int) -> None:
        self._container = container
        self._format = name
        self._size = size
        self._video: VideoStream | None = next((s for s in container.streams.video if not is_cover(s)), None)
        self._audio: AudioStream | None = next(iter(container.streams.audio), None)
        self._seen, self._heard = Track(), Track()
        self._frame: VideoFrame | None = None

    def facts(self) -> Facts:
        """Count all packets and check the limits. Raises `RequestRejected` as soon as one is exceeded."""
        if self._video is None and self._audio is None:
            raise Refused(Code.BROKEN_FILE)
        self._check_header()
        self._count()
        self._check_whole()
        return self._film() if self._video else self._sound()

    def _check_header(self) -> None:
        """Reject by the header; a frame larger than the header says is rejected by the decoder's `max_pixels`."""
        main = self._video or self._audio
        if main is None or not is_decodable(main):
            raise Refused(Code.FORMAT_NOT_SUPPORTED)
        if self._audio and not is_decodable(self._audio):
            self._audio = None  # a video whose audio cannot be decoded counts as silent
        allowed = limits().video
        if self._video and self._video.width * self._video.height > allowed.max_pixels:
            raise Refused(Code.TOO_MANY_PIXELS, limit=round(allowed.max_pixels / 1e6))

    def _count(self) -> None:
        streams = [stream for stream in (self._video, self._audio) if stream is not None]
        for packet in self._container.demux(streams):
            if packet.size == 0 and packet.dts is None:
                continue  # the empty flush packet at the end of each stream
            track = self._seen if packet.stream is self._video else self._heard
            track.add(packet)
            self._check_length(track)
            if not track.decoded and track.packets <= PROOF:
                self._decode(packet, track)
        self._flush()

    def _decode(self, packet: "Packet[Any]", track: Track) -> None:
        """Prove that a stream decodes; a damaged packet is skipped, as players do."""
        try:
            frames = packet.decode()
        except DAMAGE:
            return
        if frames:
            self._remember(frames[0], track)

    def _flush(self) -> None:
        """Flush the decoders: those of a stream of few frames may hold all of them back until its end."""
        for stream, track in ((self._video, self._seen), (self._audio, self._heard)):
            if stream is not None and track.packets and not track.decoded:
                for frame in stream.codec_context.decode(None):
                    self._remember(frame, track)

    def _remember(self, frame: object, track: Track) -> None:
        track.decoded = True
        if self._frame is None and isinstance(frame, VideoFrame):
            self._frame = frame

    def _check_length(self, track: Track) -> None:
        video, audio = limits().video, limits().audio
        longest = video.max_seconds if self._video else audio.max_seconds
        if track.seconds > longest:
            raise Refused(Code.TOO_LONG, limit=round(longest))
        if self._seen.packets > video.max_seconds * video.max_fps * FPS_TOLERANCE:
            raise Refused(Code.TOO_MANY_FRAMES, limit=round(video.max_fps))
        if self._heard.packets > MAX_AUDIO_PACKETS:
            raise Refused(Code.TOO_HEAVY)

    def _check_whole(self) -> None:
        """Reject a truncated file: the user can send it again, and would miss its end in the film."""
        claimed = (self._container.duration or 0) / av.time_base
        counted = max(self._seen.seconds, self._heard.seconds)
        if self._format in TRUSTED_LENGTHS and counted < claimed * SHORT:
            raise Refused(Code.BROKEN_FILE)

    def _film(self) -> Facts:
        if self._frame is None or self._video is None:
            raise Refused(Code.BROKEN_FILE)
        width, height = displayed_size(self._frame, self._video.sample_aspect_ratio)
        self._check_picture(width, height)
        seconds = max(self._seen.end, self._heard.end) - (self._seen.first or 0)
        return Facts(
            MediaKind.VIDEO,
            self._format,
            self._size,
            width,
            height,
            round(float(seconds), 3),
            round(self._fps(), 3),
            has_audio=self._heard.decoded,
        )

    def _check_picture(self, width: int, height: int) -> None:
        allowed = limits().video
        if max(width, height) > allowed.max_side or width * height > allowed.max_pixels:
            raise Refused(Code.TOO_MANY_PIXELS, limit=round(allowed.max_pixels / 1e6))
        check_size(width, height)

    def _fps(self) -> float:
        """Counted frames per second. Raises TOO_MANY_FRAMES."""
        fps = self._seen.packets / float(self._seen.seconds or 1)
        most = limits().video.max_fps
        if fps > most * FPS_TOLERANCE and self._seen.packets > most:
            raise Refused(Code.TOO_MANY_FRAMES, limit=round(most))
        return fps

    def _sound(self) -> Facts:
        if not self._heard.decoded:
            raise Refused(Code.BROKEN_FILE)
        seconds = round(float(self._heard.seconds), 3)
        return Facts(MediaKind.AUDIO, self._format, self._size, seconds=seconds, has_audio=True)


def displayed_size(frame: VideoFrame, sample_aspect_ratio: Fraction | None) -> tuple[int, int]:
    """Width and height in square pixels, after the rotation set in the file."""
    width, height = frame.width, frame.height
    if sample_aspect_ratio and sample_aspect_ratio > 0:
        width = round(width * sample_aspect_ratio)
    return (height, width) if frame.rotation % 180 else (width, height)

"""Subtitle track of an MP4: cues as MPEG-4 timed text (mov_text, 3GPP TS 26.245)."""

import struct
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from av import Packet
from av.container import OutputContainer
from av.stream import Stream
from av.subtitles.codeccontext import SubtitleCodecContext
from av.subtitles.stream import SubtitleStream

_TIME_BASE: Final = Fraction(1, 1000)
_MAX_TEXT_BYTES: Final = 2000  # of one cue
_CUE_BYTES: Final = 60  # in the index and around the text of a cue, and of the gap behind it
_STYLE: Final = (
    b"[V4+ Styles]\nFormat: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, "
    b"Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, "
    b"MarginR, MarginV, Encoding\n"
    b"Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,0\n\n"
    b"[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
)


class SubtitleCue(NamedTuple):
    """Text that is shown from `start` to `end`, seconds of the film; lines are separated by line feeds."""

    start: float
    end: float
    text: str


class SubtitleTrack(NamedTuple):
    """Cues in a language (ISO 639-2)."""

    cues: Sequence[SubtitleCue]
    language: str


def compute_track_bytes(cues: Sequence[SubtitleCue]) -> int:
    """What a track takes at most in a file."""
    return sum(len(_encode_text(cue.text)) + _CUE_BYTES for cue in cues) + 1000


def add_subtitle_track(output: OutputContainer, language: str) -> SubtitleStream:
    """Add a track for text in a language (ISO 639-2)."""
    stream = output.add_stream("mov_text")
    context = stream.codec_context
    assert isinstance(context, SubtitleCodecContext)  # noqa: S101 - for the type checker
    context.subtitle_header = _STYLE
    context.time_base = stream.time_base = _TIME_BASE
    stream.metadata["language"] = language
    return stream


def build_packets(stream: SubtitleStream, cues: Sequence[SubtitleCue]) -> Iterator["Packet[Stream]"]:
    """The packets of the track, in order of time; a cue ends where the next one begins."""
    ordered = sorted(cue for cue in cues if cue.text.strip())
    for cue, following in zip(ordered, [*ordered[1:], None], strict=True):
        start, end = (round(seconds / float(_TIME_BASE)) for seconds in (cue.start, cue.end))
        if following:
            end = min(end, round(following.start / float(_TIME_BASE)))
        if end > start:
            text = _encode_text(cue.text)
            packet: Packet[Stream] = Packet(struct.pack(">H", len(text)) + text)
            packet.stream, packet.time_base = stream, _TIME_BASE
            packet.pts = packet.dts = start
            packet.duration = end - start
            yield packet


def _encode_text(text: str) -> bytes:
    """UTF-8, cut at a character."""
    return text.encode()[:_MAX_TEXT_BYTES].decode(errors="ignore").encode()

"""Choice of the video and the audio stream of a file: the same wherever it is measured, transcribed or transcoded."""

from collections.abc import Sequence
from typing import Final, TypeVar

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from models.errors import ErrorCode, RequestRejected
from pipeline.media.demux import PACKET_ERRORS, is_cover_art, is_decodable, open_media, path_of

MAX_PROOF_PACKETS: Final = (
    250  # packets of a stream within which a frame must decode; transport streams may start within a GOP
)

_SECONDARY: Final = Disposition.comment | Disposition.visual_impaired | Disposition.descriptions

_MediaStream = TypeVar("_MediaStream", VideoStream, AudioStream)


def choose_video(container: InputContainer) -> VideoStream | None:
    """The first decodable video stream, one flagged as default before others; None where there is only cover art.

    Raises RequestRejected(FORMAT_NOT_SUPPORTED) if none of those there are can be decoded.
    """
    streams = [stream for stream in container.streams.video if not is_cover_art(stream)]
    candidates = _rank_decodable(streams, ErrorCode.FORMAT_NOT_SUPPORTED)
    return candidates[0] if candidates else None


def choose_audio(container: InputContainer) -> AudioStream | None:
    """The first audio stream that decodes, one flagged as default before others; None where there is none.

    Raises RequestRejected(AUDIO_NOT_SUPPORTED) if there is no decoder for any of those there are.
    """
    candidates = _rank_decodable(container.streams.audio, ErrorCode.AUDIO_NOT_SUPPORTED)
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    proven = _find_decoding([stream.index for stream in candidates], container)
    return next((stream for stream in candidates if stream.index in proven), candidates[0])


def _rank_decodable(streams: Sequence[_MediaStream], code: ErrorCode) -> list[_MediaStream]:
    decodable = [stream for stream in streams if is_decodable(stream)]
    if streams and not decodable:
        raise RequestRejected(code)
    return sorted(
        decodable,
        key=lambda stream: (not stream.disposition & Disposition.default, bool(stream.disposition & _SECONDARY)),
    )


def _find_decoding(ranked: Sequence[int], container: InputContainer) -> set[int]:
    """Of the audio streams with these indices the ones that decode, read until the first in rank has.

    An empty or encrypted stream may be flagged as default. The file is opened anew, so that `container` stays at its
    start.
    """
    proven: set[int] = set()
    tried = dict.fromkeys(ranked, 0)
    with open_media(path_of(container)) as trial:
        for packet in trial.demux([trial.streams[index] for index in ranked]):
            index = packet.stream.index
            if index in proven or tried[index] >= MAX_PROOF_PACKETS:
                continue
            tried[index] += 1
            try:
                proven |= {index} if packet.decode() else set()
            except PACKET_ERRORS:
                continue
            if ranked[0] in proven:
                break
    return proven

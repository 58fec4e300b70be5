"""Demuxing of audio and video files: the only place where a container is opened for reading.

Without options FFmpeg would follow a playlist to other files and to the network, and choose a demuxer by the file's
name, as which a song called photo.jpg is a picture. Here it gets the one demuxer of the detected format, and an
allow-list: that demuxer, the decoders that users' files need, and the protocol `file`.
"""

from pathlib import Path
from typing import Final, NamedTuple

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from models.errors import ErrorCode, RequestRejected
from models.limits import load_limits
from pipeline.media.sniff import sniff

_FILE_PROTOCOL: Final = "file:"
_ISO_DEMUXERS: Final = "mov,mp4,m4a,3gp,3g2,mj2"
_MATROSKA_DEMUXERS: Final = "matroska,webm"
DEMUXERS: Final = {
    "mp4": _ISO_DEMUXERS, "mov": _ISO_DEMUXERS, "3gp": _ISO_DEMUXERS, "m4a": _ISO_DEMUXERS,
    "webm": _MATROSKA_DEMUXERS, "mkv": _MATROSKA_DEMUXERS, "avi": "avi",
    "mpegts": "mpegts", "mp3": "mp3", "aac": "aac", "ogg": "ogg", "flac": "flac", "wav": "wav",
}  # fmt: skip
DECODERS: Final = (
    "h264,hevc,vp8,vp9,libdav1d,av1,mpeg4,h263,msmpeg4,msmpeg4v2,mpeg1video,mpeg2video,mjpeg,prores,theora,png,"
    "aac,aac_latm,mp3float,mp3,mp2float,mp2,opus,libopus,vorbis,flac,alac,ac3,eac3,amrnb,amrwb,"
    "libopencore_amrnb,libopencore_amrwb,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,"
    "pcm_f32be,pcm_f64le,pcm_u8,pcm_s8,pcm_alaw,pcm_mulaw,adpcm_ms,adpcm_ima_wav,adpcm_ima_qt"
)
# Errors of decoders on a damaged packet: AAC's alone raises invalid data, "not permitted" and numbers without a name.
PACKET_ERRORS: Final = tuple(
    kind for kind in av.error.FFmpegError.__subclasses__() if not issubclass(kind, MemoryError)
)


def open_media(path: Path, format: str | None = None) -> InputContainer:  # noqa: A002 - the field's name in this package
    """Open the container; a decoder that is not allowed, or a frame of too many pixels, fails on decoding.

    `format` is the result of `sniff`, if already known. Raises `RequestRejected`: that of `sniff`, NO_PICTURE for a
    picture, NOT_MEDIA, TOO_MANY_STREAMS, BROKEN_FILE.
    """
    format_name = format or sniff(path).format
    if format_name not in DEMUXERS:
        raise RequestRejected(
            ErrorCode.NO_PICTURE if format_name in load_limits().formats.image else ErrorCode.NOT_MEDIA
        )
    try:
        demuxers = DEMUXERS[format_name]
        container = av.open(
            _to_file_url(path),
            format=demuxers.split(",")[0],
            options=_build_options(demuxers),
            metadata_errors="ignore",
        )
    except (av.error.FFmpegError, ValueError, UnicodeError) as error:
        if isinstance(error, MemoryError):
            raise
        raise RequestRejected(ErrorCode.BROKEN_FILE) from error
    max_streams = load_limits().video.max_streams
    if _count_decoded_streams(container) > max_streams:
        container.close()
        raise RequestRejected(ErrorCode.TOO_MANY_STREAMS, limit=max_streams)
    for stream in (*container.streams.video, *container.streams.audio):
        if stream.codec_context is not None:
            stream.codec_context.options = {
                "codec_whitelist": DECODERS,
                "max_pixels": str(load_limits().video.max_pixels),
            }
    return container


class StillColour(NamedTuple):
    """Colour of an AVIF picture by its header: primaries and transfer (numbers of ITU-T H.273), and bits a sample."""

    primaries: int
    transfer: int
    bits: int


def read_still_colour(path: Path) -> StillColour | None:
    """Read the colour of an AVIF picture, which Pillow does not tell; None if FFmpeg cannot open it."""
    options = _build_options(_ISO_DEMUXERS) | {"max_pixels": str(load_limits().picture.max_pixels)}
    try:
        with av.open(_to_file_url(path), format="mov", options=options, metadata_errors="ignore") as container:
            codec = next((stream.codec_context for stream in container.streams.video), None)
            if codec is None or codec.format is None:
                return None
            return StillColour(int(codec.color_primaries), int(codec.color_trc), codec.format.components[0].bits)
    except PACKET_ERRORS:
        return None


def is_decodable(stream: VideoStream | AudioStream) -> bool:
    """Whether there is a decoder for the stream, and it is on the allow-list."""
    return stream.codec_context is not None and stream.codec_context.name in DECODERS.split(",")


def path_of(container: InputContainer) -> Path:
    """The file that a container of `open_media` reads."""
    return Path(container.name.removeprefix(_FILE_PROTOCOL))


def _to_file_url(path: Path) -> str:
    """The path as a `file:` URL, so that no part of it is parsed as a protocol."""
    return f"{_FILE_PROTOCOL}{path.resolve()}"


def _count_decoded_streams(container: InputContainer) -> int:
    """Streams that may be decoded; subtitles, attached fonts, cover art and timecodes cost nothing."""
    video = sum(not is_cover_art(stream) for stream in container.streams.video)
    return video + len(container.streams.audio)


def _build_options(demuxers: str) -> dict[str, str]:
    return {
        "format_whitelist": demuxers,
        "protocol_whitelist": "file",
        "codec_whitelist": DECODERS,
        "max_streams": "200",
        "probesize": "5000000",
    }


def is_cover_art(stream: object) -> bool:
    """Whether a video stream is only the attached picture of an audio file."""
    disposition = getattr(stream, "disposition", None)
    return bool(disposition is not None and disposition & av.stream.Disposition.attached_pic)

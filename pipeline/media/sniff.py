"""Format detection by a file's first bytes, never by its name: the allow-list of accepted formats.

libmagic detects most of them; ISO brands, transport streams and bare MP3 frames are detected here, as libmagic knows
fewer of them than users send.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, cast

import pylibmagic

from models.errors import ErrorCode, RequestRejected
from models.limits import load_limits
from models.media.facts import MediaKind

HEAD_BYTES: Final = 8192  # bytes read

FORMAT_BY_MIME_TYPE: Final = {
    "image/jpeg": "jpeg", "image/png": "png", "image/apng": "png", "image/webp": "webp", "image/gif": "gif",
    "image/heic": "heic", "image/heif": "heic", "image/heic-sequence": "heic", "image/heif-sequence": "heic",
    "image/avif": "avif", "image/bmp": "bmp", "image/x-ms-bmp": "bmp", "image/tiff": "tiff",
    "video/mp4": "mp4", "video/x-m4v": "mp4", "video/quicktime": "mov", "video/3gpp": "3gp", "video/3gpp2": "3gp",
    "video/webm": "webm", "video/x-matroska": "mkv", "audio/x-matroska": "mkv", "application/x-matroska": "mkv",
    "video/x-msvideo": "avi", "video/vnd.avi": "avi", "video/mp2t": "mpegts",
    "audio/mpeg": "mp3", "audio/x-m4a": "m4a", "audio/mp4": "m4a", "audio/aac": "aac", "audio/x-aac": "aac",
    "audio/x-hx-aac-adts": "aac", "audio/ogg": "ogg", "video/ogg": "ogg", "application/ogg": "ogg",
    "audio/flac": "flac", "audio/x-flac": "flac", "audio/x-wav": "wav", "audio/wav": "wav", "audio/vnd.wave": "wav",
}  # fmt: skip
FORMAT_BY_BRAND: Final = {
    b"heic": "heic", b"heix": "heic", b"heim": "heic", b"heis": "heic", b"hevc": "heic", b"hevx": "heic",
    b"mif1": "heic", b"msf1": "heic", b"avif": "avif", b"avis": "avif", b"qt  ": "mov", b"crx ": "cr3",
    b"M4A ": "m4a", b"M4B ": "m4a", b"M4P ": "m4a",
}  # fmt: skip
QUICKTIME_ATOMS: Final = (
    b"moov",
    b"mdat",
    b"wide",
    b"skip",
    b"free",
    b"pnot",
)  # first atoms of QuickTime files without ftyp
_PACKET_MARK: Final = b"G"
_PACKET_BYTES: Final = 188  # of a transport stream
_MIN_PACKETS: Final = 10  # found one after the other in a recording that begins within a packet
TRANSPORT_STREAM_LAYOUTS: Final = ((0, 188), (4, 192))  # (first packet, packet length) in bytes: broadcast, camcorders
PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
RAW_SIGNATURES: Final = (b"IIU\0", b"\0MRM")  # raw photos of Panasonic and Minolta, which libmagic does not know
UNSUPPORTED_MIME_TYPES: Final = (
    "image/",
    "video/",
    "audio/",
    "application/vnd.rn-realmedia",
    "application/x-shockwave-flash",
)
TEXT_MIME_TYPES: Final = ("image/svg", "audio/x-mpegurl", "audio/mpegurl", "audio/x-scpls", "video/vnd.mpegurl")


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format, named as in `models/limits.toml`, and its media kind."""

    format: str
    kind: MediaKind


def sniff(path: Path) -> FileFormat:
    """Detect a file's format. Raises `RequestRejected`: EMPTY_FILE, NOT_MEDIA, FORMAT_NOT_SUPPORTED."""
    with path.open("rb") as file:
        return sniff_bytes(file.read(HEAD_BYTES))


def sniff_bytes(head: bytes) -> FileFormat:
    """Detect the format by the first bytes of a file; raises what `sniff` raises."""
    if not head:
        raise RequestRejected(ErrorCode.EMPTY_FILE)
    name = _detect_by_structure(head) or _detect_by_magic(head)
    formats = load_limits().formats
    kinds = {MediaKind.IMAGE: formats.image, MediaKind.VIDEO: formats.video, MediaKind.AUDIO: formats.audio}
    for kind, names in kinds.items():
        if name in names:
            return FileFormat(name, kind)
    raise RequestRejected(ErrorCode.FORMAT_NOT_SUPPORTED)


def _detect_by_structure(head: bytes) -> str | None:
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return FORMAT_BY_BRAND.get(brand) or ("3gp" if brand.startswith((b"3gp", b"3g2")) else "mp4")
    if head.startswith(RAW_SIGNATURES):
        return "raw"
    if head[4:8] in QUICKTIME_ATOMS:
        return "mov"
    if any(_is_transport_stream(head, *layout) for layout in TRANSPORT_STREAM_LAYOUTS):
        return "mpegts"
    return "png" if head.startswith(PNG_SIGNATURE) else None


def _is_transport_stream(head: bytes, start: int, step: int) -> bool:
    return len(head) > start + 2 * step and head[start] == head[start + step] == head[start + 2 * step] == 0x47


def _detect_by_magic(head: bytes) -> str:
    mime_type = _load_libmagic()(head)
    if mime_type in FORMAT_BY_MIME_TYPE:
        return FORMAT_BY_MIME_TYPE[mime_type]
    if mime_type == "application/octet-stream" and (_is_mp3_frame(head) or head.startswith(b"ID3")):
        return "mp3"
    if mime_type == "application/octet-stream" and _has_cut_transport_stream(head):
        return "mpegts"
    if mime_type.startswith(UNSUPPORTED_MIME_TYPES) and not mime_type.startswith(TEXT_MIME_TYPES):
        raise RequestRejected(ErrorCode.FORMAT_NOT_SUPPORTED)
    raise RequestRejected(ErrorCode.NOT_MEDIA)


def _has_cut_transport_stream(head: bytes) -> bool:
    """Whether packets of a transport stream follow each other from somewhere within the first packet's length on."""
    return any(_count_packets(head[start:]) >= _MIN_PACKETS for start in range(_PACKET_BYTES))


def _count_packets(data: bytes) -> int:
    """How many packets begin with their mark; 0 if one does not."""
    marks = data[::_PACKET_BYTES]
    return len(marks) if marks.count(_PACKET_MARK) == len(marks) else 0


def _is_mp3_frame(head: bytes) -> bool:
    """Whether it is a layer III frame header with a valid bit rate and sampling rate (ISO 11172-3, 2.4.1.3)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return False
    return head[1] & 0x18 != 0x08 and head[2] >> 4 not in {0, 15} and head[2] & 0x0C != 0x0C


@cache
def _load_libmagic() -> Callable[[bytes], str]:
    import magic  # after pylibmagic, which makes it load the library in its wheel

    reader = magic.Magic(mime=True, magic_file=str(pylibmagic.data / "magic.mgc"))
    return cast("Callable[[bytes], str]", reader.from_buffer)

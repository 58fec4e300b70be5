"""Chunks of a PNG file: those that change how it looks, its colour profile and its colour code points.

Pillow reads the text and the profile before the pixels, and refuses the file if either is larger than it allows.
"""

import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from pipeline.media.pictures.tone_mapping import CodePoints

_SIGNATURE_BYTES: Final = 8
_FRAME_BYTES: Final = 12  # of a chunk around its data: length, type, checksum
_MAX_PROFILE_BYTES: Final = 32_000_000  # of a colour profile; printers' are 4 MB
_VISIBLE_TYPES: Final = {b"tRNS", b"eXIf", b"acTL", b"fcTL", b"fdAT", b"gAMA", b"cHRM", b"sRGB", b"pHYs"}
_XMP_KEYWORD: Final = b"XML:com.adobe.xmp\0\0"  # uncompressed; may hold the orientation
_ANCILLARY_BIT: Final = 0x20
_CODE_POINT_BYTES, _GAMMA_BYTES = 4, 4
_COLOUR_TYPES: Final = {b"sRGB", b"iCCP", b"cICP"}
_GAMMA_UNIT: Final = 100_000


class _Chunk(NamedTuple):
    name: bytes
    start: int  # offset of the length field
    end: int
    data: bytes


def keep_visible_chunks(png: bytes) -> bytes:
    """Return the file without text, profile and whatever else does not change its pixels."""
    kept = [png[chunk.start : chunk.end] for chunk in _iterate_chunks(png) if _is_visible(chunk)]
    return png[:_SIGNATURE_BYTES] + b"".join(kept)


def read_profile(png: bytes) -> bytes | None:
    """Return the ICC profile; None if there is none, or if it is invalid or larger than any real one."""
    data = _find_data(png, b"iCCP")
    if data is None:
        return None
    _, _, compressed = data.partition(b"\0")
    try:
        inflater = zlib.decompressobj()
        profile = inflater.decompress(compressed[1:], _MAX_PROFILE_BYTES)  # after the compression method
    except zlib.error:
        return None
    return profile if inflater.eof else None


def read_code_points(png: bytes) -> CodePoints | None:
    """Return the colour code points of the chunk cICP, if there is one."""
    data = _find_data(png, b"cICP")
    return CodePoints(data[0], data[1]) if data is not None and len(data) == _CODE_POINT_BYTES else None


def read_gamma(png: bytes) -> float | None:
    """Return the exponent of the chunk gAMA; None without one, or where a profile or code points count instead."""
    if any(chunk.name in _COLOUR_TYPES for chunk in _iterate_chunks(png)):
        return None
    data = _find_data(png, b"gAMA")
    return int.from_bytes(data, "big") / _GAMMA_UNIT if data is not None and len(data) == _GAMMA_BYTES else None


def _find_data(png: bytes, name: bytes) -> bytes | None:
    return next((chunk.data for chunk in _iterate_chunks(png) if chunk.name == name), None)


def _is_visible(chunk: _Chunk) -> bool:
    is_critical = not (chunk.name[:1] or b"\0")[0] & _ANCILLARY_BIT
    is_xmp = chunk.name == b"iTXt" and chunk.data.startswith(_XMP_KEYWORD)
    return is_critical or is_xmp or chunk.name in _VISIBLE_TYPES


def _iterate_chunks(png: bytes) -> Iterator[_Chunk]:
    """Yield the chunks up to the end of the picture; the last one of a truncated file is incomplete."""
    start = _SIGNATURE_BYTES
    while start < len(png):
        data_start = start + _FRAME_BYTES - 4
        end = data_start + int.from_bytes(png[start : start + 4], "big") + 4
        chunk = _Chunk(png[start + 4 : start + 8], start, end, png[data_start : end - 4])
        yield chunk
        if chunk.name == b"IEND":
            return
        start = end

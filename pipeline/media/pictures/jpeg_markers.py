"""Markers of a JPEG file (ITU-T T.81, annex B): its scans and its end."""

import re
from collections.abc import Iterator
from typing import Final

MAX_SCANS: Final = 200  # of a JPEG, each a pass over all its pixels; encoders write about ten
_MARKER: Final = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])")  # followed by a length; the excluded markers have none
_START_OF_SCAN: Final = b"\xda"
_END_OF_IMAGE: Final = b"\xd9"


def count_scans(jpeg: bytes) -> int:
    """Count the scans of a JPEG's first picture, up to one more than `MAX_SCANS`."""
    count = 0
    for marker in _iterate_markers(jpeg):
        count += marker == _START_OF_SCAN
        if count > MAX_SCANS or marker == _END_OF_IMAGE:
            break
    return count


def has_end(jpeg: bytes) -> bool:
    """Whether the first picture has its end marker."""
    return _END_OF_IMAGE in _iterate_markers(jpeg)


def append_end(jpeg: bytes, samples: bytes = b"") -> bytes:
    """Return the file with an end marker, without which a decoder waits for more, and coded samples before it."""
    return jpeg + samples + b"\xff" + _END_OF_IMAGE


def _iterate_markers(jpeg: bytes) -> Iterator[bytes]:
    position = 0
    while marker := _MARKER.search(jpeg, position):
        yield marker[1]
        position = marker.end() + int.from_bytes(jpeg[marker.end() : marker.end() + 2], "big")

"""Markers of a JPEG file (ITU-T T.81, annex B): its scans, its end, and the rows that are missing without one."""

import re
from collections.abc import Iterator
from typing import Final

import numpy as np
from PIL import Image

MAX_SCANS: Final = 200  # of a JPEG, each a pass over all its pixels; encoders write about ten
MIN_COMPLETE_SHARE: Final = 0.75  # of the rows; a file that holds less is damaged
_MARKER: Final = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])")  # followed by a length; the excluded markers have none
_START_OF_SCAN: Final = b"\xda"
_END_OF_IMAGE: Final = b"\xd9"
_MISSING_LEVEL, _TOLERANCE = 128, 1  # the decoder's level for samples that are not there


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


def append_end(jpeg: bytes) -> bytes:
    """Return the file with an end marker, without which a decoder waits for more."""
    return jpeg + b"\xff" + _END_OF_IMAGE


def count_complete_rows(image: Image.Image) -> int:
    """Count the rows of a decoded picture up to those its truncated file lacks.

    Blocks come row by row from left to right, so that what is missing always includes the end of a row.
    """
    last_column = np.asarray(image.crop((image.width - 1, 0, image.width, image.height))).reshape(image.height, -1)
    is_present = (np.abs(last_column.astype(int) - _MISSING_LEVEL) > _TOLERANCE).any(axis=1)
    return int(np.flatnonzero(is_present).max(initial=-1)) + 1


def _iterate_markers(jpeg: bytes) -> Iterator[bytes]:
    position = 0
    while marker := _MARKER.search(jpeg, position):
        yield marker[1]
        position = marker.end() + int.from_bytes(jpeg[marker.end() : marker.end() + 2], "big")

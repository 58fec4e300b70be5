"""Decoding of files that are cut short: their complete rows are drawn, if few are missing."""

from typing import Final

import numpy as np
from PIL import Image, ImageFile

from models.errors import ErrorCode, RequestRejected
from models.media.facts import MediaKind
from pipeline.media.pictures import jpeg_markers
from pipeline.media.pictures.opening import PictureFile, decode_jpeg, open_picture
from pipeline.media.sniff import FileFormat

_MIN_COMPLETE_SHARE: Final = 0.75  # of the rows; a file that holds less is damaged
_ROW_FORMATS: Final = {"png", "bmp", "tiff"}  # decoded row by row; of others cut short nothing can be decoded
_GREY, _TOLERANCE = 128, 1  # what a JPEG decoder takes for samples that are not there; others leave zeros
_FILLER: Final = bytes(range(1, 128)) * 40  # what is put where samples may be missing: other pixels appear there


def load_complete_rows(file: PictureFile) -> Image.Image:
    """Decode a picture without the rows that its file lacks. Raises RequestRejected(BROKEN_FILE) if these are many."""
    if file.is_truncated:
        file.image.load()
        return _trim(file.image, *_find_jpeg_rows(file))
    try:
        file.image.load()
    except OSError:
        if file.format not in _ROW_FORMATS:
            raise
        image = _load_truncated(file)
        return _trim(image, *_find_rows(image, is_bottom_up=file.format == "bmp"))
    return file.image


def _load_truncated(file: PictureFile) -> Image.Image:
    image = open_picture(file.path, FileFormat(file.format, MediaKind.IMAGE)).image
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        image.load()
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    return image


def _find_jpeg_rows(file: PictureFile) -> tuple[int, int]:
    """First row, and the one after the last.

    Blocks come row by row from left to right, so that what is missing always includes the end of a row. The picture may
    be grey there itself; then other samples behind the file's own change nothing.
    """
    image = file.image
    last_column = np.asarray(image.crop((image.width - 1, 0, image.width, image.height))).reshape(image.height, -1)
    is_present = (np.abs(last_column.astype(int) - _GREY) > _TOLERANCE).any(axis=1)
    end = int(np.flatnonzero(is_present).max(initial=-1)) + 1
    return 0, end if end == image.height else max(end, _count_settled_rows(file))


def _count_settled_rows(file: PictureFile) -> int:
    """Rows at the top that stay as they are whatever samples follow those of the file."""
    other = decode_jpeg(jpeg_markers.append_end(file.data, _FILLER))
    other.draft(None, file.image.size)
    is_changed = (np.asarray(file.image) != np.asarray(other)).reshape(file.image.height, -1).any(axis=1)
    return int(np.argmax(is_changed)) if is_changed.any() else file.image.height


def _find_rows(image: Image.Image, *, is_bottom_up: bool) -> tuple[int, int]:
    """First row, and the one after the last; those missing are zeros, at the end of the file."""
    rows = np.flatnonzero(np.asarray(image).reshape(image.height, -1).any(axis=1))
    if not len(rows):
        return 0, 0
    return (int(rows[0]), image.height) if is_bottom_up else (0, int(rows[-1]) + 1)


def _trim(image: Image.Image, first: int, end: int) -> Image.Image:
    if end - first < _MIN_COMPLETE_SHARE * image.height:
        raise RequestRejected(ErrorCode.BROKEN_FILE)
    complete = image.crop((0, first, image.width, end))
    complete.getexif().update(image.getexif())
    return complete

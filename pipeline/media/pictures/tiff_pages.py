"""Pages of a TIFF file: the first one that is no thumbnail. Raw photos are TIFF files too, many with nothing else."""

import io
from typing import Final

from PIL import Image, TiffImagePlugin, UnidentifiedImageError
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from models.errors import ErrorCode, RequestRejected
from pipeline.media.decode_errors import convert_decode_errors

_SUBFILE_TYPE, _PHOTOMETRIC, _DNG_VERSION = 254, 262, 50706  # tags
_SIZE_TAGS, _OFFSET_TAGS = (256, 257), (273, 324)  # width and height; strips and tiles
_REDUCED_RESOLUTION: Final = 1  # bit of the subfile type
_SENSOR_PHOTOMETRICS: Final = {32803, 34892}  # colour filter array, linear raw
_HEADER_BYTES: Final = 8
_MIN_PREVIEW_SIDE: Final = 640  # pixels: a smaller preview of a raw photo is a thumbnail
_MAX_PAGES: Final = 32  # looked at


def open_pages(tiff: bytes) -> Image.Image:
    """Open the first full page.

    Raises RequestRejected(FORMAT_NOT_SUPPORTED) for a raw photo with a thumbnail alone, or with an unreadable preview,
    and for samples that are not read, such as floating-point colours.
    """
    try:
        image = Image.open(io.BytesIO(tiff), formats=("TIFF",))
    except UnidentifiedImageError as error:
        tags = _read_tags(tiff)
        if _is_raw(tags) or _has_picture(tags):
            raise RequestRejected(ErrorCode.FORMAT_NOT_SUPPORTED) from error
        raise
    assert isinstance(image, TiffImagePlugin.TiffImageFile)  # noqa: S101 - the only plugin allowed
    _select_full_page(image)
    if _is_raw(image.tag_v2) and (max(image.size) < _MIN_PREVIEW_SIDE or not _can_decode(image)):
        raise RequestRejected(ErrorCode.FORMAT_NOT_SUPPORTED)
    return image


def _select_full_page(image: TiffImagePlugin.TiffImageFile) -> None:
    """Select the first page that is no reduced copy of another; the first page if there is none."""
    if not _is_reduced(image.tag_v2):
        return
    for number in range(1, min(image.n_frames, _MAX_PAGES)):
        image.seek(number)
        if not _is_reduced(image.tag_v2):
            return
    image.seek(0)


def _can_decode(image: Image.Image) -> bool:
    try:
        with convert_decode_errors():
            image.load()
    except RequestRejected:
        return False
    return True


def _read_tags(tiff: bytes) -> ImageFileDirectory_v2:
    """Tags of the first page."""
    tags = ImageFileDirectory_v2(tiff[:_HEADER_BYTES])
    stream = io.BytesIO(tiff)
    stream.seek(tags.next)
    tags.load(stream)
    return tags


def _is_raw(tags: ImageFileDirectory_v2) -> bool:
    return _DNG_VERSION in tags or tags.get(_PHOTOMETRIC) in _SENSOR_PHOTOMETRICS or _is_reduced(tags)


def _has_picture(tags: ImageFileDirectory_v2) -> bool:
    """Whether there is a picture, in whatever form."""
    return all(isinstance(tags.get(tag), int) for tag in _SIZE_TAGS) and any(tag in tags for tag in _OFFSET_TAGS)


def _is_reduced(tags: ImageFileDirectory_v2) -> bool:
    return bool(tags.get(_SUBFILE_TYPE, 0) & _REDUCED_RESOLUTION)

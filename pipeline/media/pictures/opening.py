"""Opening of picture files by the Pillow plugin of their detected format, without decoding them."""

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pillow_heif
from PIL import Image

from models.errors import ErrorCode, RequestRejected
from models.limits import load_limits
from pipeline.media.decode_errors import convert_decode_errors
from pipeline.media.pictures import jpeg_markers, png_chunks, tiff_pages
from pipeline.media.sniff import FileFormat

pillow_heif.register_heif_opener()


@dataclass(frozen=True, slots=True)
class PictureFile:
    """An opened picture file, and its bytes."""

    image: Image.Image
    path: Path
    format: str
    data: bytes

    @property
    def is_truncated(self) -> bool:
        """Whether it is a JPEG without its end, which may lack rows."""
        return self.format == "jpeg" and not jpeg_markers.has_end(self.data)


def open_picture(path: Path, file_format: FileFormat) -> PictureFile:
    """Open a picture and check its size.

    Raises `RequestRejected`: NO_PICTURE, BROKEN_FILE, FORMAT_NOT_SUPPORTED, TOO_HEAVY and the pixel limits.
    """
    opener = _OPENERS.get(file_format.format)
    if opener is None:
        raise RequestRejected(ErrorCode.NO_PICTURE)
    max_pixels = load_limits().picture.max_pixels
    data = path.read_bytes()
    with convert_decode_errors(), warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        Image.MAX_IMAGE_PIXELS = max_pixels
        try:
            image = opener(data)
        except Image.DecompressionBombError as error:
            raise RequestRejected(ErrorCode.TOO_MANY_PIXELS, limit=round(max_pixels / 1e6)) from error
    check_size(*image.size)
    return PictureFile(image, path, file_format.format, data)


def check_size(width: float, height: float) -> None:
    """Raise `RequestRejected` if a picture of this size exceeds the limits."""
    picture_limits = load_limits().picture
    if width * height > picture_limits.max_pixels:
        raise RequestRejected(ErrorCode.TOO_MANY_PIXELS, limit=round(picture_limits.max_pixels / 1e6))
    if min(width, height) < picture_limits.min_side:
        raise RequestRejected(ErrorCode.TOO_FEW_PIXELS, limit=picture_limits.min_side)
    if max(width, height) > picture_limits.max_aspect * min(width, height):
        raise RequestRejected(ErrorCode.TOO_NARROW, limit=round(picture_limits.max_aspect))


def _build_opener(*plugins: str) -> Callable[[bytes], Image.Image]:
    def open_bytes(data: bytes) -> Image.Image:
        return Image.open(io.BytesIO(data), formats=plugins)

    return open_bytes


def _open_png(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png_chunks.keep_visible_chunks(png)), formats=("PNG",))
    if profile := png_chunks.read_profile(png):
        image.info["icc_profile"] = profile
    return image


def _open_jpeg(jpeg: bytes) -> Image.Image:
    if jpeg_markers.count_scans(jpeg) > jpeg_markers.MAX_SCANS:
        raise RequestRejected(ErrorCode.TOO_HEAVY)
    return decode_jpeg(jpeg if jpeg_markers.has_end(jpeg) else jpeg_markers.append_end(jpeg))


def decode_jpeg(jpeg: bytes) -> Image.Image:
    """Open a JPEG that has its end marker."""
    return Image.open(io.BytesIO(jpeg), formats=("JPEG", "MPO"))


_OPENERS: Final = {
    "jpeg": _open_jpeg, "png": _open_png, "tiff": tiff_pages.open_pages, "webp": _build_opener("WEBP"),
    "gif": _build_opener("GIF"), "heic": _build_opener("HEIF"), "avif": _build_opener("AVIF"),
    "bmp": _build_opener("BMP", "DIB"),
}  # fmt: skip

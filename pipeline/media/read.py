"""Reading of picture files to arrays: upright, on white, in 8-bit sRGB."""

import contextlib
import io
import re
import warnings
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pillow_heif
from PIL import Image, ImageCms, ImageOps

from models.errors import ErrorCode, RequestRejected
from models.limits import load_limits
from pipeline.media.decode_errors import convert_decode_errors
from pipeline.media.sniff import FileFormat, sniff

PLUGINS: Final = {
    "jpeg": ("JPEG", "MPO"), "png": ("PNG",), "webp": ("WEBP",), "gif": ("GIF",), "heic": ("HEIF",),
    "avif": ("AVIF",), "bmp": ("BMP", "DIB"), "tiff": ("TIFF",),
}  # fmt: skip
MAX_SCANS: Final = 200  # of a JPEG, each a pass over all its pixels; encoders write about ten
_MARKER: Final = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])")  # followed by a length; the excluded markers have none
_START_OF_SCAN: Final = b"\xda"
_END_OF_IMAGE: Final = b"\xd9"
_ALPHA_MODES: Final = {"RGBA", "LA", "PA", "La", "RGBa"}
_DEEP_MODES: Final = {"I", "F", "I;16", "I;16L", "I;16B", "I;16N"}

pillow_heif.register_heif_opener()


def read_picture(path: Path, max_side: int = 4096) -> npt.NDArray[np.uint8]:
    """Read a picture, or an animation's first frame, as height x width x 3 RGB, shrunk to `max_side` pixels if larger.

    Raises `RequestRejected`: that of `sniff`, NO_PICTURE, BROKEN_FILE and the pixel limits.
    """
    with open_picture(path, sniff(path)) as image, convert_decode_errors():
        return np.array(_normalize_picture(image, max_side), dtype=np.uint8)


def open_picture(path: Path, file_format: FileFormat) -> Image.Image:
    """Open a picture with the Pillow plugin of its detected format, without decoding it, and check its size."""
    plugins = PLUGINS.get(file_format.format)
    if plugins is None:
        raise RequestRejected(ErrorCode.NO_PICTURE)
    max_pixels = load_limits().picture.max_pixels
    with convert_decode_errors(), warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        Image.MAX_IMAGE_PIXELS = max_pixels
        try:
            image = Image.open(path, formats=plugins)
        except Image.DecompressionBombError as error:
            raise RequestRejected(ErrorCode.TOO_MANY_PIXELS, limit=round(max_pixels / 1e6)) from error
    check_size(*image.size)
    if file_format.format == "jpeg" and count_scans(path.read_bytes()) > MAX_SCANS:
        raise RequestRejected(ErrorCode.TOO_HEAVY)
    return image


def count_scans(jpeg: bytes) -> int:
    """Count the scans of a JPEG's first picture, up to one more than `MAX_SCANS` (ITU-T T.81, annex B)."""
    position = count = 0
    while count <= MAX_SCANS and (marker := _MARKER.search(jpeg, position)) and marker[1] != _END_OF_IMAGE:
        count += marker[1] == _START_OF_SCAN
        position = marker.end() + int.from_bytes(jpeg[marker.end() : marker.end() + 2], "big")
    return count


def check_size(width: float, height: float) -> None:
    """Raise `RequestRejected` if a picture of this size exceeds the limits."""
    picture_limits = load_limits().picture
    if width * height > picture_limits.max_pixels:
        raise RequestRejected(ErrorCode.TOO_MANY_PIXELS, limit=round(picture_limits.max_pixels / 1e6))
    if min(width, height) < picture_limits.min_side:
        raise RequestRejected(ErrorCode.TOO_FEW_PIXELS, limit=picture_limits.min_side)
    if max(width, height) > picture_limits.max_aspect * min(width, height):
        raise RequestRejected(ErrorCode.TOO_NARROW, limit=round(picture_limits.max_aspect))


def _normalize_picture(image: Image.Image, max_side: int) -> Image.Image:
    """Decode, shrink, rotate upright, remove alpha and convert to sRGB, in the order that needs the least memory."""
    box = (max_side, max_side)
    image.draft(None, box)  # JPEG decodes at 1/2, 1/4 or 1/8 at no cost
    profile = image.info.get("icc_profile")
    image.load()
    upright = _to_plain_mode(image)
    upright.thumbnail(box, Image.Resampling.LANCZOS, reducing_gap=2.0)
    ImageOps.exif_transpose(upright, in_place=True)
    return _to_srgb(_paste_on_white(upright), profile)


def _to_plain_mode(image: Image.Image) -> Image.Image:
    """Convert to RGB, RGBA or CMYK, which can be resampled."""
    orientation = image.getexif()
    if image.mode in {"RGB", "RGBA", "CMYK"} and "transparency" not in image.info:
        return image
    if image.mode in _DEEP_MODES:
        plain = _to_eight_bits(image)
    elif image.mode in _ALPHA_MODES or "transparency" in image.info:
        plain = image.convert("RGBA")
    else:
        plain = image.convert("RGB")
    plain.info.pop("transparency", None)
    plain.getexif().update(orientation)
    return plain


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Scale grey of 16 or 32 bits to 8 bits; Pillow's own conversion would clip it at 255."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")
    values = np.nan_to_num(np.asarray(image).astype(np.float32), posinf=0, neginf=0)
    largest = float(values.max(initial=0))
    top = next((limit for limit in (1.0, 255.0, 65535.0) if largest <= limit), largest)
    grey = np.clip(values * (255.0 / top) + 0.5, 0, 255).astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")


def _paste_on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _to_srgb(image: Image.Image, profile: object) -> Image.Image:
    """Convert by the embedded profile (phones use Display P3, printers CMYK), or without one if it is invalid."""
    if isinstance(profile, bytes) and profile:
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            return converted or image.convert("RGB")
    return image.convert("RGB")

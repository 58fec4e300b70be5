"""Samples of 16 bits of pictures whose colours need more than Pillow's eight."""

import io
from typing import Final

import cv2
import numpy as np
import pillow_heif
from numpy.typing import NDArray

from pipeline.media.demux import read_still_colour
from pipeline.media.pictures.opening import PictureFile

Samples = NDArray[np.uint16]
Stored = NDArray[np.uint8 | np.uint16]

_WORD_MAX: Final = 65535
_COLOUR_CONVERSIONS: Final = {3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGBA}  # by the channels that OpenCV has read


def read_samples(file: PictureFile, max_side: int) -> Samples:
    """Read height x width x 3 (RGB) or 4 (RGBA) samples as they are stored, shrunk to `max_side` pixels if larger."""
    if file.format == "heic":
        heif = pillow_heif.open_heif(io.BytesIO(file.data), convert_hdr_to_8bit=False)
        pixels = _shrink(np.asarray(heif), max_side)
    elif file.format in {"png", "avif"}:
        pixels = _read_with_opencv(file, max_side)
    else:
        pixels = _shrink(np.asarray(file.image.convert("RGB")), max_side)
    return _to_words(_add_channels(pixels), _depth_of(file, pixels))


def _read_with_opencv(file: PictureFile, max_side: int) -> Stored:
    decoded = cv2.imdecode(np.frombuffer(file.data, np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None:
        return _shrink(np.asarray(file.image.convert("RGB")), max_side)
    pixels = _shrink(np.asarray(decoded), max_side)
    conversion = _COLOUR_CONVERSIONS.get(1 if pixels.ndim == 2 else pixels.shape[2])
    return np.asarray(pixels if conversion is None else cv2.cvtColor(pixels, conversion))


def _add_channels(pixels: Stored) -> Stored:
    """RGB or RGBA of grey with or without alpha."""
    if pixels.ndim == 2:
        return np.dstack([pixels] * 3)
    return pixels[..., [0, 0, 0, 1]] if pixels.shape[2] == 2 else pixels


def _depth_of(file: PictureFile, pixels: Stored) -> int:
    """Bits a sample: OpenCV leaves the 10 or 12 of an AVIF picture as they are."""
    if pixels.dtype == np.uint16 and file.format == "avif" and (colour := read_still_colour(file.path)):
        return colour.bits
    return pixels.dtype.itemsize * 8


def _shrink(pixels: Stored, max_side: int) -> Stored:
    height, width = pixels.shape[:2]
    scale = min(1.0, max_side / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)) if scale < 1 else pixels


def _to_words(pixels: Stored, depth: int) -> Samples:
    largest = (1 << depth) - 1
    words = pixels if largest == _WORD_MAX else np.rint(pixels * np.float32(_WORD_MAX / largest))
    return np.asarray(words, np.uint16)

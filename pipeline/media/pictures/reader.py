"""Reading of picture files to arrays: upright, on a board that shows them, in 8-bit sRGB."""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from pipeline.media.decode_errors import convert_decode_errors
from pipeline.media.pictures import colours, png_chunks, visibility
from pipeline.media.pictures.opening import PictureFile, open_picture
from pipeline.media.pictures.picture import Picture
from pipeline.media.pictures.truncation import load_complete_rows
from pipeline.media.sniff import sniff

# In other formats further pictures are pages, or depth and gain maps.
_ANIMATED_FORMATS: Final = {"gif", "png", "webp", "avif"}
_ALPHA_MODES: Final = {"RGBA", "LA", "PA", "La", "RGBa"}
_DEEP_MODES: Final = {"I", "F", "I;16", "I;16L", "I;16B", "I;16N"}


def read_picture(path: Path, max_side: int = 4096) -> Picture:
    """Read a picture, or an animation's fullest frame, shrunk to `max_side` pixels if larger.

    Raises `RequestRejected`: what `sniff` and `open_picture` raise, and BROKEN_FILE.
    """
    file_format = sniff(path)
    file = open_picture(path, file_format)
    with convert_decode_errors():
        if file.format in _ANIMATED_FORMATS and getattr(file.image, "is_animated", False):
            file.image.seek(visibility.find_fullest_frame(open_picture(path, file_format).image))
        return _put_on_board(_decode(file, max_side))


def read_with_transparency(path: Path, max_side: int) -> NDArray[np.uint8]:
    """Read a picture, or the first of an animation, with straight alpha: (height, width, 4). Raises like the above."""
    file = open_picture(path, sniff(path))
    with convert_decode_errors():
        image = _decode(file, max_side)
        return np.array(image.convert("RGBA"), np.uint8)


def _put_on_board(image: Image.Image) -> Picture:
    if image.mode != "RGBA":
        return Picture(np.array(image, np.uint8))
    level = visibility.choose_board_level(image)
    return Picture(np.array(visibility.compose(image, level), np.uint8), level)


def _decode(file: PictureFile, max_side: int) -> Image.Image:
    """Decode, shrink, rotate upright and convert to sRGB, in the order that needs the least memory: RGB or RGBA."""
    points = colours.find_code_points(file)
    if points is not None:
        upright = colours.convert_samples(file, points, max_side)
        upright.getexif().update(file.image.getexif())
        ImageOps.exif_transpose(upright, in_place=True)
        return upright
    upright = _shrink(file, max_side)
    ImageOps.exif_transpose(upright, in_place=True)
    gamma = png_chunks.read_gamma(file.data) if file.format == "png" else None
    return colours.convert_gamma(colours.convert_profile(upright, colours.profile_of(file.image)), gamma)


def _shrink(file: PictureFile, max_side: int) -> Image.Image:
    """Decode to RGB, RGBA or CMYK of at most `max_side` pixels."""
    box = (max_side, max_side)
    file.image.draft(None, box)  # JPEG decodes at 1/2, 1/4 or 1/8 at no cost
    plain = _to_plain_mode(load_complete_rows(file))
    plain.thumbnail(box, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return plain


def _to_plain_mode(image: Image.Image) -> Image.Image:
    """Convert to RGB, RGBA or CMYK, which can be resampled."""
    orientation = image.getexif()
    if image.mode in {"RGB", "CMYK"} and "transparency" not in image.info:
        return image
    if image.mode in _DEEP_MODES:
        plain = _to_eight_bits(image)
    elif image.mode in _ALPHA_MODES or "transparency" in image.info:
        plain = _drop_meaningless_alpha(image if image.mode == "RGBA" else image.convert("RGBA"))
    else:
        plain = image.convert("RGB")
    plain.info.pop("transparency", None)
    plain.getexif().update(orientation)
    return plain


def _drop_meaningless_alpha(image: Image.Image) -> Image.Image:
    return image.convert("RGB") if visibility.is_opaque(image) else image


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Scale grey of 16 or 32 bits to 8 bits; Pillow's own conversion would clip it at 255."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")
    values = np.nan_to_num(np.asarray(image).astype(np.float32), posinf=0, neginf=0)
    largest = float(values.max(initial=0))
    top = next((limit for limit in (1.0, 255.0, 65535.0) if largest <= limit), largest)
    grey = np.clip(values * (255.0 / top) + 0.5, 0, 255).astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")

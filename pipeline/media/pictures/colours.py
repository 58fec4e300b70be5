"""Colours of picture files, by ICC profile or code points, converted to sRGB."""

import contextlib
import io
import re
from typing import Final

import numpy as np
from PIL import Image, ImageCms

from pipeline.media.demux import read_still_colour
from pipeline.media.pictures import png_chunks
from pipeline.media.pictures.opening import PictureFile
from pipeline.media.pictures.samples import read_samples
from pipeline.media.pictures.tone_mapping import BT2020, DISPLAY_P3, HLG, PQ, CodePoints, convert_to_srgb

_TAG_COUNT_OFFSET, _TAG_BYTES = 128, 12  # of the table of an ICC profile's tags (ICC.1:2022, 7.3)
_MAX_TAGS: Final = 200
_COLOUR_CHANNELS: Final = 3
_MIN_GAMMA, _MAX_GAMMA = 0.1, 5.0  # others are errors of programs
_DISPLAY_GAMMA: Final = 2.2
_GAMMA_TOLERANCE: Final = 0.05  # as libpng's: a difference that nobody sees
_TRANSFERS_BY_NAME: Final = {"PQ": PQ, "HLG": HLG, "ST2084": PQ}  # words in the names of profiles


def find_code_points(file: PictureFile) -> CodePoints | None:
    """The code points by which the picture must be converted; None if its profile, or nothing, says what it means."""
    profile = profile_of(file.image)
    points = _read_container_points(file) or (_read_profile_points(profile) if profile else None)
    if points is None or points.is_plain or (profile and not points.is_hdr):
        return None
    return points


def profile_of(image: Image.Image) -> bytes | None:
    """The embedded ICC profile, if there is one."""
    profile = image.info.get("icc_profile")
    return profile if isinstance(profile, bytes) and profile else None


def convert_samples(file: PictureFile, points: CodePoints, max_side: int) -> Image.Image:
    """Decode a picture by its code points to RGB or RGBA of at most `max_side` pixels."""
    samples = read_samples(file, max_side)
    colours = convert_to_srgb(samples[..., :_COLOUR_CHANNELS], points)
    if samples.shape[2] == _COLOUR_CHANNELS:
        return Image.fromarray(colours)
    return Image.fromarray(np.dstack([colours, (samples[..., _COLOUR_CHANNELS] >> 8).astype(np.uint8)]))


def convert_gamma(image: Image.Image, gamma: float | None) -> Image.Image:
    """Convert RGB or RGBA whose samples are light to the power of `gamma`, if this is none of a display's."""
    if gamma is None or not _MIN_GAMMA <= gamma <= _MAX_GAMMA or abs(gamma * _DISPLAY_GAMMA - 1) < _GAMMA_TOLERANCE:
        return image
    table = [round(255 * (level / 255) ** (1 / (gamma * _DISPLAY_GAMMA))) for level in range(256)]
    identity = list(range(256))
    return image.point(table * _COLOUR_CHANNELS + identity * (len(image.getbands()) - _COLOUR_CHANNELS))


def convert_profile(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert RGB, RGBA or CMYK by a profile (phones use Display P3, printers CMYK), without one if it is invalid."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    colours = image.convert("RGB") if alpha else image
    if profile:
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            colours = ImageCms.profileToProfile(colours, source, target, outputMode="RGB") or colours
    converted = colours.convert("RGB")
    if alpha:
        converted.putalpha(alpha)
    return converted


def _read_container_points(file: PictureFile) -> CodePoints | None:
    if file.format == "png":
        return png_chunks.read_code_points(file.data)
    if file.format == "avif":
        found = read_still_colour(file.path)
        return CodePoints(found.primaries, found.transfer) if found else None
    if nclx := file.image.info.get("nclx_profile"):
        return CodePoints(nclx["color_primaries"], nclx["transfer_characteristics"])
    return None


def _read_profile_points(profile: bytes) -> CodePoints | None:
    """Code points of the tag `cicp`, or by the profile's name: its curves do not tell how bright a display is."""
    count = min(_MAX_TAGS, int.from_bytes(profile[_TAG_COUNT_OFFSET : _TAG_COUNT_OFFSET + 4], "big"))
    first = _TAG_COUNT_OFFSET + 4
    for start in range(first, first + count * _TAG_BYTES, _TAG_BYTES):
        if profile[start : start + 4] == b"cicp":
            offset = int.from_bytes(profile[start + 4 : start + 8], "big")
            found = profile[offset + 8 : offset + 10]
            return CodePoints(found[0], found[1]) if len(found) == 2 else None
    return _derive_points(profile)


def _derive_points(profile: bytes) -> CodePoints | None:
    """Code points of a profile older than the tag, such as "Rec. ITU-R BT.2100 PQ"."""
    name = ""
    with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
        name = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile)))
    transfer = next(
        (number for word, number in _TRANSFERS_BY_NAME.items() if word in re.split(r"[^A-Z0-9]+", name)), None
    )
    return None if transfer is None else CodePoints(DISPLAY_P3 if "P3" in name else BT2020, transfer)

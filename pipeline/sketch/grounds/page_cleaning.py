"""Pages in photographs: paper under uneven light becomes white, so that it can be the board."""

from dataclasses import replace

import cv2
import numpy as np

from pipeline.media.pictures.picture import WHITE_LEVEL, Picture
from pipeline.sketch.types import Image

_LIGHT_SHARE = 1 / 12  # of the longer side: size of the window whose lightest tone is the paper's
_GRID_SIDE = 240  # pixels of the longer side of the copy in which light is measured
_WHITE_SHARE = 0.78  # of the paper's tone, from which a pixel counts as paper and becomes white
_MIN_PAPER_SHARE = 0.8  # share of the picture, and of its border, that is paper
_MIN_TONE = 90  # levels of the paper where the light is least
_MIN_MEDIAN_TONE = 140  # levels of the paper in most places
_MAX_TINT = 26  # levels between its channels


def clean_page(picture: Picture) -> Picture:
    """Return a photograph of a page with white paper, and any other picture as it is."""
    light = _measure_light(picture.pixels)
    if picture.board_level != WHITE_LEVEL or not _is_paper(light):
        return picture
    levels = _WHITE_SHARE * cv2.resize(light, picture.pixels.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    cleaned = cv2.divide(picture.pixels, levels.astype(np.uint8), scale=255)
    return replace(picture, pixels=np.asarray(cleaned)) if _is_page(cleaned) else picture


def _measure_light(picture: Image) -> Image:
    """The lightest tone around each pixel, in a small copy."""
    height, width = picture.shape[:2]
    scale = _GRID_SIDE / max(height, width)
    small = cv2.resize(
        picture, (max(4, round(width * scale)), max(4, round(height * scale))), interpolation=cv2.INTER_AREA
    )
    side = round(_LIGHT_SHARE * _GRID_SIDE) | 1
    lightest = cv2.dilate(small, np.ones((side, side), np.uint8))
    return np.asarray(cv2.GaussianBlur(lightest, (0, 0), side / 2))


def _is_paper(light: Image) -> bool:
    """Whether the light falls on something that is light and hardly coloured everywhere."""
    tints = np.ptp(light.astype(np.int16), axis=2)
    is_light = int(light.min()) >= _MIN_TONE and float(np.median(light)) >= _MIN_MEDIAN_TONE
    return is_light and float(np.median(tints)) <= _MAX_TINT


def _is_page(cleaned: Image) -> bool:
    is_white = cleaned.min(axis=2) == WHITE_LEVEL
    border = np.concatenate([is_white[0], is_white[-1], is_white[:, 0], is_white[:, -1]])
    return float(min(is_white.mean(), border.mean())) >= _MIN_PAPER_SHARE

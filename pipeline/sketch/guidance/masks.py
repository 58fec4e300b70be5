"""Masks of parts of a picture: of an object by its box, of the sky."""

from typing import Final

import cv2
import numpy as np

from pipeline.sketch.types import Image, Mask

Box = tuple[float, float, float, float]
"""Left, top, width and height in pixels."""

_GRID_SIDE: Final = 160  # pixels of the longer side on which objects are cut out
_CUT_ROUNDS: Final = 2
_MIN_SHARE: Final = 0.15  # of its box, that an object fills; where less is cut out, the whole box is taken
_CORE_SHARE: Final = 0.7  # of a box's sides: the ellipse in its middle
_MAX_BOX_SHARE: Final = 0.9  # of the picture; a larger box leaves nothing to tell the object from
_MAX_SKY_SLOPE: Final = 14  # levels of CIELAB between neighbours in the sky, on that grid
_MIN_SKY_SHARE: Final = 0.04  # of the picture


def cut_out(picture: Image, box: Box) -> Mask:
    """What an object fills of its box in an RGB picture.

    By GrabCut (Rother, Kolmogorov and Blake, 2004); the whole box where the object cannot be told from what is around.
    """
    whole = _fill_box(picture.shape[:2], box)
    if whole.mean() > _MAX_BOX_SHARE:
        return whole
    small = _shrink(picture)
    inside = cv2.resize(whole.astype(np.uint8), small.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    mask = np.where(inside > 0, cv2.GC_PR_FGD, cv2.GC_BGD).astype(np.uint8)
    if not 0 < inside.mean() < 1:
        return whole
    cv2.setRNGSeed(0)
    cv2.grabCut(small, mask, (0, 0, 0, 0), np.zeros((1, 65)), np.zeros((1, 65)), _CUT_ROUNDS, cv2.GC_INIT_WITH_MASK)
    cut = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    if cut.sum() < _MIN_SHARE * inside.sum():
        return whole
    return (cv2.resize(cut, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR) > 0) | _fill_core(whole.shape, box)


def _fill_core(size: tuple[int, ...], box: Box) -> Mask:
    """The ellipse in the middle of a box, which is the object's even where its colours are those of what is around."""
    left, top, width, height = box
    core = np.zeros(size, np.uint8)
    centre = (round(left + width / 2), round(top + height / 2))
    axes = (max(1, round(_CORE_SHARE * width / 2)), max(1, round(_CORE_SHARE * height / 2)))
    cv2.ellipse(core, centre, axes, 0, 0, 360, 1, cv2.FILLED)
    return core > 0


def _shrink(picture: Image) -> Image:
    scale = min(1.0, _GRID_SIDE / max(picture.shape[:2]))
    size = tuple(max(8, round(side * scale)) for side in picture.shape[1::-1])
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def _fill_box(size: tuple[int, ...], box: Box) -> Mask:
    mask = np.zeros(size, bool)
    left, top, width, height = box
    mask[round(top) : round(top + height), round(left) : round(left + width)] = True
    return mask


def find_sky(picture: Image) -> Mask | None:
    """The smooth part of an RGB picture that begins at its upper edge, with what floats in it; None where none does."""
    small = _shrink(picture)
    levels = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    slope = cv2.morphologyEx(levels, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)).max(axis=2)
    smooth = (slope < _MAX_SKY_SLOPE).astype(np.uint8)
    _, components = cv2.connectedComponents(smooth, connectivity=4)
    labels, counts = np.unique(components[0][smooth[0] > 0], return_counts=True)
    if not len(labels):
        return None
    sky = components == labels[counts.argmax()]
    if sky.mean() < _MIN_SKY_SHARE or sky[-1].mean() > 0.5:
        return None
    return cv2.resize(_fill_holes(sky), picture.shape[1::-1], interpolation=cv2.INTER_LINEAR) > 0


def _fill_holes(mask: Mask) -> Image:
    """The mask with what it encloses, such as clouds and birds."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    filled = np.zeros(mask.shape, np.uint8)
    cv2.drawContours(filled, contours, -1, 1, cv2.FILLED)
    return filled

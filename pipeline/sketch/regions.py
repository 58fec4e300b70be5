"""Segmentation of a picture into regions of one colour, each coloured in one go."""

import cv2
import numpy as np
from skimage.measure import label

from pipeline.sketch.arrays import Array, Image, Integers

_COLOURS = 8
_SAMPLE = 16_000  # pixels from which the palette is computed
_SMALLEST = 0.006  # share of the picture: smaller regions are merged with a neighbour


def find(picture: Image) -> Integers:
    """Label the regions of an RGB picture from 0, after mean shift and k-means over its colours."""
    height, width = picture.shape[:2]
    half = cv2.resize(picture, (max(4, width // 2), max(4, height // 2)), interpolation=cv2.INTER_AREA)
    calm = cv2.bilateralFilter(cv2.medianBlur(half, 5), 9, 45, 7)
    classes = cv2.medianBlur(_classes(cv2.cvtColor(calm, cv2.COLOR_RGB2LAB), _palette(half)), 9)
    large = cv2.resize(classes, (width, height), interpolation=cv2.INTER_NEAREST)
    return _without_spots(label(cv2.medianBlur(large, 5), connectivity=1, background=-1))  # type: ignore[no-untyped-call]


def _palette(picture: Image) -> Array:
    """Main colours of the picture in LAB."""
    height, width = picture.shape[:2]
    scale = min(1.0, float(np.sqrt(_SAMPLE / (width * height))))
    size = (max(4, round(width * scale)), max(4, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    flat = cv2.cvtColor(cv2.pyrMeanShiftFiltering(small, 5, 18), cv2.COLOR_RGB2LAB).reshape(-1, 3)
    count = min(_COLOURS, len(np.unique(flat.astype(np.uint32) @ np.array([1, 256, 65536], np.uint32))))
    cv2.setRNGSeed(1)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 1.0)
    _, _, centres = cv2.kmeans(flat.astype(np.float32), count, None, stop, 1, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    return np.asarray(centres)


def _classes(lab: Image, palette: Array) -> Image:
    """Index of the nearest palette colour at each pixel."""
    best = np.full(lab.shape[:2], np.inf, np.float32)
    classes = np.zeros(lab.shape[:2], np.uint8)
    pixels = lab.astype(np.float32)
    for index, colour in enumerate(palette):
        away = pixels - colour.astype(np.float32)
        distance = np.einsum("ijk,ijk->ij", away, away)
        nearer = distance < best
        classes[nearer] = index
        np.minimum(best, distance, out=best)
    return classes


def _without_spots(labels: Integers) -> Integers:
    """Merge small regions into the nearest large one; labels run from 0 without gaps."""
    sizes = np.bincount(labels.ravel())
    large = sizes >= min(_SMALLEST * labels.size, sizes.max())
    return nearest(labels, large[labels])


def nearest(labels: Integers, valid: Array) -> Integers:
    """Spread labels from the pixels of `is_valid` to all others, renumbered from 0."""
    used = np.bincount(labels[valid], minlength=int(labels.max()) + 1) > 0
    spread = (np.cumsum(used) - 1).astype(np.int32)[labels]
    if valid.all() or not valid.any():
        return spread
    _, seeds = cv2.distanceTransformWithLabels(
        (~valid).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    by_seed = np.zeros(int(seeds.max()) + 1, np.int32)
    by_seed[seeds[valid]] = spread[valid]
    found: Integers = by_seed[seeds]
    return found

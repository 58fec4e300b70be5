"""Segmentation of a picture into regions of one colour, each coloured in one go."""

from collections.abc import Sequence

import cv2
import numpy as np
from skimage.measure import label

from pipeline.sketch.types import Array, Image, Integers

_PALETTE_SIZE = 8
_SAMPLE_PIXELS = 16_000  # pixels from which the palette is computed
_DETAIL_COLOURS = 4  # colours of a detail
_BORDER_SIGMA = 2.2  # pixels at half size, by which borders between classes of colours are rounded
_MIN_REGION_SHARE = 0.006  # share of the picture: smaller regions are merged with a neighbour


def find_regions(picture: Image) -> Integers:
    """Label the regions of an RGB picture from 0, after mean shift and k-means over its colours."""
    height, width = picture.shape[:2]
    half = _halve(picture)
    smoothed = cv2.bilateralFilter(cv2.medianBlur(half, 5), 9, 45, 7)
    lab = cv2.cvtColor(smoothed, cv2.COLOR_RGB2LAB)
    classes = cv2.medianBlur(_classify_pixels(lab, _find_palette(half, _PALETTE_SIZE)), 9)
    enlarged = cv2.medianBlur(cv2.resize(classes, (width, height), interpolation=cv2.INTER_NEAREST), 5)
    return _remove_small_regions(label(enlarged, connectivity=1, background=-1), _MIN_REGION_SHARE)  # type: ignore[no-untyped-call]


def classify_colours(
    picture: Image, count: int, min_share: float, details: Sequence[Image] = ()
) -> tuple[Image, Integers]:
    """The `count` main colours (RGB) of a picture and a few of each of its `details`, and the number of that at each
    pixel.

    Patches smaller than `min_share` of the picture take the colour of a neighbour.
    """
    height, width = picture.shape[:2]
    half = _halve(picture)
    lab = cv2.cvtColor(cv2.bilateralFilter(cv2.medianBlur(half, 3), 7, 35, 5), cv2.COLOR_RGB2LAB)
    palette = np.concatenate([_find_palette(half, count), *(_find_palette(each, _DETAIL_COLOURS) for each in details)])
    classes = _smooth_classes(_classify_pixels(lab, palette), len(palette), (half.shape[1], half.shape[0]))
    kept = _merge_small_patches(classes, min_share)
    enlarged = _smooth_classes(kept, len(palette), (width, height))
    colours = cv2.cvtColor(palette.round().astype(np.uint8)[None], cv2.COLOR_LAB2RGB)[0]
    return np.asarray(colours), enlarged.astype(np.int32)


def _smooth_classes(classes: Image, count: int, size: tuple[int, int]) -> Image:
    """Round the borders between classes, enlarged to `size`: each pixel takes the class with most weight around it."""
    best_weight = np.zeros(size[::-1], np.uint8)
    smoothed = np.zeros(size[::-1], np.uint8)
    for index in range(count):
        blurred = cv2.GaussianBlur((classes == index).astype(np.uint8) * 255, (0, 0), _BORDER_SIGMA)
        weight = cv2.resize(blurred, size, interpolation=cv2.INTER_LINEAR)
        is_heavier = weight > best_weight
        smoothed[is_heavier] = index
        np.maximum(best_weight, weight, out=best_weight)
    return smoothed


def _merge_small_patches(classes: Image, min_share: float) -> Image:
    """Give patches of a class that are smaller than a share of the picture the class of a neighbour."""
    patches = label(classes, connectivity=1, background=-1)  # type: ignore[no-untyped-call]
    kept = _remove_small_regions(patches, min_share)
    class_of_patch = np.zeros(int(kept.max()) + 1, np.uint8)
    sizes = np.bincount(patches.ravel())
    is_large = (sizes >= min(min_share * patches.size, sizes.max()))[patches]
    class_of_patch[kept[is_large]] = classes[is_large]
    absorbed: Image = class_of_patch[kept]
    return absorbed


def _halve(picture: Image) -> Image:
    height, width = picture.shape[:2]
    return cv2.resize(picture, (max(4, width // 2), max(4, height // 2)), interpolation=cv2.INTER_AREA)


def _find_palette(picture: Image, max_count: int) -> Array:
    """Main colours of the picture in LAB."""
    height, width = picture.shape[:2]
    scale = min(1.0, float(np.sqrt(_SAMPLE_PIXELS / (width * height))))
    size = (max(4, round(width * scale)), max(4, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    flat = cv2.cvtColor(cv2.pyrMeanShiftFiltering(small, 5, 18), cv2.COLOR_RGB2LAB).reshape(-1, 3)
    count = min(max_count, len(np.unique(flat.astype(np.uint32) @ np.array([1, 256, 65536], np.uint32))))
    cv2.setRNGSeed(1)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 1.0)
    _, _, centres = cv2.kmeans(flat.astype(np.float32), count, None, criteria, 1, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    return np.asarray(centres)


def _classify_pixels(lab: Image, palette: Array) -> Image:
    """Index of the nearest palette colour at each pixel."""
    best_distance = np.full(lab.shape[:2], np.inf, np.float32)
    classes = np.zeros(lab.shape[:2], np.uint8)
    pixels = lab.astype(np.float32)
    for index, colour in enumerate(palette):
        difference = pixels - colour.astype(np.float32)
        distance = np.einsum("ijk,ijk->ij", difference, difference)
        is_nearer = distance < best_distance
        classes[is_nearer] = index
        np.minimum(best_distance, distance, out=best_distance)
    return classes


def _remove_small_regions(labels: Integers, min_share: float) -> Integers:
    """Merge small regions into the nearest large one; labels run from 0 without gaps."""
    sizes = np.bincount(labels.ravel())
    is_large = sizes >= min(min_share * labels.size, sizes.max())
    return spread_labels(labels, is_large[labels])


def spread_labels(labels: Integers, is_valid: Array) -> Integers:
    """Spread labels from the pixels of `is_valid` to all others, renumbered from 0."""
    is_used = np.bincount(labels[is_valid], minlength=int(labels.max()) + 1) > 0
    renumbered = (np.cumsum(is_used) - 1).astype(np.int32)[labels]
    if is_valid.all() or not is_valid.any():
        return renumbered
    _, seeds = cv2.distanceTransformWithLabels(
        (~is_valid).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    by_seed = np.zeros(int(seeds.max()) + 1, np.int32)
    by_seed[seeds[is_valid]] = renumbered[is_valid]
    labels_everywhere: Integers = by_seed[seeds]
    return labels_everywhere

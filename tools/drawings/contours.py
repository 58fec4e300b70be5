"""The strong contours of a picture, found without the engine's own filters, and how many of them have a line."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.drawings.delivered_film import Plane

_STEP: Final = 25.0  # units of LAB: the height of a step that is strong
_LENGTH: Final = 0.06  # of the height: a long contour
_FINE, _COARSE = 0.002, 0.006  # of the height: sigma of the blur before either search
_COARSE_STEP: Final = 0.6  # of the step: what a far wider blur leaves of it beside other edges
_SPECK: Final = 0.012  # of the height: ink that reaches no farther is a speck
_MAX_SPECK_NEIGHBOUR: Final = 0.01  # of the height: a dot so near other ink belongs to it

Mask = NDArray[np.bool_]


def find_strong_contours(picture: Plane) -> Mask:
    """Canny's edges that are strong in a sharp and in a soft copy of the picture, and long.

    Grain and weave are only in the sharp copy, slow gradients only in the soft one. Thin lines are in both: their two
    edges are found in the sharp one, each near one of the soft one.
    """
    height = len(picture)
    fine = _find_edges(picture, _FINE * height, _STEP)
    coarse = _find_edges(picture, _COARSE * height, _COARSE_STEP * _STEP)
    reach = 2 * round(2 * _COARSE * height) + 1
    near_coarse = cv2.dilate(coarse, np.ones((reach, reach), np.uint8)) > 0
    both = ((fine > 0) & near_coarse).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(both, connectivity=8)
    is_long = stats[:, cv2.CC_STAT_AREA] >= _LENGTH * height
    return np.asarray((both > 0) & is_long[labels])


def _find_edges(picture: Plane, sigma: float, step: float) -> Plane:
    """Canny's edges in the channel of LAB that changes most, of `step` or more."""
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    soft = cv2.GaussianBlur(lab, (0, 0), max(0.6, sigma))
    slopes = np.stack([cv2.Sobel(soft, cv2.CV_32F, *axis, scale=1 / 8) for axis in ((1, 0), (0, 1))])
    most = np.hypot(*slopes).argmax(axis=2)[None, ..., None]
    scale = 1000 / step * max(0.6, sigma) * np.sqrt(2 * np.pi)
    dx, dy = (np.take_along_axis(slopes, most, axis=3)[..., 0] * scale).clip(-32000, 32000).astype(np.int16)
    return np.asarray(cv2.Canny(dx, dy, 500, 1000, L2gradient=True), np.uint8)


def find_missed(contours: Mask, ink: Mask, near: float) -> Mask:
    """The contours without ink within `near` of the height."""
    away = cv2.distanceTransform((~ink).astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray(contours & (away > near * len(ink)))


def measure_recall(contours: Mask, ink: Mask, near: float) -> float:
    """The share of contours that have ink within `near` of the height; 1 where there are none."""
    missed = find_missed(contours, ink, near)
    return 1 - float(missed.sum() / contours.sum()) if contours.any() else 1.0


def count_specks(ink: Mask) -> int:
    """Dots of ink that belong to nothing: small, and with no other ink beside them."""
    height = len(ink)
    mask = ink.astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    sizes = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    small = np.flatnonzero(sizes < _SPECK * height)
    larger = ~np.isin(labels, np.append(small, 0))
    away = cv2.distanceTransform((~larger).astype(np.uint8), cv2.DIST_L2, 5)
    alone = [label for label in small if label and _is_alone(labels, stats[label], label, away, height)]
    return len(alone)


def _is_alone(
    labels: NDArray[np.int32], stats: NDArray[np.int32], label: int, away: NDArray[np.float32], height: int
) -> bool:
    left, top, width, rows = stats[:4]
    window = np.s_[top : top + rows, left : left + width]
    return bool(away[window][labels[window] == label].min() > _MAX_SPECK_NEIGHBOUR * height)

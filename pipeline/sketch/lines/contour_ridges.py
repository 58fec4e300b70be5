"""Ridges of a contour map, as strokes that are moved to where the picture's own lines are.

The map of learned contours says where a person would draw a line, but is soft: its ridge may be a few pixels off. Each
ridge is moved across itself onto the response of the fine filter, by dynamic programming after Amini, Weymouth and
Jain, "Using Dynamic Programming for Solving Variational Problems in Vision" (1990).
"""

import cv2
import numpy as np
from skimage.filters import apply_hysteresis_threshold
from skimage.morphology import skeletonize

from pipeline.sketch.types import Array, Floats, Mask, Points

_SMOOTHING_SIGMA = 1.5  # pixels
_RIDGE_DISTANCE = 1.5  # pixels to both sides within which a ridge must be the highest
_MIN_CURVATURE = 0.005  # across a ridge, of its height, for a square pixel: less is the flank of another
_LOW, _HIGH = 0.13, 0.34  # of the contour map, 0 to 1
_EDGE = 4  # pixels along the picture's edge, where the map is no use
_MAX_MOVE = 6  # pixels by which a point may be moved
_STEP = 2  # points between those that are moved; the others follow
_BEND_COST = 0.35  # of the greatest response, for each pixel by which two neighbours are moved differently
_MOVE_COST = 0.02  # of the greatest response, for each pixel of a move


def find_ridges(contours: Floats) -> Mask:
    """Return the one pixel wide ridges of a contour map (0 to 1)."""
    smoothed = cv2.GaussianBlur(contours, (0, 0), _SMOOTHING_SIGMA)
    xx, yy, xy = (cv2.Sobel(smoothed, cv2.CV_32F, *order, ksize=5, scale=1 / 64) for order in ((2, 0), (0, 2), (1, 1)))
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.float32(np.pi / 2)  # of the axis along which it falls most
    across_x, across_y = np.cos(angle), np.sin(angle)
    column, row = np.meshgrid(*(np.arange(side, dtype=np.float32) for side in contours.shape[::-1]))
    sides = [
        cv2.remap(smoothed, column + step * across_x, row + step * across_y, cv2.INTER_LINEAR)
        for step in (-_RIDGE_DISTANCE, _RIDGE_DISTANCE)
    ]
    curvature = np.sqrt(((xx - yy) / 2) ** 2 + xy**2) - (xx + yy) / 2
    is_ridge = (smoothed >= np.maximum(*sides)) & (curvature > _MIN_CURVATURE * smoothed)
    ridge = np.where(is_ridge, smoothed, 0)
    ridge[:_EDGE] = ridge[-_EDGE:] = ridge[:, :_EDGE] = ridge[:, -_EDGE:] = 0
    return np.asarray(skeletonize(apply_hysteresis_threshold(ridge, _LOW, _HIGH)))  # type: ignore[no-untyped-call]


def move_to_lines(path: Points, response: Floats) -> Points:
    """Move each point of a path across it, by a few pixels at most, to where the response (0 to 1) is greatest."""
    if len(path) < 2 * _STEP:
        return path
    knots = np.append(np.arange(0, len(path) - 1, _STEP), len(path) - 1)
    normals = _find_normals(path)[knots]
    offsets = np.arange(-_MAX_MOVE, _MAX_MOVE + 1, dtype=np.float32)
    samples = (path[knots, None] + offsets[None, :, None] * normals[:, None]).astype(np.float32)
    values = cv2.remap(response, samples[..., 0], samples[..., 1], cv2.INTER_LINEAR)
    moves = np.interp(np.arange(len(path)), knots, offsets[_find_best_offsets(values, offsets)])
    moved: Points = (path + moves[:, None] * _find_normals(path)).astype(np.float32)
    return moved


def _find_normals(path: Points) -> Points:
    direction = np.gradient(path, axis=0)
    if len(path) > 8:
        direction = cv2.blur(direction, (1, 7)).reshape(path.shape)
    length = np.maximum(np.hypot(direction[:, :1], direction[:, 1:]), 1e-6)
    normals: Points = np.concatenate([-direction[:, 1:], direction[:, :1]], axis=1) / length
    return normals


def _find_best_offsets(values: Floats, offsets: Floats) -> Array:
    """Return the index of an offset for each row of values: high values, with small differences between neighbours."""
    bend = _BEND_COST * np.abs(offsets[:, None] - offsets[None])
    own = -values + _MOVE_COST * np.abs(offsets)
    total = own[0]
    best_before = np.zeros(values.shape, np.int64)
    for number in range(1, len(values)):
        candidates = total[None] + bend
        best_before[number] = candidates.argmin(axis=1)
        total = candidates.min(axis=1) + own[number]
    chosen = [int(total.argmin())]
    for number in range(len(values) - 1, 0, -1):
        chosen.append(int(best_before[number, chosen[-1]]))
    return np.array(chosen[::-1])

"""Smoothing of traced pixel paths into the curves a hand draws: corners stay, stairs and tremor go.

Each section between two corners is smoothed by a Gaussian along the path, the broadest that keeps it within a pixel or
two of where it was. Corners are found by the turning of the path, after Rosenfeld and Johnston, "Angle Detection on
Digital Curves" (1973).
"""

from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np

from pipeline.sketch.types import Array, Floats, Points

_CORNER_REACH = 6  # points to either side by which the turning is measured
_MIN_CORNER_ANGLE = np.deg2rad(55)
_PRESMOOTHING_SIGMA = 1.5  # points, before turning is measured
_SIGMAS = (14.0, 9.0, 6.0, 4.0, 2.6)  # points, the broadest first
_MIN_SIGMA = 1.4  # points
_MIN_SECTION_SIGMAS = 3.0  # points of a section, at least, for each of sigma
_MAX_DEVIATION = 0.75  # pixels by which smoothing may move the points, root mean square
_CLOSING_GAP = 3.0  # pixels between the ends of a closed path
_STRENGTH_SIGMA = 4.0  # points


def smooth_path(path: Points) -> Points:
    """Smooth a path of points about a pixel apart; a closed one stays closed, an open one keeps its ends."""
    if len(path) < 2 * _CORNER_REACH + 3:
        return smooth_section(path, _MIN_SIGMA)
    corners = find_corners(path)
    if not len(corners) and _is_closed(path):
        return _smooth_broadly(path, _smooth_ring)
    bounds = [0, *corners.tolist(), len(path) - 1]
    sections = [path[begin : end + 1] for begin, end in pairwise(bounds)]
    smoothed = [_smooth_broadly(section, smooth_section) for section in sections]
    return np.concatenate([smoothed[0], *(section[1:] for section in smoothed[1:])])


def _smooth_broadly(section: Points, smooth: Callable[[Points, float], Points]) -> Points:
    """Smooth by the broadest Gaussian that moves the points no farther than allowed."""
    for sigma in _SIGMAS:
        if len(section) >= _MIN_SECTION_SIGMAS * sigma:
            smoothed = smooth(section, sigma)
            moved = (smoothed[: len(section)] - section).ravel()
            if float(moved @ moved) <= _MAX_DEVIATION**2 * len(section):
                return smoothed
    return smooth(section, _MIN_SIGMA)


def smooth_values(values: Floats) -> Floats:
    """Smooth values along a path, such as line strengths."""
    return np.asarray(smooth_section(values[:, None], _STRENGTH_SIGMA)[:, 0])


def find_corners(path: Points) -> Array:
    """Return the indices of points at which the path turns sharply."""
    smoothed = smooth_section(path, _PRESMOOTHING_SIGMA)
    reach = _CORNER_REACH
    before, after = smoothed[reach:-reach] - smoothed[: -2 * reach], smoothed[2 * reach :] - smoothed[reach:-reach]
    cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    turning = np.abs(np.arctan2(cross, (before * after).sum(axis=1)))
    window = cv2.dilate(turning.astype(np.float32)[:, None], np.ones((2 * reach + 1, 1)))[:, 0]
    return np.flatnonzero((turning > _MIN_CORNER_ANGLE) & (turning >= window)) + reach


def _is_closed(path: Points) -> bool:
    return float(np.hypot(*(path[0] - path[-1]))) < _CLOSING_GAP


def smooth_section(values: Floats, sigma: float) -> Floats:
    """Smooth along the first axis; the first and last value stay."""
    reach = min(len(values) - 1, int(np.ceil(3 * sigma)))
    if reach < 2:
        return values
    before = 2 * values[:1] - values[reach:0:-1]  # reflected in the end itself, which so stays where it is
    after = 2 * values[-1:] - values[-2 : -reach - 2 : -1]
    return _blur(np.concatenate([before, values, after]), sigma)[reach:-reach]


def _smooth_ring(path: Points, sigma: float) -> Points:
    reach = min(len(path) - 1, int(np.ceil(3 * sigma)))
    smoothed = _blur(np.concatenate([path[-reach:], path, path[:reach]]), sigma)[reach:-reach]
    return np.concatenate([smoothed, smoothed[:1]])


def _blur(values: Floats, sigma: float) -> Floats:
    size = 2 * int(np.ceil(3 * sigma)) + 1
    blurred = cv2.GaussianBlur(values, (1, size), 0, sigmaY=sigma, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(blurred.reshape(values.shape))

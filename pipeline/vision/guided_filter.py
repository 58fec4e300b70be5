"""A soft mask of low resolution, drawn to the edges of its picture by the guided filter.

After He, Sun and Tang, "Guided Image Filtering" (2010), with a guide of three colours; in each window the mask is a
linear function of the colours. It is fitted at half the picture's size, which differs hardly at all: He and Sun, "Fast
Guided Filter" (2015).
"""

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.vision.types import FloatArray, Picture

_SCALE: Final = 0.5  # of the picture, at which the functions are fitted
_RADIUS: Final = 0.02  # of the window, as a share of the longer side
_SMOOTHNESS: Final = 1e-4  # variance of colours, 0 to 1, below which a window has no edges

_Floats = NDArray[Any]


def refine_mask(mask: FloatArray, picture: Picture) -> FloatArray:
    """The mask at the size of an RGB picture, 0 to 1, with its edges where the picture's are."""
    height, width = picture.shape[:2]
    size = tuple(max(1, round(side * _SCALE)) for side in (width, height))
    colours = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    radius = max(2, round(_RADIUS * max(size)))
    slopes, offset = _fit_colours(colours, cv2.resize(mask, size), (2 * radius + 1, 2 * radius + 1))
    weighted = cv2.resize(slopes, (width, height)) * (picture.astype(np.float32) / 255)
    refined: FloatArray = np.clip(weighted.sum(axis=2) + cv2.resize(offset, (width, height)), 0, 1)
    return refined


def _fit_colours(colours: _Floats, mask: FloatArray, window: tuple[int, int]) -> tuple[_Floats, _Floats]:
    """For each pixel the mean of its windows' functions: three slopes and an offset."""
    mean, mask_mean = cv2.blur(colours, window), cv2.blur(mask, window)
    products = cv2.blur(colours * mask[..., None], window) - mean * mask_mean[..., None]
    spread = _compute_covariances(colours, mean, window) + _SMOOTHNESS * np.eye(3, dtype=np.float32)
    slopes = np.linalg.solve(spread, products[..., None])[..., 0]
    offset = mask_mean - (slopes * mean).sum(axis=2)
    return cv2.blur(slopes, window), cv2.blur(offset, window)


def _compute_covariances(colours: _Floats, mean: _Floats, window: tuple[int, int]) -> _Floats:
    """Covariances of the three colours in each window, height x width x 3 x 3."""
    products = (colours[..., :, None] * colours[..., None, :]).reshape(*colours.shape[:2], 9)
    means = np.dstack([cv2.blur(np.ascontiguousarray(products[..., index]), window) for index in range(9)])
    covariances: _Floats = means.reshape(*mean.shape, 3) - mean[..., :, None] * mean[..., None, :]
    return covariances

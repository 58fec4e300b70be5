"""Where a person would draw a line: a coherent, clutter-aware difference of Gaussians.

The filter follows Kang, Lee and Chui, "Coherent Line Drawing" (2007) with the smoothed structure tensor of Kyprianidis
and Doellner (2008): a difference of Gaussians across each edge, then an average along it. Dense texture is held back by
its own neighbourhood, so that contours win over fur, grass and grain.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from skimage.morphology import skeletonize

from pipeline.sketch.arrays import Array, Floats, Image, Mask
from pipeline.sketch.faces import Box

_SIGMA = 1.1  # pixels, of the inner Gaussian across an edge
_ACROSS = np.arange(-4, 5, dtype=np.float32)
_REACH = 3.0  # pixels, of the Gaussian along an edge
_ALONG = (-4.5, -3.0, -1.5, 1.5, 3.0, 4.5)
_FAINTEST, _STRONGEST = 0.008, 0.030  # bounds of the upper threshold of the response, in units of full contrast
_SHARE = 0.955  # of all pixels stay below the upper threshold
_LOW = 0.42  # lower threshold as a share of the upper one
_LONG = 420  # pixels: a faint line this big counts without a strong pixel
_FACE_GAIN = 1.7


@dataclass(frozen=True, slots=True)
class Lines:
    """A one pixel wide skeleton of the lines and how strongly each pixel is one (about 0 to 1)."""

    skeleton: Mask
    strength: Floats


def find(picture: Image, faces: Sequence[Box] = ()) -> Lines:
    """Find the lines of an RGB picture; in `faces` fainter lines count too."""
    grey = _contrast_grey(_smooth(picture))
    fine = _response(grey)
    response = np.maximum(fine, 0.85 * _soft_response(grey))
    for face in faces:
        response[face.rows, face.columns] = fine[face.rows, face.columns]
    calm = response / np.sqrt(0.018 + cv2.blur(response, _window(picture))) * 0.17
    for face in faces:
        calm[face.rows, face.columns] *= _FACE_GAIN
    high = float(np.clip(np.quantile(calm[::3, ::3], _SHARE), _FAINTEST, _STRONGEST))
    mask = _hysteresis(calm, _LOW * high, high)
    mask[:2] = mask[-2:] = mask[:, :2] = mask[:, -2:] = False
    return Lines(skeletonize(mask), np.minimum(calm / (3 * _STRONGEST), 1))  # type: ignore[no-untyped-call]


def _smooth(picture: Image) -> Image:
    once = cv2.bilateralFilter(picture, 5, 28, 3)
    return cv2.bilateralFilter(once, 5, 28, 3)


def _contrast_grey(picture: Image) -> Floats:
    """Lightness, with some of the strongest hue contrast added so that equally light colours still part."""
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32) / 255
    chroma = lab[..., 1:]
    small = chroma[::4, ::4].reshape(-1, 2)
    _, axes = np.linalg.eigh(np.cov(small.T) + 1e-9 * np.eye(2))
    axis = axes[:, -1].astype(np.float32)
    hue = (chroma - small.mean(axis=0)) @ axis
    grey: Floats = lab[..., 0] + 0.9 * hue
    return grey


def _soft_response(grey: Floats) -> Floats:
    """The response to blurred edges: the filter at half the size."""
    height, width = grey.shape
    half = cv2.resize(grey, (max(2, width // 2), max(2, height // 2)), interpolation=cv2.INTER_AREA)
    return cv2.resize(_response(half), (width, height))


def _response(grey: Floats) -> Floats:
    """Darkness of each pixel against both sides of its edge, averaged along the edge; never negative."""
    across_x, across_y = _gradient_direction(grey)
    height, width = grey.shape
    column, row = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    inner = np.exp(-((_ACROSS / _SIGMA) ** 2) / 2)
    outer = np.exp(-((_ACROSS / (1.6 * _SIGMA)) ** 2) / 2)
    weights = outer / outer.sum() - inner / inner.sum()
    difference = np.zeros_like(grey)
    for offset, weight in zip(_ACROSS, weights, strict=True):
        difference += float(weight) * _shifted(grey, column + offset * across_x, row + offset * across_y)
    total = difference.copy()
    shares = [float(np.exp(-((step / _REACH) ** 2) / 2)) for step in _ALONG]
    for step, share in zip(_ALONG, shares, strict=True):
        total += share * _shifted(difference, column - step * across_y, row + step * across_x)
    return np.maximum(total / (1 + sum(shares)), 0)


def _gradient_direction(grey: Floats) -> tuple[Floats, Floats]:
    """The unit vector across the edge at each pixel, from the structure tensor smoothed over a few pixels."""
    dx, dy = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    xx, yy, xy = (cv2.GaussianBlur(part, (0, 0), 2.0) for part in (dx * dx, dy * dy, dx * dy))
    angle = 0.5 * np.arctan2(2 * xy, xx - yy)
    return np.cos(angle), np.sin(angle)


def _shifted(image: Floats, columns: Floats, rows: Floats) -> Floats:
    return cv2.remap(image, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _window(picture: Image) -> tuple[int, int]:
    side = max(5, round(0.05 * min(picture.shape[:2])) | 1)
    return side, side


def _hysteresis(response: Floats, low: float, high: float) -> Mask:
    """Pixels above `low` connected to one above `high`, or to very many others."""
    weak = (response > low).astype(np.uint8)
    count, labels = cv2.connectedComponents(weak, connectivity=8)
    keep = np.bincount(labels.ravel(), minlength=count) > _LONG
    keep[np.unique(labels[response > high])] = True
    keep[0] = False
    found: Array = keep[labels]
    return found

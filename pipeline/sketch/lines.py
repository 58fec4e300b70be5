"""Line detection: a coherent, clutter-aware difference of Gaussians over all colours.

The filter follows Kang, Lee and Chui, "Coherent Line Drawing" (2007) with the smoothed structure tensor of Kyprianidis
and Doellner (2008): a difference of Gaussians across each edge, then an average along it. It is taken of lightness and
hue at once, so every boundary between colours has one line, on its darker side. Dense texture is attenuated by its
own neighbourhood and by the likeness of both its sides, so that contours outweigh fur, grass and grain.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from skimage.morphology import skeletonize

from pipeline.sketch.arrays import Array, Floats, Image, Integers, Mask
from pipeline.sketch.faces import Box

_SIGMA = 1.1  # pixels, of the inner Gaussian across an edge
_ACROSS = np.arange(-4, 5, dtype=np.float32)
_REACH = 3.0  # pixels, of the Gaussian along an edge
_ALONG = (-4.5, -3.0, -1.5, 1.5, 3.0, 4.5)
_FAINTEST, _STRONGEST = 0.008, 0.030  # bounds of the upper hysteresis threshold, in units of full contrast
_SHARE = 0.955  # quantile of the response that is the upper threshold
_LOW = 0.42  # lower threshold as a share of the upper one
_LONG = 420  # pixels: a faint line with more than these is kept without a strong pixel
_FACE_GAIN = 1.7
_HUE = 1.3  # weight of a step in hue relative to one in lightness
_SIGN = (1.0, 0.3, 0.1)  # channel weights that decide the darker side of an edge, or either side at equal lightness
_LIFT, _DARK = 45, 28  # levels: how far dark tones are lifted, and the scale of what is dark
_RIDGE = 2.0  # pixels to both sides of an edge within which its response must be the greatest
_BROAD, _BROAD_SHARE = 9, 0.02  # pixels: no line is this broad; and the share of such pixels that makes a shape
_SIDE = 3.5  # pixels from a line at which its two sides are compared
_ALIKE, _APART = 0.85, 0.5  # gain of a line with equal sides, and what is added at full contrast between them
_CONTRAST = 0.25  # contrast between the sides that counts as full, of the greatest possible


@dataclass(frozen=True, slots=True)
class Lines:
    """A one pixel wide skeleton of the lines, and the line strength of each pixel (about 0 to 1)."""

    skeleton: Mask
    strength: Floats


def find(picture: Image, faces: Sequence[Box] = ()) -> Lines:
    """Find the lines of an RGB picture; in `faces` fainter lines are kept too."""
    colours = _colours(_smooth(_lifted(picture)))
    across = _gradient_direction(colours)
    fine = _response(colours, across)
    response = np.maximum(fine, 0.85 * _soft_response(colours))
    for face in faces:
        response[face.rows, face.columns] = fine[face.rows, face.columns]
    calm = response / np.sqrt(0.018 + cv2.blur(response, _window(picture))) * 0.17
    sides = _sides(colours)
    calm *= _ALIKE + _APART * sides
    for face in faces:
        calm[face.rows, face.columns] *= _FACE_GAIN
    high = float(np.clip(np.quantile(calm[::3, ::3], _SHARE), _FAINTEST, _STRONGEST))
    mask = _thinned(_hysteresis(calm, _LOW * high, high), _ridge(calm, across))
    mask[:2] = mask[-2:] = mask[:, :2] = mask[:, -2:] = False
    strength = np.minimum(0.65 * np.minimum(calm / (3 * _STRONGEST), 1) + 0.5 * sides, 1)
    return Lines(skeletonize(mask), strength)  # type: ignore[no-untyped-call]


def _sides(colours: Floats) -> Floats:
    """Contrast between both sides of each pixel a few pixels away (0 to 1): low in texture."""
    height, width = colours.shape[:2]
    small = cv2.resize(colours, (max(2, width // 4), max(2, height // 4)), interpolation=cv2.INTER_AREA)
    dx, dy = _slopes(cv2.GaussianBlur(small, (0, 0), _SIDE / 4))
    step = np.sqrt((dx**2 + dy**2).sum(axis=2)) * (_SIDE / 4 * np.sqrt(2 * np.pi) / 8)
    found: Floats = cv2.resize(np.minimum(step / _CONTRAST, 1).astype(np.float32), (width, height))
    return found


def _lifted(picture: Image) -> Image:
    """Lift the darkest tones, so that folds of a black suit are as distinct as those of a grey one."""
    tones = np.arange(256, dtype=np.float32)
    curve = tones + _LIFT * (1 - np.exp(-tones / _DARK))
    return cv2.LUT(picture, np.round(curve * 255 / curve[-1]).astype(np.uint8))


def _smooth(picture: Image) -> Image:
    once = cv2.bilateralFilter(picture, 5, 28, 3)
    return cv2.bilateralFilter(once, 5, 28, 3)


def _colours(picture: Image) -> Floats:
    """Lightness and the two principal axes of chroma, the strongest first, in units of full contrast."""
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32) / 255
    chroma = lab[..., 1:]
    small = chroma[::4, ::4].reshape(-1, 2)
    _, axes = np.linalg.eigh(np.cov(small.T) + 1e-9 * np.eye(2))
    turned = chroma @ axes[:, ::-1].astype(np.float32)
    return np.concatenate([lab[..., :1], _HUE * turned], axis=2)


def _soft_response(colours: Floats) -> Floats:
    """Response to blurred edges: the filter at half resolution."""
    height, width = colours.shape[:2]
    half = cv2.resize(colours, (max(2, width // 2), max(2, height // 2)), interpolation=cv2.INTER_AREA)
    return cv2.resize(_response(half, _gradient_direction(half)), (width, height))


def _response(colours: Floats, across: tuple[Floats, Floats]) -> Floats:
    """Contrast of each pixel with both sides of its edge, averaged along the edge; zero on the lighter side."""
    across_x, across_y = across
    column, row = _places(colours)
    inner = np.exp(-((_ACROSS / _SIGMA) ** 2) / 2)
    outer = np.exp(-((_ACROSS / (1.6 * _SIGMA)) ** 2) / 2)
    weights = outer / outer.sum() - inner / inner.sum()
    total = np.zeros_like(colours)
    for offset, weight in zip(_ACROSS, weights, strict=True):
        total += float(weight) * _shifted(colours, column + offset * across_x, row + offset * across_y)
    difference = _signed(total)
    total = difference.copy()
    shares = [float(np.exp(-((step / _REACH) ** 2) / 2)) for step in _ALONG]
    for step, share in zip(_ALONG, shares, strict=True):
        total += share * _shifted(difference, column - step * across_y, row + step * across_x)
    return np.maximum(total / (1 + sum(shares)), 0)


def _signed(difference: Floats) -> Floats:
    """Magnitude of the colour difference, negative on the lighter side of an edge."""
    dark = cv2.transform(difference, np.array([_SIGN], np.float32))
    far = cv2.magnitude(cv2.magnitude(difference[..., 0], difference[..., 1]), difference[..., 2])
    return np.copysign(far, dark)


def _ridge(response: Floats, across: tuple[Floats, Floats]) -> Mask:
    """Pixels whose response exceeds that of both sides, so that two edges of a narrow shape stay separate."""
    column, row = _places(response)
    sides = [_shifted(response, column + step * across[0], row + step * across[1]) for step in (-_RIDGE, _RIDGE)]
    found: Mask = response >= np.maximum(*sides)
    return found


def _places(image: Array) -> tuple[Floats, Floats]:
    """Column and row of each pixel."""
    height, width = image.shape[:2]
    column, row = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return column, row


def _gradient_direction(colours: Floats) -> tuple[Floats, Floats]:
    """Unit vector across the edge at each pixel, from the colours' structure tensor smoothed over a few pixels.

    The tensor of all channels at once is that of Di Zenzo, "A note on the gradient of a multi-image" (1986).
    """
    tensor: Floats = np.zeros((3, *colours.shape[:2]), np.float32)
    for channel in cv2.split(colours):
        dx, dy = _slopes(channel)
        cv2.accumulateSquare(dx, tensor[0])
        cv2.accumulateSquare(dy, tensor[1])
        cv2.accumulateProduct(dx, dy, tensor[2])
    xx, yy, xy = (cv2.GaussianBlur(part, (0, 0), 2.0) for part in tensor)
    angle = 0.5 * np.arctan2(2 * xy, xx - yy)
    return np.cos(angle), np.sin(angle)


def _slopes(image: Floats) -> tuple[Floats, Floats]:
    return cv2.Sobel(image, cv2.CV_32F, 1, 0), cv2.Sobel(image, cv2.CV_32F, 0, 1)


def _shifted(image: Floats, columns: Floats, rows: Floats) -> Floats:
    return cv2.remap(image, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _window(picture: Image) -> tuple[int, int]:
    side = max(5, round(0.05 * min(picture.shape[:2])) | 1)
    return side, side


def _hysteresis(response: Floats, low: float, high: float) -> Integers:
    """Labels from 1 of components above `low` that have a pixel above `high` or very many pixels; 0 elsewhere."""
    weak = (response > low).astype(np.uint8)
    count, labels = cv2.connectedComponents(weak, connectivity=8)
    keep = np.bincount(labels.ravel(), minlength=count) > _LONG
    keep[np.unique(labels[response > high])] = True
    keep[0] = False
    found: Integers = labels * keep[labels]
    return found


def _thinned(labels: Integers, ridge: Mask) -> Mask:
    """Mask of labelled pixels; of components that are filled shapes, such as a dark frame, only the ridges."""
    found = labels > 0
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_BROAD, _BROAD))
    broad = cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_OPEN, disc) > 0
    sizes = np.bincount(labels.ravel())
    shape = np.bincount(labels[broad], minlength=len(sizes)) > _BROAD_SHARE * sizes
    mask: Mask = found & (ridge | ~shape[labels])
    return mask

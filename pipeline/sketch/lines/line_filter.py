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

from pipeline.sketch.types import Array, Floats, Image, Integers, Mask
from pipeline.vision.types import FaceBox

_SIGMA = 1.1  # pixels, of the inner Gaussian across an edge
_OFFSETS_ACROSS = np.arange(-4, 5, dtype=np.float32)
_SIGMA_ALONG = 3.0  # pixels, of the Gaussian along an edge
_OFFSETS_ALONG = (-4.5, -3.0, -1.5, 1.5, 3.0, 4.5)
_MIN_THRESHOLD, _MAX_THRESHOLD = 0.008, 0.030  # bounds of the upper hysteresis threshold, in units of full contrast
_THRESHOLD_QUANTILE = 0.955  # quantile of the response that is the upper threshold
_LOW_THRESHOLD_SHARE = 0.42  # lower threshold as a share of the upper one
_MIN_WEAK_PIXELS = 420  # pixels: a faint line with more than these is kept without a strong pixel
_FACE_GAIN = 1.7
_HUE_WEIGHT = 1.3  # weight of a step in hue relative to one in lightness
_DARKNESS_WEIGHTS = (
    1.0,
    0.3,
    0.1,
)  # channel weights that decide the darker side of an edge, or either side at equal lightness
_SHADOW_LIFT, _SHADOW_TONE = 45, 28  # levels: how far dark tones are lifted, and the scale of what is dark
_RIDGE_DISTANCE = 2.0  # pixels to both sides of an edge within which its response must be the greatest
_MAX_LINE_WIDTH, _MIN_SHAPE_SHARE = (
    9,
    0.02,
)  # pixels: no line is this broad; and the share of such pixels that makes a shape
_SIDE_DISTANCE = 3.5  # pixels from a line at which its two sides are compared
_BASE_GAIN, _CONTRAST_GAIN = (
    0.85,
    0.5,
)  # gain of a line with equal sides, and what is added at full contrast between them
_FULL_SIDE_CONTRAST = 0.25  # contrast between the sides that counts as full, of the greatest possible


@dataclass(frozen=True, slots=True)
class LineMap:
    """A one pixel wide skeleton of the lines; line strength and the filter's response at each pixel (about 0 to 1)."""

    skeleton: Mask
    strength: Floats
    response: Floats


def find_lines(picture: Image, faces: Sequence[FaceBox] = ()) -> LineMap:
    """Find the lines of an RGB picture; in `faces` fainter lines are kept too."""
    colours = _to_principal_colours(_smooth_picture(_lift_shadows(picture)))
    across = _find_gradient_direction(colours)
    fine = _compute_response(colours, across)
    response = np.maximum(fine, 0.85 * _compute_soft_response(colours))
    for face in faces:
        response[face.rows, face.columns] = fine[face.rows, face.columns]
    normalized = response / np.sqrt(0.018 + cv2.blur(response, _window_size_for(picture))) * 0.17
    side_contrast = _measure_side_contrast(colours)
    normalized *= _BASE_GAIN + _CONTRAST_GAIN * side_contrast
    for face in faces:
        normalized[face.rows, face.columns] *= _FACE_GAIN
    high = float(np.clip(np.quantile(normalized[::3, ::3], _THRESHOLD_QUANTILE), _MIN_THRESHOLD, _MAX_THRESHOLD))
    mask = _thin_shapes(
        _apply_hysteresis(normalized, _LOW_THRESHOLD_SHARE * high, high), _find_ridges(normalized, across)
    )
    mask[:2] = mask[-2:] = mask[:, :2] = mask[:, -2:] = False
    response = np.minimum(normalized / (3 * _MAX_THRESHOLD), 1)
    strength = np.minimum(0.65 * response + 0.5 * side_contrast, 1)
    return LineMap(skeletonize(mask), strength, response)  # type: ignore[no-untyped-call]


def _measure_side_contrast(colours: Floats) -> Floats:
    """Contrast between both sides of each pixel a few pixels away (0 to 1): low in texture."""
    height, width = colours.shape[:2]
    small = cv2.resize(colours, (max(2, width // 4), max(2, height // 4)), interpolation=cv2.INTER_AREA)
    dx, dy = _compute_slopes(cv2.GaussianBlur(small, (0, 0), _SIDE_DISTANCE / 4))
    step = np.sqrt((dx**2 + dy**2).sum(axis=2)) * (_SIDE_DISTANCE / 4 * np.sqrt(2 * np.pi) / 8)
    contrast: Floats = cv2.resize(np.minimum(step / _FULL_SIDE_CONTRAST, 1).astype(np.float32), (width, height))
    return contrast


def _lift_shadows(picture: Image) -> Image:
    """Lift the darkest tones, so that folds of a black suit are as distinct as those of a grey one."""
    tones = np.arange(256, dtype=np.float32)
    curve = tones + _SHADOW_LIFT * (1 - np.exp(-tones / _SHADOW_TONE))
    return cv2.LUT(picture, np.round(curve * 255 / curve[-1]).astype(np.uint8))


def _smooth_picture(picture: Image) -> Image:
    once = cv2.bilateralFilter(picture, 5, 28, 3)
    return cv2.bilateralFilter(once, 5, 28, 3)


def _to_principal_colours(picture: Image) -> Floats:
    """Lightness and the two principal axes of chroma, the strongest first, in units of full contrast."""
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32) / 255
    chroma = lab[..., 1:]
    small = chroma[::4, ::4].reshape(-1, 2)
    _, axes = np.linalg.eigh(np.cov(small.T) + 1e-9 * np.eye(2))
    rotated = chroma @ axes[:, ::-1].astype(np.float32)
    return np.concatenate([lab[..., :1], _HUE_WEIGHT * rotated], axis=2)


def _compute_soft_response(colours: Floats) -> Floats:
    """Response to blurred edges: the filter at half resolution."""
    height, width = colours.shape[:2]
    half = cv2.resize(colours, (max(2, width // 2), max(2, height // 2)), interpolation=cv2.INTER_AREA)
    return cv2.resize(_compute_response(half, _find_gradient_direction(half)), (width, height))


def _compute_response(colours: Floats, across: tuple[Floats, Floats]) -> Floats:
    """Contrast of each pixel with both sides of its edge, averaged along the edge; zero on the lighter side."""
    across_x, across_y = across
    column, row = _pixel_grid_for(colours)
    inner = np.exp(-((_OFFSETS_ACROSS / _SIGMA) ** 2) / 2)
    outer = np.exp(-((_OFFSETS_ACROSS / (1.6 * _SIGMA)) ** 2) / 2)
    weights = outer / outer.sum() - inner / inner.sum()
    total = np.zeros_like(colours)
    for offset, weight in zip(_OFFSETS_ACROSS, weights, strict=True):
        total += float(weight) * _sample_pixels(colours, column + offset * across_x, row + offset * across_y)
    difference = _to_signed_difference(total)
    total = difference.copy()
    shares = [float(np.exp(-((step / _SIGMA_ALONG) ** 2) / 2)) for step in _OFFSETS_ALONG]
    for step, share in zip(_OFFSETS_ALONG, shares, strict=True):
        total += share * _sample_pixels(difference, column - step * across_y, row + step * across_x)
    return np.maximum(total / (1 + sum(shares)), 0)


def _to_signed_difference(difference: Floats) -> Floats:
    """Magnitude of the colour difference, negative on the lighter side of an edge."""
    darkness = cv2.transform(difference, np.array([_DARKNESS_WEIGHTS], np.float32))
    distance = cv2.magnitude(cv2.magnitude(difference[..., 0], difference[..., 1]), difference[..., 2])
    return np.copysign(distance, darkness)


def _find_ridges(response: Floats, across: tuple[Floats, Floats]) -> Mask:
    """Pixels whose response exceeds that of both sides, so that two edges of a narrow shape stay separate."""
    column, row = _pixel_grid_for(response)
    sides = [
        _sample_pixels(response, column + step * across[0], row + step * across[1])
        for step in (-_RIDGE_DISTANCE, _RIDGE_DISTANCE)
    ]
    ridges: Mask = response >= np.maximum(*sides)
    return ridges


def _pixel_grid_for(image: Array) -> tuple[Floats, Floats]:
    """Column and row of each pixel."""
    height, width = image.shape[:2]
    column, row = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return column, row


def _find_gradient_direction(colours: Floats) -> tuple[Floats, Floats]:
    """Unit vector across the edge at each pixel, from the colours' structure tensor smoothed over a few pixels.

    The tensor of all channels at once is that of Di Zenzo, "A note on the gradient of a multi-image" (1986).
    """
    tensor: Floats = np.zeros((3, *colours.shape[:2]), np.float32)
    for channel in cv2.split(colours):
        dx, dy = _compute_slopes(channel)
        cv2.accumulateSquare(dx, tensor[0])
        cv2.accumulateSquare(dy, tensor[1])
        cv2.accumulateProduct(dx, dy, tensor[2])
    xx, yy, xy = (cv2.GaussianBlur(part, (0, 0), 2.0) for part in tensor)
    angle = 0.5 * np.arctan2(2 * xy, xx - yy)
    return np.cos(angle), np.sin(angle)


def _compute_slopes(image: Floats) -> tuple[Floats, Floats]:
    return cv2.Sobel(image, cv2.CV_32F, 1, 0), cv2.Sobel(image, cv2.CV_32F, 0, 1)


def _sample_pixels(image: Floats, columns: Floats, rows: Floats) -> Floats:
    return cv2.remap(image, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _window_size_for(picture: Image) -> tuple[int, int]:
    side = max(5, round(0.05 * min(picture.shape[:2])) | 1)
    return side, side


def _apply_hysteresis(response: Floats, low: float, high: float) -> Integers:
    """Labels from 1 of components above `low` that have a pixel above `high` or very many pixels; 0 elsewhere."""
    weak = (response > low).astype(np.uint8)
    count, labels = cv2.connectedComponents(weak, connectivity=8)
    is_kept = np.bincount(labels.ravel(), minlength=count) > _MIN_WEAK_PIXELS
    is_kept[np.unique(labels[response > high])] = True
    is_kept[0] = False
    kept_labels: Integers = labels * is_kept[labels]
    return kept_labels


def _thin_shapes(labels: Integers, ridge: Mask) -> Mask:
    """Mask of labelled pixels; of components that are filled shapes, such as a dark frame, only the ridges."""
    labelled = labels > 0
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_MAX_LINE_WIDTH, _MAX_LINE_WIDTH))
    broad = cv2.morphologyEx(labelled.astype(np.uint8), cv2.MORPH_OPEN, disc) > 0
    sizes = np.bincount(labels.ravel())
    is_shape = np.bincount(labels[broad], minlength=len(sizes)) > _MIN_SHAPE_SHARE * sizes
    mask: Mask = labelled & (ridge | ~is_shape[labels])
    return mask

"""Textures of surfaces, the same for every film: grain, smudges and fibres, as levels around zero or as shares."""

import cv2
import numpy as np

from pipeline.sketch.types import Array, Floats, Image, Integers

_SEED = 14
_SMUDGE_ANGLE = -9.0  # degrees
_SMUDGE_LENGTH, _SMUDGE_WIDTH = 0.5, 0.16  # units
_FIBRES = 2600  # in a square unit
_FIBRE_LENGTH = (0.006, 0.026)  # units
_FIBRE_POINTS = 5
_COARSE_GRAIN, FINE_GRAIN = 0.0015, 0.0008  # units, sigma of a surface's grain, and of what wears ink off


def create_grain(size: tuple[int, int], unit: float, seed: int = 0, sigma: float = _COARSE_GRAIN) -> Image:
    """Fine noise of a surface of `size` (width, height), uint8 around 128 with a deviation of about 42.

    `sigma` is the size of a grain in units.
    """
    width, height = size
    noise = np.random.default_rng(_SEED + seed).integers(0, 256, (height, width), np.uint8)
    blurred = cv2.GaussianBlur(noise, (0, 0), max(0.5, sigma * unit))
    deviation = max(float(blurred[::7, ::7].std()), 1.0)
    gain = 42 / deviation
    return (
        cv2.convertScaleAbs(blurred, alpha=gain, beta=128 - 128 * gain) if gain < 1 else _scale_contrast(blurred, gain)
    )


def _scale_contrast(noise: Image, gain: float) -> Image:
    levels = np.clip((np.arange(256) - 127.5) * gain + 128, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(noise, levels))


def create_streaks(size: tuple[int, int], length: float, width: float, angle: float, seed: int = 0) -> Image:
    """Noise stretched along a direction: `length` and `width` in pixels, `angle` in degrees from the x axis.

    uint8 around 128 with a deviation of about 50, of `size` (width, height).
    """
    diagonal = float(np.hypot(*size)) + 2 * length
    cells = (max(4, int(diagonal / length)), max(4, int(diagonal / width)))
    noise = np.random.default_rng(_SEED + seed).normal(128, 62, cells[::-1])
    small = np.clip(noise, 0, 255).astype(np.uint8)
    cosine, sine = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    to_cells = np.diag((1 / length, 1 / width)) @ np.array([[cosine, sine], [-sine, cosine]])
    middle = np.array(cells) / 2 - to_cells @ (np.array(size) / 2)
    matrix = np.hstack([to_cells, middle[:, None]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(small, matrix, size, flags=flags, borderMode=cv2.BORDER_REFLECT))


def create_surface(size: tuple[int, int], unit: float, grain: float, fibres: float, smudges: float) -> Integers:
    """Deviation of each pixel of a surface from its colour, int16 levels."""
    total = np.zeros(size[::-1], np.int16)
    if grain:
        total += _scale_levels(create_grain(size, unit), grain / 42)
    if smudges:
        streaks = create_streaks(size, _SMUDGE_LENGTH * unit, _SMUDGE_WIDTH * unit, _SMUDGE_ANGLE)
        total += _scale_levels(streaks, smudges / 50)
    if fibres:
        total += _draw_fibres(size, unit, fibres)
    return total


def _scale_levels(texture: Image, gain: float) -> Integers:
    levels = np.rint((np.arange(256) - 128) * gain).astype(np.int16)
    scaled: Integers = levels[texture]
    return scaled


def _draw_fibres(size: tuple[int, int], unit: float, strength: float) -> Integers:
    """Short bent hairs, dark and light ones."""
    generator = np.random.default_rng(_SEED)
    count = round(_FIBRES * size[0] * size[1] / unit**2)
    paths = _bend_fibres(generator, count, size, unit)
    layers = [np.zeros(size[::-1], np.uint8) for _ in range(2)]
    for number, path in enumerate(paths):
        level = int(strength * (0.3 + 0.7 * ((number * 0.618) % 1)))
        cv2.polylines(layers[number % 2], [path], False, level, 1, cv2.LINE_AA, 3)
    return np.subtract(layers[0], layers[1], dtype=np.int16)


def _bend_fibres(generator: np.random.Generator, count: int, size: tuple[int, int], unit: float) -> Integers:
    """Points of each fibre (count x points x 2) in eighths of a pixel."""
    start: Floats = generator.uniform(0, 1, (count, 1, 2)) * np.array(size)
    angle = generator.uniform(0, 2 * np.pi, (count, 1)) + np.cumsum(
        generator.normal(0, 0.35, (count, _FIBRE_POINTS)), axis=1
    )
    step = generator.uniform(*_FIBRE_LENGTH, (count, 1)) * unit / _FIBRE_POINTS
    steps: Array = np.stack([step * np.cos(angle), step * np.sin(angle)], axis=2)
    points: Integers = np.rint((start + np.cumsum(steps, axis=1)) * 8).astype(np.int32)
    return points

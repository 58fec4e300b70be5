"""Grounds to look at captions on, made by formula: light, dark and busy pictures."""

from collections.abc import Callable

import cv2
import numpy as np

Size = tuple[int, int]  # width, height


def light(size: Size) -> np.ndarray:
    """A bright sky over sand."""
    width, height = size
    down = np.linspace(0, 1, height)[:, None, None]
    sky = np.array([206, 226, 243]) * (1 - down) + np.array([250, 240, 224]) * down
    return _grained(np.broadcast_to(sky, (height, width, 3)), 2)


def dark(size: Size) -> np.ndarray:
    """A room at night with one lamp."""
    width, height = size
    down, across = np.mgrid[0:height, 0:width]
    glow = np.exp(-(((across - 0.7 * width) / width) ** 2 + ((down - 0.3 * height) / height) ** 2) * 9)
    return _grained(np.array([16, 17, 24]) + glow[:, :, None] * np.array([96, 66, 30]), 3)


def busy(size: Size) -> np.ndarray:
    """A crowd of coloured discs of all sizes, as a market seen from above."""
    width, height = size
    chance = np.random.default_rng(5)
    picture = np.full((height, width, 3), (120, 110, 96), np.uint8)
    for radius in (0.12, 0.07, 0.035, 0.018):
        for _ in range(int(1.6 / radius**1.3)):
            centre = tuple(int(value) for value in (chance.uniform(0, width), chance.uniform(0, height)))
            colour = tuple(int(value) for value in chance.uniform(10, 250, 3))
            cv2.circle(picture, centre, int(radius * width), colour, -1, cv2.LINE_AA)
    return _grained(picture, 5)


GROUNDS: dict[str, Callable[[Size], np.ndarray]] = {"light": light, "dark": dark, "busy": busy}


def _grained(picture: np.ndarray, levels: float) -> np.ndarray:
    grain = np.random.default_rng(3).normal(0, levels, picture.shape[:2])[:, :, None]
    return np.clip(picture + grain, 0, 255).astype(np.uint8)

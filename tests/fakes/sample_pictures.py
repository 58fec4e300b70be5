"""Generated pictures: RGB arrays (height x width x 3, uint8) with the features of real ones, free of copyright."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

_SHIFT = 4  # fractional bits of OpenCV's drawing coordinates
_BLACK = (24, 24, 28)


def draw_photo(width: int = 1280, height: int = 720, seed: int = 7) -> Picture:
    """Like a photograph: a person before hills, a tree, a house and a ball; gradients, texture, noise, soft edges."""
    canvas = _DrawingCanvas(width, height)
    canvas.paint(_draw_sky(width, height))
    _draw_hills(canvas)
    _draw_house(canvas)
    _draw_tree(canvas, seed)
    _draw_person(canvas)
    _draw_ball(canvas)
    return _add_grain(cv2.GaussianBlur(canvas.pixels, (0, 0), max(0.4, height / 900)), seed)


def draw_dark_photo(width: int = 1280, height: int = 720) -> Picture:
    """The photograph at night: nearly all of it darker than a third."""
    return np.asarray((draw_photo(width, height).astype(np.float32) / 255) ** 2.2 * 150, dtype=np.uint8)


def draw_line_drawing(width: int = 1280, height: int = 720) -> Picture:
    """A cat, a cup and a star in black pen on white, one part filled black, without any shading."""
    canvas = _DrawingCanvas(width, height)
    pen = max(2, round(height / 180))
    canvas.draw_ellipse((0.62, 0.56), (0.24, 0.30), None, pen)  # the cat
    canvas.draw_ellipse((0.62, 0.34), (0.17, 0.16), (255, 255, 255))
    canvas.draw_ellipse((0.62, 0.34), (0.17, 0.16), None, pen)
    for side in (-1, 1):
        canvas.draw_lines(
            [(0.62 + side * 0.15, 0.28), (0.62 + side * 0.14, 0.10), (0.62 + side * 0.05, 0.19)], None, pen
        )
        canvas.draw_ellipse((0.62 + side * 0.065, 0.31), (0.022, 0.03), _BLACK)
        for rise in (-0.03, 0.0, 0.03):
            canvas.draw_lines([(0.62 + side * 0.05, 0.39), (0.62 + side * 0.26, 0.39 + 2 * rise)], None, pen)
    canvas.draw_lines([(0.60, 0.37), (0.64, 0.37), (0.62, 0.40), (0.60, 0.37)], _BLACK, pen)
    canvas.draw_wave((0.83, 0.76), (1.12, 0.52), 0.05, pen)
    canvas.draw_lines([(1.28, 0.55), (1.31, 0.88), (1.55, 0.88), (1.58, 0.55), (1.28, 0.55)], None, pen)  # the cup
    canvas.draw_ellipse((1.61, 0.70), (0.07, 0.09), None, pen)
    canvas.draw_lines(_star_points_at((1.42, 0.25), 0.15), None, pen)
    canvas.draw_lines(_star_points_at((0.18, 0.25), 0.09), _BLACK, pen)
    return canvas.pixels


def draw_text_page(width: int = 1280, height: int = 720, rows: int = 5, seed: int = 3) -> Picture:
    """A page of text-like strokes: words of loops, bows and stems in straight rows, on paper."""
    random = np.random.default_rng(seed)
    canvas = _DrawingCanvas(width, height)
    canvas.paint(np.broadcast_to(np.array([252.0, 251.0, 247.0]), (height, width, 3)))
    size = 0.36 / rows
    for row in range(rows):
        x, base = 0.12, (row + 1) / (rows + 1)
        while x < width / height - 0.3:
            for _ in range(int(random.integers(2, 7))):
                _draw_letter(canvas, int(random.integers(5)), (x, base), size)
                x += 0.85 * size
            x += 0.8 * size
    return canvas.pixels


def create_uniform(value: int, width: int = 320, height: int = 240) -> Picture:
    """One grey level everywhere."""
    return np.full((height, width, 3), value, np.uint8)


def create_noise(width: int = 640, height: int = 480, seed: int = 1) -> Picture:
    """Nothing but noise."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


class _DrawingCanvas:
    """A canvas measured in its own height: x from 0 to width / height, y from 0 to 1."""

    def __init__(self, width: int, height: int) -> None:
        self.pixels: Picture = np.full((height, width, 3), 255, np.uint8)
        self.aspect = width / height

    def paint(self, picture: NDArray[Any]) -> None:
        self.pixels[:] = np.clip(picture, 0, 255).astype(np.uint8)

    def draw_ellipse(
        self, middle: tuple[float, float], radii: tuple[float, float], fill: Sequence[int] | None, pen: int = 0
    ) -> None:
        fixed = [self._to_fixed_point(value) for value in (middle, radii)]
        if fill is not None:
            cv2.ellipse(self.pixels, *fixed, 0, 0, 360, tuple(fill), -1, cv2.LINE_AA, _SHIFT)
        if pen:
            cv2.ellipse(self.pixels, *fixed, 0, 0, 360, _BLACK, pen, cv2.LINE_AA, _SHIFT)

    def draw_lines(self, points: Sequence[tuple[float, float]], fill: Sequence[int] | None, pen: int = 0) -> None:
        fixed = np.array([self._to_fixed_point(point) for point in points], np.int32)
        if fill is not None:
            cv2.fillPoly(self.pixels, [fixed], tuple(fill), cv2.LINE_AA, _SHIFT)
        if pen:
            cv2.polylines(self.pixels, [fixed], False, _BLACK, pen, cv2.LINE_AA, _SHIFT)

    def draw_wave(self, start: tuple[float, float], end: tuple[float, float], swing: float, pen: int) -> None:
        share = np.linspace(0, 1, 40)
        x = start[0] + share * (end[0] - start[0])
        y = start[1] + share * (end[1] - start[1]) + swing * np.sin(share * 7)
        self.draw_lines(list(zip(x.tolist(), y.tolist(), strict=True)), None, pen)

    def _to_fixed_point(self, point: tuple[float, float]) -> tuple[int, int]:
        scale = self.pixels.shape[0] * (1 << _SHIFT)
        return round(point[0] * scale), round(point[1] * scale)


def _draw_sky(width: int, height: int) -> NDArray[Any]:
    down = np.linspace(0, 1, height)[:, None, None]
    across = np.linspace(0, 1, width)[None, :, None]
    return np.array([112.0, 168, 226]) + down * np.array([120.0, 70, 10]) + across * np.array([14.0, 4, -8])


def _draw_hills(canvas: _DrawingCanvas) -> None:
    x = np.linspace(0, canvas.aspect, 80)
    for base, swing, pace, colour in (
        (0.52, 0.07, 5.0, (128, 158, 150)),
        (0.64, 0.05, 3.1, (96, 142, 84)),
        (0.78, 0.03, 2.2, (148, 168, 82)),
    ):
        y = base + swing * np.sin(pace * x + 40 * base)
        ridge = list(zip(x.tolist(), y.tolist(), strict=True))
        canvas.draw_lines([*ridge, (canvas.aspect, 1.0), (0.0, 1.0)], colour)


def _draw_house(canvas: _DrawingCanvas) -> None:
    canvas.draw_lines([(0.14, 0.52), (0.46, 0.52), (0.46, 0.80), (0.14, 0.80)], (222, 206, 178))
    canvas.draw_lines([(0.10, 0.53), (0.30, 0.36), (0.50, 0.53)], (168, 66, 52))
    canvas.draw_lines([(0.33, 0.80), (0.33, 0.64), (0.41, 0.64), (0.41, 0.80)], (98, 62, 40))
    canvas.draw_lines([(0.19, 0.60), (0.28, 0.60), (0.28, 0.69), (0.19, 0.69)], (70, 96, 132))


def _draw_tree(canvas: _DrawingCanvas, seed: int) -> None:
    x = canvas.aspect - 0.30
    canvas.draw_lines([(x - 0.03, 0.85), (x - 0.02, 0.45), (x + 0.02, 0.45), (x + 0.04, 0.85)], (92, 66, 44))
    random = np.random.default_rng(seed)
    for _ in range(60):
        away, turn = 0.15 * np.sqrt(random.random()), random.random() * 2 * np.pi
        green = int(random.integers(80, 150))
        middle = (x + float(away * np.cos(turn)), 0.36 + float(away * np.sin(turn)))
        canvas.draw_ellipse(middle, (0.045, 0.04), (green // 2, green, 42))


def _draw_person(canvas: _DrawingCanvas) -> None:
    """Head and shoulders with a face that a face detector takes for one."""
    x, y, skin = 0.5 * canvas.aspect, 0.40, (226, 178, 148)
    canvas.draw_ellipse((x, 1.02), (0.34, 0.34), (176, 58, 50))
    canvas.draw_lines([(x - 0.08, 0.55), (x + 0.08, 0.55), (x + 0.10, 0.74), (x - 0.10, 0.74)], (206, 156, 126))
    canvas.draw_ellipse((x, y - 0.05), (0.205, 0.235), (66, 42, 30))
    canvas.draw_ellipse((x, y + 0.01), (0.158, 0.215), skin)
    for side in (-1, 1):
        eye = (x + side * 0.066, y - 0.03)
        canvas.draw_ellipse(eye, (0.036, 0.02), (198, 146, 118))
        canvas.draw_ellipse(eye, (0.032, 0.015), (246, 244, 240))
        canvas.draw_ellipse(eye, (0.014, 0.015), (52, 34, 26))
        canvas.draw_lines(
            [(x + side * 0.030, y - 0.070), (x + side * 0.070, y - 0.084), (x + side * 0.108, y - 0.066),
             (x + side * 0.070, y - 0.068)], (74, 48, 34)
        )  # fmt: skip
    canvas.draw_lines(
        [(x - 0.012, y - 0.02), (x + 0.012, y - 0.02), (x + 0.032, y + 0.075), (x - 0.032, y + 0.075)], (214, 164, 134)
    )
    canvas.draw_ellipse((x, y + 0.078), (0.034, 0.012), (186, 128, 104))
    canvas.draw_ellipse((x, y + 0.128), (0.066, 0.024), (164, 70, 70))
    canvas.draw_ellipse((x, y + 0.122), (0.052, 0.010), (244, 240, 236))


def _draw_ball(canvas: _DrawingCanvas) -> None:
    for step in range(24):
        share = step / 24
        colour = tuple(round(a + (b - a) * share) for a, b in zip((150, 84, 10), (255, 214, 92), strict=True))
        middle = (canvas.aspect - 0.62 - 0.03 * share, 0.86 - 0.03 * share)
        canvas.draw_ellipse(middle, (0.09 * (1 - share), 0.09 * (1 - share)), colour)


def _add_grain(picture: NDArray[Any], seed: int) -> Picture:
    height, width = picture.shape[:2]
    random = np.random.default_rng(seed)
    grain = random.normal(0, 3, (height, width, 1))
    weave = 4 * np.sin(np.arange(width) / 2.3)[None, :, None] * (np.arange(height) > 0.8 * height)[:, None, None]
    return np.clip(picture + grain + weave, 0, 255).astype(np.uint8)


def _star_points_at(middle: tuple[float, float], radius: float) -> list[tuple[float, float]]:
    turns = np.arange(11) * np.pi / 5 - np.pi / 2
    radii = np.where(np.arange(11) % 2 == 0, radius, 0.45 * radius)
    x, y = middle[0] + radii * np.cos(turns), middle[1] + radii * np.sin(turns)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _draw_letter(canvas: _DrawingCanvas, kind: int, foot: tuple[float, float], size: float) -> None:
    x, y = foot
    pen = max(2, round(0.16 * size * canvas.pixels.shape[0]))
    half = size / 2
    match kind:
        case 0:
            canvas.draw_ellipse((x, y - half), (0.36 * size, half), None, pen)
        case 1:
            canvas.draw_lines([(x - 0.2 * size, y - 1.6 * size), (x - 0.2 * size, y)], None, pen)
        case 2:
            canvas.draw_lines([(x - 0.3 * size, y - size), (x, y), (x + 0.3 * size, y - size)], None, pen)
        case 3:
            canvas.draw_lines(
                [(x - 0.3 * size, y), (x - 0.3 * size, y - size), (x + 0.3 * size, y - size), (x + 0.3 * size, y)],
                None,
                pen,
            )
        case _:
            canvas.draw_wave((x - 0.3 * size, y - half), (x + 0.3 * size, y - half), half, pen)

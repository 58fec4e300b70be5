"""Skin and nails of a posed hand: colour, creases and pores."""

import cv2
import numpy as np

from pipeline.sketch.hands.distance_field import Grid
from pipeline.sketch.hands.pose import BoneFrame, CreaseTable, NailTable, Pose
from pipeline.sketch.types import Array

_PORE_DEPTH, _PORE_SIZE = 0.035, 0.45  # millimetres
_MOTTLE, _MOTTLE_SIZE = 0.05, 4.0  # share of the colour, millimetres
_BLUSH = (0.02, 0.16, 0.15)  # share of red, green and blue that is missing where skin is reddest
_SEED = 14


class SkinPainter:
    """Paints the skin of a pose on what is seen of it; `points` are coordinates (3 x rows x columns, millimetres)."""

    def __init__(self, pose: Pose, points: Array, grid: Grid) -> None:
        self._pose = pose
        self._points = points
        self._grid = grid
        shape = points.shape[1:]
        self._noise = np.random.default_rng(_SEED).standard_normal(shape, np.float32)
        self.bump = self._make_pores()
        self.nail = np.zeros(shape, np.float32)  # share of nail
        self._nail_edge = np.zeros(shape, np.float32)  # share of the free edge of nails
        for frame, crease in pose.creases:
            self._add_crease(frame, crease)
        for frame, nail in pose.nails:
            self._add_nail(frame, nail)

    def paint(self, skin: Array, nail: Array) -> Array:
        """Colour of each pixel from that of the skin and of the nails, linear light."""
        blush = np.zeros_like(self.nail)
        for centre, radius in self._pose.blushes:
            window = self._find_window(centre, 2 * radius)
            square = sum((self._points[axis][window] - centre[axis]) ** 2 for axis in range(3))
            blush[window] = np.maximum(blush[window], np.exp(-square / np.float32(radius**2)))
        mottle = 1 + _MOTTLE * _filter_noise(self._noise, _MOTTLE_SIZE / self._grid.pitch)
        base = skin[:, None, None] * mottle * (1 - np.array(_BLUSH, np.float32)[:, None, None] * blush)
        plate = nail[:, None, None] * (1 + 0.6 * self._nail_edge)
        painted: Array = base + self.nail * (plate - base)
        return painted

    def _make_pores(self) -> Array:
        size = _PORE_SIZE / self._grid.pitch
        pores = _PORE_DEPTH * (_filter_noise(self._noise, size) - 0.5 * _filter_noise(self._noise, 2.5 * size))
        return pores.astype(np.float32)

    def _find_window(self, centre: Array, reach: float) -> tuple[slice, slice]:
        return self._grid.find_window(centre[:2] - reach, centre[:2] + reach)

    def _measure(self, frame: BoneFrame, window: tuple[slice, slice]) -> tuple[Array, Array, Array]:
        """Distances of the points along a bone, across it and towards its back."""
        offset = self._points[:, *window] - frame.origin.astype(np.float32)[:, None, None]
        along, across, back = (
            np.tensordot(axis.astype(np.float32), offset, 1) for axis in (frame.along, frame.across, frame.back)
        )
        return along, across, back

    def _add_crease(self, frame: BoneFrame, crease: CreaseTable) -> None:
        window = self._find_window(frame.origin, 18)
        along, across, back = self._measure(frame, window)
        fade = np.exp(-((across / np.float32(crease.half_width)) ** 4)) * np.clip(back / 3, 0, 1)
        waves = 0.5 * np.sin(across * np.float32(0.9))
        for number, offset in enumerate(crease.offsets):
            bow = np.float32(0.02 * np.sign(offset) * min(1.0, abs(offset) / 3)) * across**2
            line = along - np.float32(offset) + bow + waves * np.float32((-1) ** number * 0.5)
            self.bump[window] -= np.float32(crease.depth) * np.exp(-((line / 0.55) ** 2)) * fade

    def _add_nail(self, frame: BoneFrame, nail: NailTable) -> None:
        window = self._find_window(frame.origin + frame.along * nail.end, nail.end)
        along, across, back = self._measure(frame, window)
        middle, half_length = (nail.start + nail.end) / 2, (nail.end - nail.start) / 2
        power = np.abs((along - middle) / half_length) ** 3.2 + np.abs(across / nail.half_width) ** 3.2
        reach = power ** np.float32(1 / 3.2)
        share = np.clip((1 - reach) * 6, 0, 1) * (back > 0)
        self.nail[window] = np.maximum(self.nail[window], share)
        rim = np.exp(-(((reach - 1.02) / 0.09) ** 2)) * (back > 0)
        self.bump[window] -= np.float32(0.3) * rim
        edge = share * np.clip((along - (nail.end - 3.2)) / 0.8, 0, 1)
        moon = share * np.exp(-(((along - nail.start - 1) / 2.6) ** 2)) * 0.45
        self._nail_edge[window] = np.maximum(self._nail_edge[window], np.maximum(edge, moon))


def _filter_noise(noise: Array, size: float) -> Array:
    """Noise of unit deviation whose spots are about `size` pixels wide."""
    share = max(1, int(size / 2))
    small = noise[: -(-noise.shape[0] // share), : -(-noise.shape[1] // share)]
    blurred = cv2.GaussianBlur(small, (0, 0), max(size / share, 0.3))
    smooth: Array = blurred / max(float(blurred.std()), 1e-6)
    if share == 1:
        return smooth
    return np.asarray(cv2.resize(smooth, noise.shape[::-1], interpolation=cv2.INTER_CUBIC))

"""The board of a film as planes: its surface when empty, and what a line looks like on it."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from models.jobs.boards import BoardStyle, load_boards
from models.jobs.finishes import FinishStyle
from pipeline.sketch.grounds import textures
from pipeline.sketch.planes import YuvPlanes, luma_of
from pipeline.sketch.types import Image

_CHALK = (243, 243, 243)  # RGB of a line on a board darkened for a picture
_WORN_LEVEL = 128  # level of the grain at which half of what can be worn off is
_WEAR_SLOPE = 3.2  # share worn off a line per share of the grain's level
_CHALK_STREAKS = 0.16, 0.006, -38.0  # units and degrees: length, width and angle of streaks of chalk laid broadly
_CHALK_WEAR = 0.6  # greatest share of such chalk that is worn off

Colour = tuple[int, int, int]  # luma, blue difference, red difference


@dataclass(frozen=True)
class Ground:
    """An empty board (`planes`, not to be written to) and the colour of ink on it.

    `line_grain` is the share of a line, 0 to 1, that the surface wears off.
    """

    planes: YuvPlanes
    ink: Colour
    is_dark: bool
    unit: float
    line_grain: float = 0.0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        height, width = self.planes.y.shape
        return width, height

    @property
    def has_chroma_of_ink(self) -> bool:
        """Whether a line differs from the board in luma alone."""
        return (int(self.planes.u[0, 0]), int(self.planes.v[0, 0])) == self.ink[1:]

    def copy_planes(self) -> YuvPlanes:
        return YuvPlanes(*(plane.copy() for plane in (self.planes.y, *self.planes.chroma)))

    def wear_ink(self, coverage: Image) -> Image:
        """What the surface's grain leaves of a coverage."""
        return cv2.multiply(coverage, self._kept, scale=1 / 255) if self.line_grain else coverage

    def wear_paint(self, opacity: Image, area: tuple[slice, slice]) -> Image:
        """What the grain of a dark board leaves of chalk laid broadly over an area (rows, columns) of it."""
        if not (self.is_dark and self.line_grain):
            return opacity
        return cv2.multiply(opacity, self._kept_broadly[area], scale=1 / 255)

    @cached_property
    def _kept(self) -> Image:
        """Share of ink that stays at each pixel, 0 to 255."""
        grain = (np.arange(256) - _WORN_LEVEL) / 255 * _WEAR_SLOPE + 0.5
        kept = 255 * (1 - self.line_grain * np.clip(grain, 0, 1))
        texture = textures.create_grain(self.size, self.unit, 1, textures.FINE_GRAIN)
        return np.asarray(cv2.LUT(texture, kept.round().astype(np.uint8)))

    @cached_property
    def _kept_broadly(self) -> Image:
        """Share of chalk laid with its side that stays at each pixel, 0 to 255: less between the board's bumps."""
        grain = textures.create_grain(self.size, self.unit, 9, textures.FINE_GRAIN)
        length, width, angle = _CHALK_STREAKS
        streaks = textures.create_streaks(self.size, length * self.unit, width * self.unit, angle, seed=11)
        texture = cv2.addWeighted(streaks, 0.6, grain, 0.4, 0)
        worn = np.clip((np.arange(256) - 100) / 110, 0, 1)
        return np.asarray(cv2.LUT(texture, np.rint(255 * (1 - _CHALK_WEAR * worn)).astype(np.uint8)))


def cover_planes(planes: YuvPlanes, coverage: Image, colour: Colour) -> YuvPlanes:
    """Lay a colour over planes, as far as it covers each pixel (0 to 255)."""
    half = cv2.resize(coverage, planes.u.shape[::-1], interpolation=cv2.INTER_AREA)
    parts = zip((planes.y, *planes.chroma), (coverage, half, half), colour, strict=True)
    return YuvPlanes(*(_cover(plane, cover, value) for plane, cover, value in parts))


def _cover(plane: Image, coverage: Image, value: int) -> Image:
    colour_levels = np.rint(np.arange(256) * value / 255).astype(np.uint8)
    kept = cv2.multiply(plane, cv2.bitwise_not(coverage), scale=1 / 255)
    return np.asarray(cv2.add(kept, cv2.LUT(coverage, colour_levels)))


def choose_board_style(board: str, board_level: int) -> BoardStyle:
    """The style of a board by name; a dark one without texture for a picture that is seen only on a dark board."""
    style = load_boards()[board]
    if luma_of(board_level) >= luma_of(128) or style.is_dark:
        return style
    return BoardStyle(colour=(board_level,) * 3, ink=_CHALK)


def build_ground(style: BoardStyle, finish: FinishStyle, size: tuple[int, int], unit: float) -> Ground:
    """Make the board of a film of `size` (width, height); `unit` is its reference length in pixels."""
    luma, blue, red = _convert_colour(style.colour)
    planes = YuvPlanes.create_blank(*size, luma)
    planes.u[:], planes.v[:] = blue, red
    if style.grain or style.fibres or style.smudges:
        surface = textures.create_surface(size, unit, style.grain, style.fibres, style.smudges)
        np.clip(surface + luma, 16, 235, out=surface)
        planes.y[:] = surface
    is_pencil = finish.ink is not None and not style.is_dark
    ink = finish.ink if is_pencil and finish.ink else style.ink
    grain = max(style.line_grain, finish.line_grain) if is_pencil else style.line_grain
    return Ground(planes, _convert_colour(ink), style.is_dark, unit, grain)


def _convert_colour(rgb: tuple[int, int, int]) -> Colour:
    planes = YuvPlanes.from_rgb(np.full((2, 2, 3), rgb, np.uint8))
    return int(planes.y[0, 0]), int(planes.u[0, 0]), int(planes.v[0, 0])

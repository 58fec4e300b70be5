"""Hatching of dark masses along their form, in a second direction where they are very dark; never across a line."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.sketch.lines.tracing import PenStroke
from pipeline.sketch.types import Array, Floats, Image, Points
from pipeline.vision.types import FaceBox

_MAX_LIGHTNESS = 62  # of 255, lightness: darker than the surroundings of lines in most pictures
_DEEP_LIGHTNESS = 26  # of 255: darker masses are hatched in a second direction
_MAX_DARK_SHARE = 0.3  # share of the picture: where more is dark, only the darkest part is hatched
_SPACING, _CROSS_SPACING = 0.016, 0.026  # units between hatch lines, of the first and the second direction
_MIN_AREA = 0.004  # square units: smaller dark areas are drawn as lines already
_USUAL_SLANT = np.deg2rad(-52.0)  # of masses that are as broad as long
_CROSS_ANGLE = np.deg2rad(62.0)  # between both directions
_MIN_ELONGATION = 1.6  # length by breadth from which a mass is hatched along its form
_STRENGTH = 0.05
_MARGIN = 0.014  # units left free along the edge of the area
_FACE_MARGIN = 0.15  # share of a face's side, around it, that is left free


@dataclass(frozen=True, slots=True)
class _HatchDirection:
    """The direction of hatch lines, in radians, and the pixels between them."""

    slant: float
    spacing: float

    @property
    def axis(self) -> tuple[float, float]:
        return float(np.cos(self.slant)), float(np.sin(self.slant))


@dataclass(frozen=True, slots=True)
class HatchBounds:
    """What bounds hatching: faces stay free, no hatch crosses a line, and all is inside the subject (0 to 1)."""

    faces: Sequence[FaceBox]
    lines: Sequence[PenStroke]
    subject: Floats


def hatch_dark_areas(picture: Image, unit: float, budget: float, bounds: HatchBounds) -> list[PenStroke]:
    """Return zigzag strokes over the largest dark areas of an RGB picture that fit into `budget` pixels of line."""
    lightness = cv2.blur(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), (5, 5))
    dark = _find_dark_mask(lightness, unit, bounds)
    count, areas, stats, _ = cv2.connectedComponentsWithStats(dark.astype(np.uint8), connectivity=4)
    sizes = stats[:, cv2.CC_STAT_AREA]
    order = [int(k) for k in np.argsort(-sizes[1:]) + 1 if sizes[k] >= _MIN_AREA * unit * unit] if count > 1 else []
    strokes: list[PenStroke] = []
    for area in order:
        mask = areas == area
        directions = _choose_directions(mask, lightness, unit)
        if sizes[area] / directions[0].spacing > budget:
            break  # a smaller mass that is dark beside a larger one that is not would look wrong
        for direction in directions:
            if sizes[area] / direction.spacing <= budget:
                budget -= sizes[area] / direction.spacing
                strokes += [_build_stroke(path) for path in _build_zigzags(mask, direction)]
    return strokes


def _build_stroke(path: Points) -> PenStroke:
    return PenStroke(path, np.full(len(path), _STRENGTH, np.float32))


def _find_dark_mask(lightness: Image, unit: float, bounds: HatchBounds) -> Array:
    limit = min(_MAX_LIGHTNESS, float(np.quantile(lightness[::4, ::4], _MAX_DARK_SHARE)))
    margin = max(1, round(_MARGIN * unit))
    dark = ((lightness <= limit) & (bounds.subject > 0.5)).astype(np.uint8)
    for face in bounds.faces:
        centre = (face.x + face.width // 2, face.y + face.height // 2)
        radius = round((0.5 + _FACE_MARGIN) * max(face.width, face.height))
        cv2.circle(dark, centre, radius, 0, cv2.FILLED)
    opened = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((2 * margin + 1,) * 2, np.uint8))
    for line in bounds.lines:
        cv2.polylines(opened, [np.round(line.points).astype(np.int32)], False, 0, 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * margin + 1, 2 * margin + 1))
    return cv2.erode(opened, kernel, borderValue=0) > 0


def _choose_directions(mask: Array, lightness: Image, unit: float) -> list[_HatchDirection]:
    """The direction of a mass: along it where it is long; and a second one across where it is very dark."""
    rows, columns = np.nonzero(mask)
    spread, axes = np.linalg.eigh(np.cov(np.stack([columns, rows])) + 1e-6 * np.eye(2))
    is_long = spread[1] >= _MIN_ELONGATION**2 * spread[0]
    slant = float(np.arctan2(axes[1, 1], axes[0, 1])) if is_long else _USUAL_SLANT
    directions = [_HatchDirection(slant, _SPACING * unit)]
    if float(lightness[mask].mean()) <= _DEEP_LIGHTNESS:
        directions.append(_HatchDirection(slant + _CROSS_ANGLE, _CROSS_SPACING * unit))
    return directions


def _build_zigzags(area: Array, direction: _HatchDirection) -> list[Points]:
    """Hatch an area with parallel lines, each joined to the next where they are neighbours."""
    rows, columns = np.nonzero(area)
    cosine, sine = direction.axis
    along, across = columns * cosine + rows * sine, -columns * sine + rows * cosine
    band = np.round(across / direction.spacing).astype(np.int32)
    is_near = np.abs(across / direction.spacing - band) * direction.spacing < 0.75
    lines = _find_spans(band[is_near], along[is_near], direction.spacing)
    return [_build_path(chain, direction) for chain in _chain_spans(lines)]


def _find_spans(band: Array, along: Array, spacing: float) -> list[tuple[int, float, float]]:
    """Find the unbroken spans of each hatch line: band number, start and end along the line."""
    order = np.lexsort((along, band))
    band, along = band[order], along[order]
    breaks = np.flatnonzero((np.diff(band) != 0) | (np.diff(along) > 2.5)) + 1
    parts = zip([0, *breaks], [*breaks, len(band)], strict=True)
    spans = [(int(band[a]), float(along[a]), float(along[b - 1])) for a, b in parts if b > a]
    return [span for span in spans if span[2] - span[1] > 0.8 * spacing]


def _chain_spans(spans: list[tuple[int, float, float]]) -> list[list[tuple[int, float, float]]]:
    """Chain overlapping spans of neighbouring bands into single strokes."""
    open_chains: list[list[tuple[int, float, float]]] = []
    for span in spans:
        matching_chains = [
            chain for chain in open_chains if chain[-1][0] == span[0] - 1 and _is_overlapping(chain[-1], span)
        ]
        if matching_chains:
            matching_chains[0].append(span)
        else:
            open_chains.append([span])
    return open_chains


def _is_overlapping(one: tuple[int, float, float], other: tuple[int, float, float]) -> bool:
    return min(one[2], other[2]) - max(one[1], other[1]) > 0.5 * min(one[2] - one[1], other[2] - other[1])


def _build_path(chain: list[tuple[int, float, float]], direction: _HatchDirection) -> Points:
    """A zigzag along the spans of a chain, each in the other direction than the one before."""
    along = np.array([(low, high) if number % 2 == 0 else (high, low) for number, (_, low, high) in enumerate(chain)])
    across = np.array([band for band, _, _ in chain])[:, None] * direction.spacing
    cosine, sine = direction.axis
    path: Floats = np.stack([along * cosine - across * sine, along * sine + across * cosine], axis=2)
    return path.reshape(-1, 2).astype(np.float32)

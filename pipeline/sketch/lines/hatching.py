"""Hatching of solid dark areas, so that they are dark before the colouring phase."""

import cv2
import numpy as np

from pipeline.sketch.lines.tracing import PenStroke
from pipeline.sketch.types import Array, Floats, Image, Points

_MAX_LIGHTNESS = 62  # of 255, lightness: darker than the surroundings of lines in most pictures
_MAX_DARK_SHARE = 0.3  # share of the picture: where more is dark, only the darkest part is hatched
_SPACING = 0.016  # units between hatch lines
_MIN_AREA = 0.004  # square units: smaller dark areas are drawn as lines already
_SLANT = np.deg2rad(-52.0)
_STRENGTH = 0.05
_MARGIN = 0.014  # units left free along the edge of the area


def hatch_dark_areas(picture: Image, unit: float, budget: float) -> list[PenStroke]:
    """Return zigzag strokes over the largest dark areas of an RGB picture that fit into `budget` pixels of line."""
    dark = _find_dark_mask(picture, unit)
    count, areas, stats, _ = cv2.connectedComponentsWithStats(dark.astype(np.uint8), connectivity=4)
    sizes = stats[:, cv2.CC_STAT_AREA]
    order = [int(k) for k in np.argsort(-sizes[1:]) + 1 if sizes[k] >= _MIN_AREA * unit * unit] if count > 1 else []
    strokes: list[PenStroke] = []
    for area in order:
        if sizes[area] / (_SPACING * unit) <= budget:
            budget -= sizes[area] / (_SPACING * unit)
            paths = _build_zigzags(areas == area, _SPACING * unit)
            strokes += [PenStroke(path, np.full(len(path), _STRENGTH, np.float32)) for path in paths]
    return strokes


def _find_dark_mask(picture: Image, unit: float) -> Array:
    lightness = cv2.blur(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), (5, 5))
    limit = min(_MAX_LIGHTNESS, float(np.quantile(lightness[::4, ::4], _MAX_DARK_SHARE)))
    margin = max(1, round(_MARGIN * unit))
    dark = (lightness <= limit).astype(np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * margin + 1, 2 * margin + 1))
    opened = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((2 * margin + 1,) * 2, np.uint8))
    return cv2.erode(opened, kernel, borderValue=0) > 0


def _build_zigzags(area: Array, spacing: float) -> list[Points]:
    """Hatch an area with parallel lines, each joined to the next where they are neighbours."""
    rows, columns = np.nonzero(area)
    along = columns * np.cos(_SLANT) + rows * np.sin(_SLANT)
    across = -columns * np.sin(_SLANT) + rows * np.cos(_SLANT)
    band = np.round(across / spacing).astype(np.int32)
    is_near = np.abs(across / spacing - band) * spacing < 0.75
    lines = _find_spans(band[is_near], along[is_near], spacing)
    return [_build_path(chain, spacing) for chain in _chain_spans(lines)]


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


def _build_path(chain: list[tuple[int, float, float]], spacing: float) -> Points:
    points = []
    for number, (band, low, high) in enumerate(chain):
        for along in (low, high) if number % 2 == 0 else (high, low):
            across = band * spacing
            points.append(
                (along * np.cos(_SLANT) - across * np.sin(_SLANT), along * np.sin(_SLANT) + across * np.cos(_SLANT))
            )
    path: Floats = np.array(points, dtype=np.float32)
    return path

"""Stroke planning for a broad marker: slanted strokes, region by region, large and near regions first."""

from dataclasses import dataclass

import cv2
import numpy as np
from skimage.measure import label

from pipeline.sketch import regions
from pipeline.sketch.arrays import Array, Floats, Image, Integers, Points
from pipeline.sketch.tours import Tour

_SLANT = np.deg2rad(-38.0)  # direction of the strokes: up to the right
_ALONG = np.array((np.cos(_SLANT), np.sin(_SLANT)), dtype=np.float32)
_ACROSS = np.array((-np.sin(_SLANT), np.cos(_SLANT)), dtype=np.float32)
_WAVE, _WAVE_LENGTH = 0.13, 2.6  # in widths: amplitude and length of the waves in a stroke's edge
_ROUND = 0.35  # in widths: how far the edges of the marker's tip lag behind its middle
_SCRAP = 0.12  # in squared widths: smaller pieces are merged with a neighbour


@dataclass(frozen=True, slots=True)
class Fill:
    """Marker strokes in drawing order.

    `stroke_index` holds the number of the stroke that covers each pixel; `strokes` their two ends (n x 2 x 2, x and
    y), in pixels of the same grid, the first end drawn first; `areas` the number of pixels each covers.
    """

    runs: Integers
    strokes: Floats
    width: float
    areas: Floats

    def times(self, clocks: Floats, size: tuple[int, int]) -> Floats:
        """Return the time the marker passes each pixel of a grid of `size` (width, height).

        `stroke_times` (n x 2) are the start and end of each stroke.
        """
        runs = cv2.resize(self.runs.astype(np.uint16), size, interpolation=cv2.INTER_NEAREST).astype(np.int32)
        x, y = _grid(size[0], size[1], (self.runs.shape[1] / size[0], self.runs.shape[0] / size[1]))
        along, across = x * _ALONG[0] + y * _ALONG[1], x * _ACROSS[0] + y * _ACROSS[1]
        middle = (self.strokes @ _ACROSS).mean(axis=1).astype(np.float32)
        tip = np.clip((across - middle[runs]) / (self.width / 2), -1, 1)
        lag = self.width * _ROUND * (1 - np.sqrt(1 - tip * tip))
        low, high = _extent(self.runs)
        back = (self.strokes[:, 1] - self.strokes[:, 0]) @ _ALONG < 0
        far = np.where(back, high, -low).astype(np.float32)
        travel = (high - low + self.width * _ROUND).astype(np.float32)
        share = (np.where(back, -1, 1).astype(np.float32)[runs] * along + far[runs] + lag) / travel[runs]
        began, took = clocks[:, 0].astype(np.float32), (clocks[:, 1] - clocks[:, 0]).astype(np.float32)
        found: Floats = began[runs] + np.clip(share, 0, 1) * took[runs]
        return found


def _extent(runs: Integers) -> tuple[Floats, Floats]:
    """Lowest and highest position of each run along the stroke direction."""
    x, y = _grid(runs.shape[1], runs.shape[0])
    along = (x * _ALONG[0] + y * _ALONG[1]).ravel()
    count = int(runs.max()) + 1
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, runs.ravel(), along)
    np.maximum.at(high, runs.ravel(), along)
    return low, high + 1


def fill(picture: Image, needed: Array, width: float, pen: Points) -> Fill:
    """Plan the strokes of a marker `width` pixels broad over the masked pixels of an RGB picture, from `pen` on."""
    wanted = cv2.dilate(needed.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=max(1, round(width / 5))) > 0
    if not wanted.any():
        return Fill(np.zeros(needed.shape, np.int32), np.zeros((0, 2, 2), np.float32), width, np.zeros(0, np.float32))
    areas = regions.find(picture)
    runs = _runs(areas, wanted, width)
    owner = np.zeros(int(runs.max()) + 1, np.int32)
    owner[runs[wanted]] = areas[wanted]
    strokes = _ends(runs, wanted, width)
    order, flipped = _order(strokes, owner, np.bincount(runs[wanted], minlength=len(owner)), pen, width)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order))
    turned = np.where(flipped[:, None, None], strokes[:, ::-1], strokes)
    ranked = rank[runs]
    return Fill(ranked, turned[order], width, np.bincount(ranked.ravel(), minlength=len(order)))


def _grid(width: int, height: int, scale: tuple[float, float] = (1.0, 1.0)) -> tuple[Floats, Floats]:
    x = (np.arange(width, dtype=np.float32) * np.float32(scale[0]))[None, :]
    y = (np.arange(height, dtype=np.float32) * np.float32(scale[1]))[:, None]
    return x, y


def _runs(areas: Integers, wanted: Array, width: float) -> Integers:
    """Cut every region into bands as broad as the marker; too small pieces are merged with a neighbour."""
    x, y = _grid(areas.shape[1], areas.shape[0])
    along, across = x * _ALONG[0] + y * _ALONG[1], x * _ACROSS[0] + y * _ACROSS[1]
    across = across + _WAVE * width * np.sin(along * np.float32(2 * np.pi / (_WAVE_LENGTH * width)) + areas)
    band = np.floor((across - across.min()) / width).astype(np.int32)
    pieces = label(np.where(wanted, areas * (band.max() + 1) + band, -1), connectivity=1, background=-1)  # type: ignore[no-untyped-call]
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    large = sizes >= min(_SCRAP * width * width, sizes.max())
    return regions.nearest(pieces, large[pieces])


def _ends(runs: Integers, wanted: Array, width: float) -> Floats:
    """Both ends of each run's centre line, slightly inset."""
    rows, columns = np.nonzero(wanted)
    flat = runs[rows, columns]
    count = int(runs.max()) + 1
    along, across = columns * _ALONG[0] + rows * _ALONG[1], columns * _ACROSS[0] + rows * _ACROSS[1]
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, flat, along)
    np.maximum.at(high, flat, along)
    middle = np.bincount(flat, across, minlength=count) / np.bincount(flat, minlength=count)
    inset = np.minimum(width, high - low) / 4
    sides = [end[:, None] * _ALONG + middle[:, None] * _ACROSS for end in (low + inset, high - inset)]
    ends: Floats = np.stack(sides, axis=1).astype(np.float32)
    return ends


def _order(strokes: Floats, owner: Integers, sizes: Array, pen: Points, width: float) -> tuple[Array, Array]:
    """Order the strokes and decide which are reversed: large and near regions first, a short tour within each."""
    middles = strokes.mean(axis=1)
    flipped = np.zeros(len(strokes), bool)
    order: list[int] = []
    left = {int(area) for area in np.unique(owner)}
    here = pen
    while left:
        area = max(left, key=lambda a: _appeal(middles[owner == a], sizes[owner == a], here, width))
        members = np.flatnonzero(owner == area)
        tour = Tour(strokes[members], here, 10 * width)
        tour.improve()
        for step, turned in tour.steps:
            order.append(int(members[step]))
            flipped[order[-1]] = turned
        here = strokes[order[-1], 0 if flipped[order[-1]] else 1]
        left.discard(area)
    return np.array(order), flipped


def _appeal(middles: Floats, sizes: Array, pen: Points, width: float) -> float:
    away = np.hypot(*(middles - pen).T).min() / width
    return float(np.sqrt(sizes.sum()) / width / (1 + 0.35 * away))

"""Figures of how lines appear on the board, computed from when each pixel became ink."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.drawings.delivered_film import DeliveredFilm

_LIFT: Final = 0.02  # of the height: a farther hop with the pen up is a lift
_FRONT: Final = 10  # frames for which ink belongs to the border that moves
_RECENT: Final = 2  # frames whose ink is the last one
_TOUCHING: Final = 2  # pixels within which ink touches
_TIP: Final = 0.005  # of the height, from the pen to the nearest new ink

Births = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class _Patches:
    """The new ink of one frame: its pixels (row, column), in how many patches, and the share of it that touches, and
    how many patches are far from, the ink of the frames before.
    """

    pixels: NDArray[np.intp]
    count: int
    touching: float
    far: int


def measure_reveal(film: DeliveredFilm) -> dict[str, float]:
    """All figures of a film's line phase, lifts and speeds of its pen included; lengths in heights of the film."""
    patches = [_find_patches(film.born, frame, pixels) for frame, pixels in _list_new_ink(film.born)]
    after_first = patches[1:] or patches
    total = max(1, int(film.ink.sum()))
    jumps = _measure_jumps(patches, film.height)
    seconds = film.frame_count / film.track["fps"]
    lifts = sum(each.far for each in after_first) + count_hops(film.track["frames"][film.line_frames :], film.height)
    return {
        "open cut": measure_open_cut(film.born),
        "front": measure_open_cut(film.born, _FRONT),
        "patches": float(np.mean([each.count for each in patches])),
        "largest ink": max(len(each.pixels) for each in patches) / total,
        "continuity": float(np.mean([each.touching for each in after_first])),
        "jump mean": float(jumps.mean()),
        "jump p95": float(np.quantile(jumps, 0.95)),
        "lifts": lifts * 10 / seconds,
        **measure_pen(film, {int(film.born[tuple(each.pixels[0])]): each.pixels for each in patches}),
    }


def measure_open_cut(born: Births, age: int | None = None) -> float:
    """Mean over frames of the border between ink drawn and ink still to come, in stroke widths.

    A stroke in the making has a border of one width; a grid, a wipe or a mask has many at once. Two neighbours that
    became ink in different frames are a piece of the border from the first of these frames to the last, and so is the
    end of a stroke that waits for another to meet it. With `age` ink counts for as many frames only, which leaves
    the border that moves.
    """
    drawing = np.unique(born[born >= 0])
    if not len(drawing):
        return 0.0
    last = int(drawing[-1])
    across = _count_borders(born[:, :-1], born[:, 1:], last, age or last)
    down = _count_borders(born[:-1], born[1:], last, age or last)
    return float(np.maximum(across, down)[drawing].mean()) / measure_stroke_width(born >= 0)


def _count_borders(one: Births, other: Births, last: int, age: int) -> NDArray[np.int64]:
    both = (one >= 0) & (other >= 0) & (one != other)
    first, second = np.minimum(one[both], other[both]), np.maximum(one[both], other[both])
    opened = np.bincount(first, minlength=last + 1)
    closed = np.bincount(np.minimum(second, first + age), minlength=last + 1)
    return np.cumsum(opened - closed[: last + 1])


def measure_stroke_width(ink: NDArray[np.bool_]) -> float:
    """Mean width of strokes in pixels, by the mean distance of ink from its edge: (width + 2) / 4 across a stroke."""
    mask = ink.astype(np.uint8)
    return max(1.0, 4 * float(cv2.distanceTransform(mask, cv2.DIST_L2, 5)[mask > 0].mean()) - 2)


def _list_new_ink(born: Births) -> list[tuple[int, NDArray[np.intp]]]:
    """The frames with new ink, and its pixels."""
    pixels = np.argwhere(born >= 0)
    frames = born[born >= 0]
    order = np.argsort(frames, kind="stable")
    numbers, starts = np.unique(frames[order], return_index=True)
    return list(zip(numbers.tolist(), np.split(pixels[order], starts[1:]), strict=True)) or [
        (0, np.zeros((1, 2), np.intp))
    ]


def _find_patches(born: Births, frame: int, pixels: NDArray[np.intp]) -> _Patches:
    reach = max(3, round(_LIFT * len(born)))
    top, left = np.maximum(pixels.min(axis=0) - 2 * reach, 0)
    bottom, right = pixels.max(axis=0) + 2 * reach + 1
    window = born[top:bottom, left:right]
    new = (window == frame).astype(np.uint8)
    last = ((window >= max(0, frame - _RECENT)) & (window < frame)).astype(np.uint8)
    count, labels = cv2.connectedComponents(_widen(new, 3))
    near = (_widen(last, 2 * _TOUCHING + 1) > 0) & (new > 0)
    touching = np.isin(labels[new > 0], np.unique(labels[near])).mean() if near.any() else 0.0
    return _Patches(pixels, count - 1, float(touching), _count_far(new, last, reach))


def _count_far(new: NDArray[np.uint8], last: NDArray[np.uint8], reach: int) -> int:
    """How many places with new ink are farther than `reach` from the last ink."""
    count, labels = cv2.connectedComponents(_widen(new, reach))
    near = labels[(_widen(new, reach) > 0) & (_widen(last, reach) > 0)]
    return count - 1 - len(np.unique(near))


def _widen(mask: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.dilate(mask, np.ones((side, side), np.uint8)), np.uint8)


def _measure_jumps(patches: Sequence[_Patches], height: int) -> NDArray[np.float64]:
    """How far the middle of the new ink moves from one frame with new ink to the next."""
    middles = np.array([each.pixels.mean(axis=0) for each in patches])
    return np.hypot(*np.diff(middles, axis=0).T) / height if len(middles) > 1 else np.zeros(1)


def count_hops(frames: Sequence[dict[str, Any]], height: int) -> int:
    """How often a pen is set down farther than 2 % of the height from where it was lifted, by its track."""
    count, last, lifted = 0, None, False
    for frame in frames:
        if frame["down"]:
            far = last is not None and np.hypot(*np.subtract(frame["pen"], last)) > _LIFT * height
            count += bool(lifted and far)
            last, lifted = frame["pen"], False
        else:
            lifted = True
    return count


def measure_pen(film: DeliveredFilm, new_ink: dict[int, NDArray[np.intp]]) -> dict[str, float]:
    """Speed of the pen between frames in which it is down, heights a second, and how often it is where new ink is."""
    frames = film.track["frames"][: film.line_frames]
    rate = film.track["fps"] / film.height
    steps = [
        float(np.hypot(*np.subtract(now["pen"], before["pen"])) * rate)
        for before, now in pairwise(frames)
        if before["down"] and now["down"]
    ] or [0.0]
    away = [
        float(np.hypot(*(new_ink[number][:, ::-1] - frame["pen"]).T).min() / film.height)
        for number, frame in enumerate(frames)
        if frame["down"] and number in new_ink
    ] or [0.0]
    return {
        "pen speed": float(np.mean(steps)),
        "fastest pen": max(steps),
        "pen at ink": float(np.mean(np.array(away) <= _TIP)),
    }

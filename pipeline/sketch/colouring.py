"""Colouring phase of a scene, from drawn lines to the finished picture, and the scene that wipes the board."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pipeline.sketch import clock, marker
from pipeline.sketch.arrays import Array, Image, Mask, Points
from pipeline.sketch.canvas import Placement
from pipeline.sketch.ink import Reveal, reveal
from pipeline.sketch.planes import NEUTRAL, Planes
from pipeline.sketch.score import Brief, Scene, Span

_SPEED = 5.5  # units a second
_BROADEST, _NARROWEST = 0.2, 0.05  # units: width of the marker
_HASTE = 0.35  # minimum share of a stroke's length that counts for its time, however little it covers
_SEEN = 7  # levels of difference between drawing and picture from which a pixel is coloured
_COVERED = 40  # of 255: share of a working copy's pixel that must need colour
_ERASER = 0.24  # units, width


@dataclass(frozen=True, slots=True)
class Colouring:
    """Colouring of a board with lines (`board`, luma) up to `target`; `colour_mask` is in working copy pixels."""

    target: Planes
    board: Image
    wanted: Mask

    @classmethod
    def of(cls, target: Planes, board: Image, placement: Placement) -> "Colouring":
        differs = np.abs(target.y.astype(np.int16) - board) > _SEEN
        tinted = sum(np.abs(plane.astype(np.int16) - NEUTRAL) > _SEEN for plane in target.chroma) > 0
        differs |= np.repeat(np.repeat(tinted, 2, 0), 2, 1)
        height, width = placement.picture.shape[:2]
        part = differs[placement.y : placement.y + height, placement.x : placement.x + width].astype(np.uint8)
        size = placement.work.shape[1::-1]
        wanted = cv2.resize(part * 255, size, interpolation=cv2.INTER_AREA) > _COVERED
        return cls(target, board, wanted)

    @property
    def share(self) -> float:
        """Share of the picture that needs colour, 0 to 1."""
        return float(self.wanted.mean())

    def over(self, drawn: Scene, placement: Placement, brief: Brief, report: Callable[[float], None]) -> Scene:
        """Return the scene with a colouring phase after its lines."""
        span = drawn.span
        width = self._marker_width(span.colour / brief.fps, brief.unit / placement.scale[0])
        path, times = fill(placement, self.wanted, width, drawn.path.points[-1], (span.colour, brief))
        report(0.9)
        frames = _over_board(times, placement, brief.size) + span.lines
        luma, chroma = changes(frames, self.board, self.target, span)
        return replace(
            drawn,
            luma=(*drawn.luma, luma),
            chroma=chroma,
            path=clock.joined([drawn.path, path.shifted(span.lines)]),
        )

    def _marker_width(self, seconds: float, unit: float) -> float:
        """Width in working copy pixels that lets the marker cover everything in `seconds`, within bounds."""
        needed = float(self.wanted.sum()) / (_SPEED * unit * max(seconds, 0.1))
        return float(np.clip(needed, _NARROWEST * unit, _BROADEST * unit))


def fill(
    placement: Placement, wanted: Mask, width: float, pen: Points, timing: tuple[int, Brief]
) -> tuple[clock.Path, Array]:
    """Return the marker's path over the masked pixels, and the frame in which each pixel of the picture is covered.

    `timing` is the number of frames and the scene's spec.
    """
    frames, brief = timing
    scale = np.array(placement.scale, np.float32)
    corner = np.array((placement.x, placement.y), np.float32)
    plan = marker.fill(placement.work, wanted, width, (pen - corner) / scale)
    strokes = [clock.evenly(stroke * scale + corner, 6.0) for stroke in plan.strokes]
    lengths = np.maximum(plan.areas / width, _HASTE * np.hypot(*(plan.strokes[:, 1] - plan.strokes[:, 0]).T)) * scale[0]
    path, spans = clock.drawn(strokes, frames, brief.unit, pen, lengths)
    size = placement.picture.shape[1::-1]
    if not spans:
        return path, np.zeros(size[::-1], np.float32)
    return path, plan.times(np.array([(span[0], span[-1]) for span in spans]), (size[0], size[1]))


def _over_board(times: Array, placement: Placement, size: tuple[int, int]) -> Array:
    """Extend the picture's pixel times to the whole board by repeating those of its edge."""
    height, width = times.shape
    top, left = placement.y, placement.x
    padding = (top, size[1] - height - top, left, size[0] - width - left)
    return np.asarray(cv2.copyMakeBorder(times, *padding, cv2.BORDER_REPLICATE))


def changes(frames: Array, board: Image, target: Planes, span: Span) -> tuple[Reveal, tuple[tuple[Reveal, ...], ...]]:
    """Build the luma and chroma reveals that turn a board of lines into the target at the given frames per pixel."""
    luma = _change(frames, board, target.y, span.total)
    half = frames[::2, ::2]
    blank = np.full(half.shape, NEUTRAL, np.uint8)
    return luma, tuple((_change(half, blank, plane, span.total),) for plane in target.chroma)


def _change(frames: Array, before: Image, after: Image, total: int) -> Reveal:
    changed = np.flatnonzero(before != after)
    return reveal(frames.ravel()[changed], changed, after.ravel()[changed], total)


def wiped(board: Planes, placement: Placement, frames: int, brief: Brief) -> Scene:
    """Build the scene in which the hand wipes the board clean with an eraser."""
    span = Span(0, 0, frames)
    height, width = placement.picture.shape[:2]
    empty = Placement(
        np.full((height, width, 3), 255, np.uint8), placement.x, placement.y, np.full_like(placement.work, 255)
    )
    start = np.array((0.8 * brief.size[0], 1.15 * brief.size[1]), np.float32)
    eraser = _ERASER * brief.unit / placement.scale[0]
    path, times = fill(empty, np.ones(placement.work.shape[:2], bool), eraser, start, (frames, brief))
    white = Planes.white(*brief.size)
    at = _over_board(times, placement, brief.size)
    chroma = tuple(
        (_change(at[::2, ::2], plane, clean, frames),) for plane, clean in zip(board.chroma, white.chroma, strict=True)
    )
    return Scene(span, (_change(at, board.y, white.y, frames),), (chroma[0], chroma[1]), path, white, tool="eraser")

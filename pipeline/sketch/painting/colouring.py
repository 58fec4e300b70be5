"""Colouring phase of a scene, from drawn lines to the finished picture, and the scene that wipes the board."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pipeline.sketch.canvas import Placement
from pipeline.sketch.painting import marker
from pipeline.sketch.painting.rasterize import Reveal, build_reveal
from pipeline.sketch.planes import NEUTRAL_CHROMA, YuvPlanes
from pipeline.sketch.scene_types import Scene, ScenePhases, SceneSpec
from pipeline.sketch.strokes import pen_timing
from pipeline.sketch.types import Array, Image, Mask, Points

_SPEED = 5.5  # units a second
_MAX_MARKER_WIDTH, _MIN_MARKER_WIDTH = 0.2, 0.05  # units: width of the marker
_MIN_LENGTH_SHARE = 0.35  # minimum share of a stroke's length that counts for its time, however little it covers
_VISIBLE_DIFFERENCE = 7  # levels of difference between drawing and picture from which a pixel is coloured
_COVERAGE_THRESHOLD = 40  # of 255: share of a working copy's pixel that must need colour
_ERASER_WIDTH = 0.24  # units, width
_SWEEP_SHARE = 0.8  # of a wipe's frames; in the others the hand leaves


@dataclass(frozen=True, slots=True)
class Colouring:
    """Colouring of a board with lines (`board`, luma) up to `target`; `colour_mask` is in working copy pixels."""

    target: YuvPlanes
    board: Image
    colour_mask: Mask

    @classmethod
    def from_target(cls, target: YuvPlanes, board: Image, placement: Placement) -> "Colouring":
        is_different = np.abs(target.y.astype(np.int16) - board) > _VISIBLE_DIFFERENCE
        is_tinted = (
            sum(np.abs(plane.astype(np.int16) - NEUTRAL_CHROMA) > _VISIBLE_DIFFERENCE for plane in target.chroma) > 0
        )
        is_different |= np.repeat(np.repeat(is_tinted, 2, 0), 2, 1)
        height, width = placement.picture.shape[:2]
        picture_part = is_different[placement.y : placement.y + height, placement.x : placement.x + width].astype(
            np.uint8
        )
        size = placement.working_copy.shape[1::-1]
        colour_mask = cv2.resize(picture_part * 255, size, interpolation=cv2.INTER_AREA) > _COVERAGE_THRESHOLD
        return cls(target, board, colour_mask)

    @property
    def share(self) -> float:
        """Share of the picture that needs colour, 0 to 1."""
        return float(self.colour_mask.mean())

    def add_to_scene(
        self, line_scene: Scene, placement: Placement, spec: SceneSpec, report: Callable[[float], None]
    ) -> Scene:
        """Return the scene with a colouring phase after its lines."""
        phases = line_scene.phases
        width = self._choose_marker_width(phases.colour / spec.fps, spec.unit / placement.scale[0])
        path, times = plan_fill(placement, self.colour_mask, width, line_scene.path.points[-1], (phases.colour, spec))
        report(0.9)
        frames = _extend_to_board(times, placement, spec.size) + phases.lines
        luma, chroma = build_reveals(frames, self.board, self.target, phases)
        return replace(
            line_scene,
            luma=(*line_scene.luma, luma),
            chroma=chroma,
            path=pen_timing.join_paths([line_scene.path, path.shift(phases.lines)]),
        )

    def _choose_marker_width(self, seconds: float, unit: float) -> float:
        """Width in working copy pixels that lets the marker cover everything in `seconds`, within bounds."""
        needed = float(self.colour_mask.sum()) / (_SPEED * unit * max(seconds, 0.1))
        return float(np.clip(needed, _MIN_MARKER_WIDTH * unit, _MAX_MARKER_WIDTH * unit))


def plan_fill(
    placement: Placement, colour_mask: Mask, width: float, pen: Points, timing: tuple[int, SceneSpec]
) -> tuple[pen_timing.PenPath, Array]:
    """Return the marker's path over the masked pixels, and the frame in which each pixel of the picture is covered.

    `timing` is the number of frames and the scene's spec.
    """
    frames, spec = timing
    scale = np.array(placement.scale, np.float32)
    corner = np.array((placement.x, placement.y), np.float32)
    plan = marker.plan_strokes(placement.working_copy, colour_mask, width, (pen - corner) / scale)
    strokes = [pen_timing.resample(stroke * scale + corner, 6.0) for stroke in plan.strokes]
    lengths = (
        np.maximum(plan.areas / width, _MIN_LENGTH_SHARE * np.hypot(*(plan.strokes[:, 1] - plan.strokes[:, 0]).T))
        * scale[0]
    )
    path, stroke_times = pen_timing.time_strokes(strokes, frames, spec.unit, pen, lengths)
    size = placement.picture.shape[1::-1]
    if not stroke_times:
        return path, np.zeros(size[::-1], np.float32)
    return path, plan.compute_times(
        np.array([(times_of_stroke[0], times_of_stroke[-1]) for times_of_stroke in stroke_times]), (size[0], size[1])
    )


def _extend_to_board(times: Array, placement: Placement, size: tuple[int, int]) -> Array:
    """Extend the picture's pixel times to the whole board by repeating those of its edge."""
    height, width = times.shape
    top, left = placement.y, placement.x
    padding = (top, size[1] - height - top, left, size[0] - width - left)
    return np.asarray(cv2.copyMakeBorder(times, *padding, cv2.BORDER_REPLICATE))


def build_reveals(
    frames: Array, board: Image, target: YuvPlanes, phases: ScenePhases
) -> tuple[Reveal, tuple[tuple[Reveal, ...], ...]]:
    """Build the luma and chroma reveals that turn a board of lines into the target at the given frames per pixel."""
    luma = _build_reveal(frames, board, target.y, phases.total)
    half = frames[::2, ::2]
    blank = np.full(half.shape, NEUTRAL_CHROMA, np.uint8)
    return luma, tuple((_build_reveal(half, blank, plane, phases.total),) for plane in target.chroma)


def _build_reveal(frames: Array, before: Image, after: Image, total: int) -> Reveal:
    changed = np.flatnonzero(before != after)
    return build_reveal(frames.ravel()[changed], changed, after.ravel()[changed], total)


def build_wipe_scene(boards: tuple[YuvPlanes, YuvPlanes], placement: Placement, frames: int, spec: SceneSpec) -> Scene:
    """Build the scene in which the hand wipes the first board with an eraser, which leaves the second."""
    board, empty_board = boards
    phases = ScenePhases(0, 0, frames)
    height, width = placement.picture.shape[:2]
    empty = replace(
        placement,
        picture=np.full((height, width, 3), 255, np.uint8),
        working_copy=np.full_like(placement.working_copy, 255),
    )
    start = np.array((0.8 * spec.size[0], 1.15 * spec.size[1]), np.float32)
    eraser = _ERASER_WIDTH * spec.unit / placement.scale[0]
    sweep_frames = max(1, round(_SWEEP_SHARE * frames))
    path, times = plan_fill(empty, np.ones(placement.working_copy.shape[:2], bool), eraser, start, (sweep_frames, spec))
    path = pen_timing.append_exit(path, start, frames)
    board_times = _extend_to_board(times, placement, spec.size)
    chroma = tuple(
        (_build_reveal(board_times[::2, ::2], plane, clean, frames),)
        for plane, clean in zip(board.chroma, empty_board.chroma, strict=True)
    )
    return Scene(
        phases,
        (_build_reveal(board_times, board.y, empty_board.y, frames),),
        (chroma[0], chroma[1]),
        path,
        empty_board,
        tool="eraser",
    )

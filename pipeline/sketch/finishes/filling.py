"""Filling phase of a scene, from drawn lines to the finished drawing, in passes of a tool's strokes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np

from pipeline.sketch.canvas import Placement
from pipeline.sketch.finishes.fill_strokes import FillPriority, FillStrokes, FillTool, plan_strokes
from pipeline.sketch.guidance.fill_ranks import map_ranks, split_regions
from pipeline.sketch.painting.rasterize import Reveal, build_reveal
from pipeline.sketch.planes import YuvPlanes
from pipeline.sketch.scene_types import Scene, ScenePhases, SceneSpec
from pipeline.sketch.strokes import pen_timing
from pipeline.sketch.types import Array, Floats, Image, Integers, Mask, Points

_SPEED = 5.5  # units a second
_MIN_LENGTH_SHARE = 0.35  # minimum share of a stroke's length that counts for its time, however little it covers
_IDLE_SHARE = 0.15  # of the mean area a frame covers: what a frame without any counts for
_TIME_STEPS = 8  # in a frame, of the table that evens out the area covered
_SHADING_AMPLITUDE, _SHADING_PERIOD = 0.42, 0.85  # widths: how far and how often the tool goes to and fro in a stroke

ReportShare = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class FillPass:
    """One pass of a tool over the picture: regions (labels) and the mask of what it fills, in working copy pixels.

    The board looks as `target` after it. Regions from the label `first_face` on are filled last.
    """

    target: YuvPlanes
    regions: Integers
    mask: Mask
    slant: float
    first_face: int
    hatch_angle: float | None = None
    ranks: Array | None = None  # of each region, where the user chose an order

    @property
    def share(self) -> float:
        """Share of the picture that is filled, 0 to 1."""
        return float(self.mask.mean())

    def follow_ranks(self, ranks: Integers | None) -> "FillPass":
        """The pass with its regions cut where the rank of its pixels changes."""
        if ranks is None:
            return self
        split, first_face, ranks_by_region = split_regions(self.regions, ranks, self.first_face)
        return replace(self, regions=split, first_face=first_face, ranks=ranks_by_region)


@dataclass(frozen=True, slots=True)
class Filling:
    """All passes over a board of drawn lines (`drawn`); strokes are `widths` broad, at least and at most, in units."""

    drawn: YuvPlanes
    passes: tuple[FillPass, ...]
    widths: tuple[float, float]

    @property
    def share(self) -> float:
        """Share of the picture that is filled, counted for each pass; 0 where there is nothing to do."""
        return sum(each.share for each in self.passes)

    @property
    def target(self) -> YuvPlanes:
        return self.passes[-1].target if self.passes else self.drawn

    def add_to_scene(self, line_scene: Scene, placement: Placement, spec: SceneSpec, report: ReportShare) -> Scene:
        """Return the scene with the filling after its lines."""
        scene, before, start = line_scene, self.drawn, line_scene.phases.lines
        ranks = map_ranks(placement.working_copy, spec.order)
        passes = [each.follow_ranks(ranks) for each in self.passes]
        for number, (fill_pass, frames) in enumerate(zip(passes, self._split_frames(line_scene), strict=True)):
            width = self._choose_width(fill_pass, frames, placement, spec)
            scene = _add_pass(scene, (before, fill_pass), placement, (start, frames), spec, width)
            before, start = fill_pass.target, start + frames
            report(0.7 + 0.2 * (number + 1) / len(self.passes))
        return scene

    def _split_frames(self, scene: Scene) -> list[int]:
        """Frames of each pass, by the area it fills."""
        shares = np.cumsum([0.0, *(each.share for each in self.passes)])
        ends = np.rint(scene.phases.colour * shares / max(float(shares[-1]), 1e-6)).astype(int)
        return [int(end - begin) for begin, end in pairwise(ends)]

    def _choose_width(self, fill_pass: FillPass, frames: int, placement: Placement, spec: SceneSpec) -> float:
        """Width in working copy pixels that lets the tool cover everything in its frames, within bounds."""
        unit = spec.unit / placement.scale[0]
        needed = float(fill_pass.mask.sum()) / (_SPEED * unit * max(frames / spec.fps, 0.1))
        return float(np.clip(needed, self.widths[0] * unit, self.widths[1] * unit))


def _add_pass(
    scene: Scene,
    boards: tuple[YuvPlanes, FillPass],
    placement: Placement,
    timing: tuple[int, int],
    spec: SceneSpec,
    width: float,
) -> Scene:
    """Add the reveals and the path of a pass; `timing` is its first frame and its number of frames."""
    before, fill_pass = boards
    start, frames = timing
    tool = FillTool(width, fill_pass.slant, fill_pass.hatch_angle)
    pen = scene.path.points[-1]
    priority = FillPriority(fill_pass.first_face, fill_pass.ranks)
    strokes = plan_strokes(fill_pass.regions, fill_pass.mask, tool, _to_working_copy(pen, placement), priority)
    path, times = time_fill(strokes, placement, pen, frames, spec)
    board_times = extend_to_board(times, placement, spec.size)
    warp = _build_time_warp(board_times, before, fill_pass.target, frames)
    luma, chroma = build_reveals(_map_times(board_times, warp) + start, before, fill_pass.target, scene.phases)
    warped = replace(path, frames=np.interp(path.frames, *warp))
    return replace(
        scene,
        luma=(*scene.luma, luma),
        chroma=tuple((*earlier, later) for earlier, later in zip(scene.chroma, chroma, strict=True)),
        path=pen_timing.join_paths([scene.path, warped.shift(start)]),
        final_planes=fill_pass.target,
    )


def _to_working_copy(point: Points, placement: Placement) -> Points:
    corner: Points = np.array((placement.x, placement.y), np.float32)
    return (point - corner) / np.array(placement.scale, np.float32)


def time_fill(
    strokes: FillStrokes, placement: Placement, pen: Points, frames: int, spec: SceneSpec
) -> tuple[pen_timing.PenPath, Floats]:
    """Return the tool's path in film pixels, and the frame in which it covers each second pixel of the picture."""
    scale = np.array(placement.scale, np.float32)
    corner = np.array((placement.x, placement.y), np.float32)
    paths = [pen_timing.resample(path * scale + corner, 6.0) for path in _list_paths(strokes)]
    spans = np.hypot(*(strokes.ends[:, 1] - strokes.ends[:, 0]).T)
    lengths = np.maximum(strokes.areas / strokes.tool.width, _MIN_LENGTH_SHARE * spans) * scale[0]
    path, stroke_times = pen_timing.time_strokes(paths, frames, spec.unit, pen, lengths)
    height, width = (side // 2 for side in placement.picture.shape[:2])
    if not stroke_times:
        return path, np.zeros((height, width), np.float32)
    bounds = np.array([(times_of_stroke[0], times_of_stroke[-1]) for times_of_stroke in stroke_times])
    return path, strokes.compute_times(bounds, (width, height))


def _list_paths(strokes: FillStrokes) -> list[Points]:
    """The path of the tool in each stroke, from end to end, or to and fro along the lines of a hatching."""
    angle = strokes.tool.hatch_angle
    if angle is None:
        return list(strokes.ends)
    hatch = np.array((np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))), np.float32)
    return [
        _shade_path(ends, hatch * np.float32(_SHADING_AMPLITUDE * strokes.tool.width), strokes.tool)
        for ends in strokes.ends
    ]


def _shade_path(ends: Floats, reach: Points, tool: FillTool) -> Points:
    length = float(np.hypot(*(ends[1] - ends[0])))
    count = max(2, round(2 * length / (_SHADING_PERIOD * tool.width)) + 1)
    shares = np.linspace(0, 1, count, dtype=np.float32)[:, None]
    sides = np.where(np.arange(count) % 2, 1, -1).astype(np.float32)[:, None]
    path: Points = ends[0] + shares * (ends[1] - ends[0]) + sides * reach
    return path


def extend_to_board(times: Floats, placement: Placement, size: tuple[int, int]) -> Floats:
    """Extend the times of the picture to the whole board, both for each second pixel, by repeating its edge."""
    height, width = times.shape
    top, left = placement.y // 2, placement.x // 2
    padding = (top, size[1] // 2 - height - top, left, size[0] // 2 - width - left)
    return np.asarray(cv2.copyMakeBorder(times, *padding, cv2.BORDER_REPLICATE))


def _build_time_warp(times: Floats, before: YuvPlanes, after: YuvPlanes, frames: int) -> tuple[Floats, Floats]:
    """Times, and times to put in their place, so that all frames change about the same area."""
    steps = frames * _TIME_STEPS
    is_changed = (before.y[::2, ::2] != after.y[::2, ::2]) | (before.u != after.u) | (before.v != after.v)
    numbers = np.clip(times[is_changed] * _TIME_STEPS, 0, steps - 1).astype(np.int32)
    areas = np.bincount(numbers, minlength=steps).astype(np.float64)
    weights = np.maximum(areas, _IDLE_SHARE * max(float(areas.mean()), 1e-6))
    warped = np.concatenate([[0.0], np.cumsum(weights)])
    return np.arange(steps + 1) / _TIME_STEPS, warped * frames / warped[-1]


def _map_times(times: Floats, warp: tuple[Floats, Floats]) -> Floats:
    positions = np.clip(times * _TIME_STEPS, 0, len(warp[0]) - 1)
    warped: Floats = warp[1].astype(np.float32)[positions.astype(np.int32)]
    return warped


def build_reveals(
    times: Floats, before: YuvPlanes, after: YuvPlanes, phases: ScenePhases
) -> tuple[Reveal, tuple[Reveal, ...]]:
    """Reveals of luma and of both chroma planes that turn one board into another; `times` has the size of chroma."""
    last = phases.total - 1
    frames = np.clip(times, 0, last).astype(np.uint16)
    full = cv2.medianBlur(np.repeat(np.repeat(frames, 2, 0), 2, 1), 5)  # rounds the steps of its edges
    luma = _build_reveal(full, before.y, after.y, phases.total)
    pairs: Sequence[tuple[Image, Image]] = tuple(zip(before.chroma, after.chroma, strict=True))
    return luma, tuple(_build_reveal(frames, *pair, phases.total) for pair in pairs)


def _build_reveal(frames: Array, before: Image, after: Image, total: int) -> Reveal:
    changed = np.flatnonzero(before != after)
    return build_reveal(frames.ravel()[changed], changed, after.ravel()[changed], total)

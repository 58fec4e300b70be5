"""Planning of one picture's scene: the pixels revealed in each frame and the path of the pen."""

from collections.abc import Sequence

import numpy as np

from pipeline.sketch import line_art
from pipeline.sketch.canvas import Placement, unit_for
from pipeline.sketch.finishes.drawn_lines import DrawnLines
from pipeline.sketch.finishes.registry import plan_filling
from pipeline.sketch.line_art import ReportShare
from pipeline.sketch.lines.tracing import DrawingLayer, PenStroke
from pipeline.sketch.painting import line_reveal, rasterize
from pipeline.sketch.scene_types import InkLine, Scene, ScenePhases, SceneSpec
from pipeline.sketch.seen_picture import SeenPicture
from pipeline.sketch.strokes import pen_timing
from pipeline.sketch.strokes.pen_timing import PenPath
from pipeline.sketch.titles.written_title import WrittenTitle
from pipeline.sketch.types import Array, Floats, Points

_MIN_COLOUR_SECONDS, _MAX_COLOUR_SHARE = 2.5, 0.48  # seconds of colouring at least, unless they exceed this share
_MIN_COLOUR_SHARE = 0.14  # share of the drawing time
_DETAIL = 1.35  # of a picture's own unit, at most, is that of its detail: in a small part of a board it is finer
_POINT_SPACING = 1.3  # pixels between points of a stroke
_INK_SHARES = {DrawingLayer.FACE: 1.0, DrawingLayer.SUBJECT: 1.0, DrawingLayer.BACKGROUND: 0.62}  # of full ink


def plan_scene(placement: Placement, spec: SceneSpec, report: ReportShare, title: WrittenTitle | None = None) -> Scene:
    """Detect, select, order and time all strokes of one picture; `report` gets the share done, 0 to 1. A title is
    written before the picture is drawn.
    """
    seen = SeenPicture.from_picture(
        placement.working_copy,
        lambda share: report(0.2 * share),
        is_dark=placement.is_dark,
        is_hatched=placement.is_hatched,
    )
    strokes = _find_strokes(seen, placement, spec, report)
    paths = [_to_film_points(stroke, placement) for stroke in strokes]
    strengths = [_resample_values(stroke.strength, len(path)) for stroke, path in zip(strokes, paths, strict=True)]
    shares = [_INK_SHARES[stroke.layer] for stroke in strokes]
    luma = rasterize.rasterize_strokes(paths, strengths, spec.size, spec.unit, shares)
    if title is not None:
        title.draw(luma, rasterize.INK_LUMA)
    ink = line_reveal.measure_ink(luma)
    lines = DrawnLines.from_ink(ink, placement.ground, seen.faces)
    report(0.5)
    filling = plan_filling(spec.finish, placement, lines)
    phases = _split_phases(spec, filling.share)
    path, stroke_times = _time_lines(title, paths, phases.lines, spec)
    times = rasterize.assign_times([*(title.strokes if title else ()), *paths], stroke_times, ink > 0)
    reveals = line_reveal.reveal_ink(times, ink > 0, placement.ground, lines.planes, phases.total)
    report(0.7)
    ink_lines = (*(title.list_lines() if title else ()), *_list_ink_lines(paths, strengths, shares, spec.unit))
    line_scene = Scene(phases, *reveals, path, lines.planes, lines=ink_lines)
    return filling.add_to_scene(line_scene, placement, spec, report) if phases.colour else line_scene


def _list_ink_lines(
    paths: Sequence[Points], strengths: Sequence[Floats], shares: Sequence[float], unit: float
) -> list[InkLine]:
    return [
        InkLine(points, rasterize.measure_widths(points, strength, unit, share))
        for points, strength, share in zip(paths, strengths, shares, strict=True)
    ]


def _entry_point_for(size: tuple[int, int]) -> Points:
    """Starting point of the pen, below the frame at the right."""
    return np.array((0.8 * size[0], 1.15 * size[1]), np.float32)


def _time_lines(
    title: WrittenTitle | None, paths: Sequence[Points], frames: int, spec: SceneSpec
) -> tuple[PenPath, list[Array]]:
    """Path of the pen through the title and the picture in `frames` frames, and the times of the strokes of both."""
    entry = _entry_point_for(spec.size)
    if title is None:
        return pen_timing.time_strokes(paths, frames, spec.unit, entry)
    title_frames = title.count_frames(frames, spec.fps)
    title_path, title_times = pen_timing.time_strokes(title.strokes, title_frames, spec.unit, entry)
    path, times = pen_timing.time_strokes(paths, frames - title_frames, spec.unit, title_path.points[-1])
    return (
        pen_timing.join_paths([title_path, path.shift(title_frames)]),
        [*title_times, *(each + title_frames for each in times)],
    )


def _split_phases(spec: SceneSpec, share: float) -> ScenePhases:
    if not share:
        return ScenePhases(spec.drawing_frames, 0, spec.hold_frames)
    colour_frames = _count_colour_frames(spec, share)
    return ScenePhases(spec.drawing_frames - colour_frames, colour_frames, spec.hold_frames)


def _count_colour_frames(spec: SceneSpec, share: float) -> int:
    """Frames for colouring a share of the picture, never so few that colour appears in jumps."""
    full_frames = max(
        spec.finish.share * spec.drawing_frames,
        min(_MIN_COLOUR_SECONDS * spec.fps, _MAX_COLOUR_SHARE * spec.drawing_frames),
    )
    return round(max(_MIN_COLOUR_SHARE * spec.drawing_frames, full_frames * float(np.sqrt(min(share, 1.0)))))


# --- lines -----------------------------------------------------------------------------------------------------------


def _find_strokes(seen: SeenPicture, placement: Placement, spec: SceneSpec, report: ReportShare) -> list[PenStroke]:
    """Strokes in drawing order, in pixels of the working copy; on a dark board they follow what is light."""
    seconds = (spec.drawing_frames - _count_colour_frames(spec, 1.0)) / spec.fps
    height, width = placement.picture.shape[:2]
    unit = min(spec.unit, _DETAIL * unit_for((width, height))) / placement.scale[0]
    return line_art.draw_lines(seen, unit, seconds, lambda share: report(0.2 + 0.2 * share), spec.order)


def _to_film_points(stroke: PenStroke, placement: Placement) -> Points:
    scale = np.array(placement.scale, np.float32)
    points: Points = (stroke.points + 0.5) * scale - 0.5 + np.array((placement.x, placement.y), np.float32)
    return pen_timing.resample(points, _POINT_SPACING)


def _resample_values(values: Floats, count: int) -> Floats:
    positions = np.linspace(0, len(values) - 1, count)
    resampled: Floats = np.interp(positions, np.arange(len(values)), values).astype(np.float32)
    return resampled

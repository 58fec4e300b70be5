"""Planning of one picture's scene: the pixels revealed in each frame and the path of the pen."""

from collections.abc import Callable

import numpy as np

from pipeline.sketch import writing
from pipeline.sketch.canvas import Placement, render_board
from pipeline.sketch.lines import eyes, hatching, line_filter, tracing
from pipeline.sketch.lines.tracing import PenStroke
from pipeline.sketch.painting import rasterize
from pipeline.sketch.painting.colouring import Colouring
from pipeline.sketch.planes import WHITE_LUMA, YuvPlanes, luma_of
from pipeline.sketch.scene_types import InkLine, Scene, ScenePhases, SceneSpec
from pipeline.sketch.strokes import drawing_order, pen_timing, stroke_selection
from pipeline.sketch.types import Floats, Image, Points
from pipeline.vision import faces

_JOIN_DISTANCE = 0.02  # units between stroke ends that may be joined
_HATCHING_SHARE = 0.18  # share of the line length budget for hatching dark areas
_COLOUR_SHARE = 0.32  # share of the drawing time for colouring where the whole board is coloured
_MIN_COLOUR_SECONDS, _MAX_COLOUR_SHARE = 2.5, 0.48  # seconds of colouring at least, unless they exceed this share
_MIN_COLOUR_SHARE = 0.14  # share of the drawing time
_POINT_SPACING = 1.3  # pixels between points of a stroke
_CHALK_LUMA = 225  # of a line on a dark board

ReportShare = Callable[[float], None]


def plan_scene(placement: Placement, spec: SceneSpec, report: ReportShare) -> Scene:
    """Detect, select, order and time all strokes of one picture; `report` gets the share done, 0 to 1."""
    strokes = _find_strokes(placement, spec, report)
    paths = [_to_film_points(stroke, placement) for stroke in strokes]
    strengths = [_resample_values(stroke.strength, len(path)) for stroke, path in zip(strokes, paths, strict=True)]
    ink = rasterize.rasterize_strokes(paths, strengths, spec.size, spec.unit)
    board = _to_chalk(ink, luma_of(placement.board_level)) if placement.is_dark else ink
    report(0.5)
    picture = YuvPlanes.from_rgb(render_board(placement, spec.size))
    target = picture if spec.is_coloured else YuvPlanes(board, *(YuvPlanes.create_blank(*spec.size).chroma))
    colouring = Colouring.from_target(target, board, placement)
    phases = _split_phases(spec, colouring.share)
    path, stroke_times = pen_timing.time_strokes(paths, phases.lines, spec.unit, _entry_point_for(spec.size))
    ink_mask = ink < WHITE_LUMA
    line_reveal = rasterize.build_reveal(
        rasterize.assign_times(paths, stroke_times, ink_mask), np.flatnonzero(ink_mask), board[ink_mask], phases.total
    )
    report(0.7)
    lines = tuple(
        InkLine(points, rasterize.measure_widths(points, strength, spec.unit))
        for points, strength in zip(paths, strengths, strict=True)
    )
    line_scene = Scene(phases, (line_reveal,), ((), ()), path, target, lines=lines)
    return colouring.add_to_scene(line_scene, placement, spec, report) if phases.colour else line_scene


def _to_chalk(ink: Image, board_luma: int) -> Image:
    """Turn dark lines on white into white ones on a dark board."""
    share = (WHITE_LUMA - ink.astype(np.float32)) / (WHITE_LUMA - rasterize.INK_LUMA)
    return (board_luma + share * (_CHALK_LUMA - board_luma)).round().astype(np.uint8)


def _entry_point_for(size: tuple[int, int]) -> Points:
    """Starting point of the pen, below the frame at the right."""
    return np.array((0.8 * size[0], 1.15 * size[1]), np.float32)


def _split_phases(spec: SceneSpec, share: float) -> ScenePhases:
    if not spec.is_coloured:
        return ScenePhases(spec.drawing_frames, 0, spec.hold_frames)
    colour_frames = _count_colour_frames(spec, share)
    return ScenePhases(spec.drawing_frames - colour_frames, colour_frames, spec.hold_frames)


def _count_colour_frames(spec: SceneSpec, share: float) -> int:
    """Frames for colouring a share of the picture, never so few that colour appears in jumps."""
    full_frames = max(
        _COLOUR_SHARE * spec.drawing_frames,
        min(_MIN_COLOUR_SECONDS * spec.fps, _MAX_COLOUR_SHARE * spec.drawing_frames),
    )
    return round(max(_MIN_COLOUR_SHARE * spec.drawing_frames, full_frames * float(np.sqrt(share))))


# --- lines -----------------------------------------------------------------------------------------------------------


def _find_strokes(placement: Placement, spec: SceneSpec, report: ReportShare) -> list[PenStroke]:
    """Strokes in drawing order, in pixels of the working copy; on a dark board they follow what is light."""
    working_copy = 255 - placement.working_copy if placement.is_dark else placement.working_copy
    unit = spec.unit / placement.scale[0]
    found_faces = [face.box for face in faces.find_faces(placement.working_copy)]
    report(0.1)
    line_map = line_filter.find_lines(working_copy, found_faces)
    report(0.2)
    traced = tracing.trace_strokes(line_map.skeleton, line_map.strength, _JOIN_DISTANCE * unit, found_faces)
    report(0.3)
    rows = writing.find_rows(traced, working_copy.shape[:2], unit)
    if rows:
        return drawing_order.order_writing(rows, unit)
    seconds = (spec.drawing_frames - _count_colour_frames(spec, 1.0)) / spec.fps
    selected = stroke_selection.select_strokes(traced, working_copy.shape[:2], seconds, unit, found_faces)
    hatching_strokes = hatching.hatch_dark_areas(
        working_copy, unit, _HATCHING_SHARE * stroke_selection.ink_budget_for(seconds) * unit
    )
    report(0.4)
    pupils = eyes.find_pupils(working_copy, found_faces)
    return drawing_order.order_drawing(
        [*selected, *pupils, *hatching_strokes], working_copy.shape[:2], unit, found_faces
    ) or [_build_outline(*working_copy.shape[1::-1])]


def _build_outline(width: int, height: int) -> PenStroke:
    """Outline of an empty picture, so that there is a stroke to draw."""
    x, y = 0.02 * width, 0.02 * height
    corners = [(x, y), (width - x, y), (width - x, height - y), (x, height - y), (x, y)]
    return PenStroke(np.array(corners, np.float32), np.full(5, 0.3, np.float32))


def _to_film_points(stroke: PenStroke, placement: Placement) -> Points:
    scale = np.array(placement.scale, np.float32)
    points: Points = (stroke.points + 0.5) * scale - 0.5 + np.array((placement.x, placement.y), np.float32)
    return pen_timing.resample(points, _POINT_SPACING)


def _resample_values(values: Floats, count: int) -> Floats:
    positions = np.linspace(0, len(values) - 1, count)
    resampled: Floats = np.interp(positions, np.arange(len(values)), values).astype(np.float32)
    return resampled

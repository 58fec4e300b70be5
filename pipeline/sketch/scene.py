"""Planning of one picture's scene: the pixels revealed in each frame and the path of the pen."""

from collections.abc import Callable

import numpy as np

from pipeline.sketch import choice, clock, eyes, faces, hatching, ink, lines, order, tracing, writing
from pipeline.sketch.arrays import Floats, Points
from pipeline.sketch.canvas import Placement, on_board
from pipeline.sketch.colouring import Colouring
from pipeline.sketch.planes import WHITE, Planes
from pipeline.sketch.score import Brief, Scene, Span
from pipeline.sketch.tracing import Stroke

_REACH = 0.02  # units between stroke ends that may be joined
_HATCHING = 0.18  # share of the line length budget for hatching dark areas
_COLOUR = 0.32  # share of the drawing time for colouring where the whole board is coloured
_UNHURRIED, _MOST_COLOUR = 2.5, 0.48  # seconds of colouring at least, unless they exceed this share
_LEAST_COLOUR = 0.14  # share of the drawing time
_STEP = 1.3  # pixels between points of a stroke

Report = Callable[[float], None]


def plan(placement: Placement, brief: Brief, report: Report) -> Scene:
    """Detect, select, order and time all strokes of one picture; `report` gets the share done, 0 to 1."""
    strokes = _strokes(placement, brief, report)
    paths = [_on_film(stroke, placement) for stroke in strokes]
    strengths = [_spread(stroke.strength, len(path)) for stroke, path in zip(strokes, paths, strict=True)]
    board = ink.painted(paths, strengths, brief.size, brief.unit)
    report(0.5)
    picture = Planes.from_rgb(on_board(placement, brief.size))
    target = picture if brief.coloured else Planes(board, *(Planes.white(*brief.size).chroma))
    colouring = Colouring.of(target, board, placement)
    span = _span(brief, colouring.share)
    path, clocks = clock.drawn(paths, span.lines, brief.unit, _entrance(brief.size))
    inked = board < WHITE
    drawn = ink.reveal(ink.times(paths, clocks, inked), np.flatnonzero(inked), board[inked], span.total)
    report(0.7)
    lines_only = Scene(span, (drawn,), ((), ()), path, target)
    return colouring.over(lines_only, placement, brief, report) if span.colour else lines_only


def _entrance(size: tuple[int, int]) -> Points:
    """Starting point of the pen, below the frame at the right."""
    return np.array((0.8 * size[0], 1.15 * size[1]), np.float32)


def _span(brief: Brief, share: float) -> Span:
    if not brief.coloured:
        return Span(brief.drawing, 0, brief.hold)
    colour = _colour_frames(brief, share)
    return Span(brief.drawing - colour, colour, brief.hold)


def _colour_frames(brief: Brief, share: float) -> int:
    """Frames for colouring a share of the picture, never so few that colour appears in jumps."""
    whole = max(_COLOUR * brief.drawing, min(_UNHURRIED * brief.fps, _MOST_COLOUR * brief.drawing))
    return round(max(_LEAST_COLOUR * brief.drawing, whole * float(np.sqrt(share))))


# --- lines -----------------------------------------------------------------------------------------------------------


def _strokes(placement: Placement, brief: Brief, report: Report) -> list[Stroke]:
    """Strokes in drawing order, in pixels of the working copy."""
    work = placement.work
    unit = brief.unit / placement.scale[0]
    found_faces = faces.find(work)
    report(0.1)
    found = lines.find(work, found_faces)
    report(0.2)
    traced = tracing.strokes(found.skeleton, found.strength, _REACH * unit, found_faces)
    report(0.3)
    rows = writing.rows(traced, work.shape[:2], unit)
    if rows:
        return order.written(rows, unit)
    seconds = (brief.drawing - _colour_frames(brief, 1.0)) / brief.fps
    best = choice.best(traced, work.shape[:2], seconds, unit, found_faces)
    shade = hatching.find(work, unit, _HATCHING * choice.ink(seconds) * unit)
    report(0.4)
    pupils = eyes.find(work, found_faces)
    return order.drawn([*best, *pupils, *shade], work.shape[:2], unit, found_faces) or [_outline(*work.shape[1::-1])]


def _outline(width: int, height: int) -> Stroke:
    """Outline of an empty picture, so that there is a stroke to draw."""
    x, y = 0.02 * width, 0.02 * height
    corners = [(x, y), (width - x, y), (width - x, height - y), (x, height - y), (x, y)]
    return Stroke(np.array(corners, np.float32), np.full(5, 0.3, np.float32))


def _on_film(stroke: Stroke, placement: Placement) -> Points:
    scale = np.array(placement.scale, np.float32)
    points: Points = (stroke.points + 0.5) * scale - 0.5 + np.array((placement.x, placement.y), np.float32)
    return clock.evenly(points, _STEP)


def _spread(values: Floats, count: int) -> Floats:
    places = np.linspace(0, len(values) - 1, count)
    spread: Floats = np.interp(places, np.arange(len(values)), values).astype(np.float32)
    return spread

"""Line art of a picture: all strokes that are drawn, in drawing order, from what is seen in it."""

from collections.abc import Callable, Sequence
from typing import Final

import cv2
import numpy as np

from models.sketch.subjects import Subject
from pipeline.sketch import subject, writing
from pipeline.sketch.guidance import guided_order
from pipeline.sketch.guidance.subject_regions import SubjectStrokes, find_subjects
from pipeline.sketch.lines import face_lines, hatching, line_detection, line_ends, line_filter, people_lines, text_lines
from pipeline.sketch.lines.hatching import HatchBounds
from pipeline.sketch.lines.line_filter import LineMap
from pipeline.sketch.lines.people_lines import PeopleMaps
from pipeline.sketch.lines.tracing import PenStroke
from pipeline.sketch.seen_picture import SeenPicture
from pipeline.sketch.strokes import drawing_order, stroke_selection
from pipeline.sketch.types import Floats
from pipeline.vision.types import Face

_JOIN_DISTANCE: Final = 0.02  # units between stroke ends that may be joined
_MEETING_DISTANCE: Final = 0.02  # units between the end of a stroke and another that it is extended to
_MEETING_GAP: Final = 0.0085  # units between the end of a stroke and the middle of one that it meets: a bit of board
_HATCHING_SHARE: Final = 0.18  # share of the line length budget for hatching dark areas
_MIN_STRENGTH_IN_FACE: Final = 0.5  # of a line inside a face that is none of its own, such as of glasses

ReportShare = Callable[[float], None]


def draw_lines(
    seen: SeenPicture, unit: float, seconds: float, report: ReportShare, order: Sequence[Subject] = ()
) -> list[PenStroke]:
    """Return the strokes of a picture in drawing order, for a film that draws lines for `seconds`.

    `unit` is the reference length (`SceneSpec.unit`) in pixels of the picture; subjects of `order` are drawn first or
    last. `report` gets the share done, 0 to 1.
    """
    line_map = line_filter.find_lines(seen.drawn, seen.face_boxes)
    report(0.4)
    written = [stroke for row in text_lines.write_text(seen.drawn, seen.text) for stroke in row]
    rows = [] if written or seen.faces else writing.find_rows(_trace_fine_lines(seen, line_map, unit), seen.size, unit)
    if rows:
        return drawing_order.order_writing(rows, unit)
    strokes = text_lines.drop_text(_find_strokes(seen, line_map, unit), seen.text if written else ())
    named = find_subjects(seen.picture, order, seen.people, seen.face_boxes)
    placed = written if any(region.is_text for region in named) else []
    drawing = _order_strokes(seen, strokes, unit, seconds, SubjectStrokes(named, placed))
    return _join_parts(drawing, [] if placed else written) or [_build_outline(*seen.picture.shape[1::-1])]


def _join_parts(drawing: list[PenStroke], written: list[PenStroke]) -> list[PenStroke]:
    """Text is written first where it is most of a picture, and else last."""
    has_more_text = sum(each.length for each in written) > sum(each.length for each in drawing)
    return [*written, *drawing] if has_more_text else [*drawing, *written]


def _trace_fine_lines(seen: SeenPicture, line_map: LineMap, unit: float) -> list[PenStroke]:
    return line_detection.trace_fine_lines(line_map, seen.face_boxes, _JOIN_DISTANCE * unit)


def _find_strokes(seen: SeenPicture, line_map: LineMap, unit: float) -> list[PenStroke]:
    """Strokes in no order: of faces, of contours and detail (of detail alone where no net is), and of people."""
    reach = _JOIN_DISTANCE * unit
    found = (
        _trace_fine_lines(seen, line_map, unit)
        if seen.contours is None
        else line_detection.trace_contours_and_detail(seen.contours, line_map, seen.face_boxes, reach)
    )
    return [
        *_draw_faces(seen),
        *_clear_faces(found, seen.faces),
        *_outline_people(seen, found, line_map.response, unit),
    ]


def _order_strokes(
    seen: SeenPicture, strokes: Sequence[PenStroke], unit: float, seconds: float, named: SubjectStrokes
) -> list[PenStroke]:
    """Select what is drawn in `seconds`, hatch what is dark, and put all in order."""
    main_subject = subject.find_subject(seen.drawn, seen.contours, seen.people, seen.face_boxes)
    main_subject = guided_order.add_named(main_subject, named.regions)
    layered = stroke_selection.assign_layers(strokes, main_subject)
    selected = stroke_selection.select_strokes(layered, seen.size, seconds, unit, seen.face_boxes)
    budget = _HATCHING_SHARE * seen.is_hatched * stroke_selection.ink_budget_for(seconds) * unit
    hatches = hatching.hatch_dark_areas(seen.drawn, unit, budget, HatchBounds(seen.face_boxes, selected, main_subject))
    fitted = line_ends.fit_ends(selected, seen.size, _MEETING_DISTANCE * unit, _MEETING_GAP * unit)
    return guided_order.order_guided(
        [*fitted, *hatches],
        named.regions,
        lambda group: drawing_order.order_drawing(group, seen.size, unit, seen.face_boxes),
        named.written,
    )


def _outline_people(seen: SeenPicture, found: Sequence[PenStroke], response: Floats, unit: float) -> list[PenStroke]:
    if seen.people is None or seen.contours is None:
        return []
    return people_lines.outline_people(PeopleMaps(seen.people, seen.contours), found, response, unit)


def _draw_faces(seen: SeenPicture) -> list[PenStroke]:
    pairs = zip(seen.faces, seen.irises, strict=True)
    return [stroke for face, irises in pairs for stroke in face_lines.draw_face(face, irises)]


def _clear_faces(strokes: Sequence[PenStroke], faces: Sequence[Face]) -> list[PenStroke]:
    """Leave out faint lines inside faces that are drawn from their landmarks."""
    outlines = [face_lines.outline_interior(face.landmarks) for face in faces if face.landmarks is not None]
    return [stroke for stroke in strokes if not any(_is_faint_inside(stroke, outline) for outline in outlines)]


def _is_faint_inside(stroke: PenStroke, outline: Floats) -> bool:
    if float(stroke.strength.mean()) >= _MIN_STRENGTH_IN_FACE:
        return False
    contour = outline.astype(np.float32)
    inside = [cv2.pointPolygonTest(contour, (float(x), float(y)), False) >= 0 for x, y in stroke.points[::4]]
    return float(np.mean(inside)) > 0.5


def _build_outline(width: int, height: int) -> PenStroke:
    """Outline of an empty picture, so that there is a stroke to draw."""
    x, y = 0.02 * width, 0.02 * height
    corners = [(x, y), (width - x, y), (width - x, height - y), (x, height - y), (x, y)]
    return PenStroke(np.array(corners, np.float32), np.full(5, 0.3, np.float32))

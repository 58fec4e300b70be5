"""Finish in colour: the picture itself, where it differs from the board with lines."""

import cv2
import numpy as np

from models.jobs.finishes import FinishStyle
from pipeline.sketch.canvas import Placement
from pipeline.sketch.finishes.drawn_lines import DrawnLines, label_regions
from pipeline.sketch.finishes.filling import Filling, FillPass
from pipeline.sketch.grounds.composition import compose_board
from pipeline.sketch.planes import YuvPlanes
from pipeline.sketch.types import Image, Mask

_SLANT = -38.0  # degrees: up to the right
_VISIBLE_DIFFERENCE = 7  # levels of difference between drawing and picture from which a pixel is filled
_COVERAGE_THRESHOLD = 40  # of 255: share of a working copy's pixel that must need colour
_LINE_MARGIN = 0.012  # units around the picture in which its lines may lie, which it replaces


def plan_picture(style: FinishStyle, placement: Placement, lines: DrawnLines) -> Filling:
    """Plan the filling with the picture, all that it takes in one pass."""
    target = keep_lines_around(compose_board(placement), lines.planes, placement)
    mask = _find_difference(lines.planes, target, placement)
    if not mask.any():
        return Filling(lines.planes, (), (style.min_width, style.max_width))
    labels, first_face = label_regions(placement, lines.faces)
    fill_pass = FillPass(target, labels, mask, _SLANT, first_face)
    return Filling(lines.planes, (fill_pass,), (style.min_width, style.max_width))


def keep_lines_around(target: YuvPlanes, drawn: YuvPlanes, placement: Placement) -> YuvPlanes:
    """Keep what is drawn beside the picture, such as a title."""
    reach = max(2, 2 * round(_LINE_MARGIN * placement.ground.unit / 2))
    rows, columns = (slice(max(0, part.start - reach), part.stop + reach) for part in placement.area)
    halves = tuple(slice(part.start // 2, part.stop // 2) for part in (rows, columns))
    kept = []
    areas = ((rows, columns), halves, halves)
    for plane, lines, area in zip((target.y, *target.chroma), (drawn.y, *drawn.chroma), areas, strict=True):
        whole = lines.copy()
        whole[area] = plane[area]
        kept.append(whole)
    return YuvPlanes(*kept)


def _find_difference(drawn: YuvPlanes, target: YuvPlanes, placement: Placement) -> Mask:
    """Pixels of the working copy that look different once the picture is there."""
    rows, columns = placement.area
    halves = (slice(rows.start // 2, rows.stop // 2), slice(columns.start // 2, columns.stop // 2))
    is_different = _mark_differences(drawn.y[rows, columns], target.y[rows, columns])
    for before, after in zip(drawn.chroma, target.chroma, strict=True):
        tinted = _mark_differences(before[halves], after[halves])
        is_different = cv2.bitwise_or(is_different, np.repeat(np.repeat(tinted, 2, 0), 2, 1))
    size = placement.working_copy.shape[1::-1]
    return np.asarray(cv2.resize(is_different, size, interpolation=cv2.INTER_AREA)) > _COVERAGE_THRESHOLD


def _mark_differences(before: Image, after: Image) -> Image:
    """255 where two planes differ visibly, else 0."""
    return np.asarray(cv2.threshold(cv2.absdiff(before, after), _VISIBLE_DIFFERENCE, 255, cv2.THRESH_BINARY)[1])

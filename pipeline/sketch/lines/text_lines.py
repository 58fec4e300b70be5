"""Text in a picture as it is written: the centre lines of its letters, line by line in reading order."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from pipeline.sketch.lines.ink_tracing import trace_part
from pipeline.sketch.lines.tracing import PenStroke
from pipeline.sketch.types import Floats, Image, Integers, Mask, Points
from pipeline.vision.text.types import TextBox

_TRACED_HEIGHT, _MAX_ENLARGEMENT = 64, 4.0  # pixels of a line in which letters are traced; factor at most
_LIGHT_WINDOW = 1.5  # of a line's height, along it: within which the light is even
_MAX_INK = 0.55  # of a box: with more there are no letters on a ground
_MIN_PART = 0.05  # of a line's height: sides of the smallest part that is no speck, squared
_MAX_PART = (0.97, 0.9)  # of a box's height and width, both of which no letter fills
_MIN_CUT_PART = 0.3  # of a box's height: lower parts at its edge are of another line
_STRENGTH = 0.25
_MARGIN = 0.3  # of a line's height around it: what is there is a contour of the line, not drawn beside its letters
_MIN_SHARE_INSIDE = 0.6  # of a stroke's points, from which on it is of the text
_MAX_GAP = 0.9  # of the lower line's height: between lines of one block
_MAX_SIDE_GAP = 1.6  # of the lower line's height: between parts of one line
_MIN_ROW_OVERLAP = 0.5  # of the lower line's height: between parts of one line


def write_text(picture: Image, boxes: Sequence[TextBox]) -> list[list[PenStroke]]:
    """The strokes of each line of text in an RGB picture, in pixels, in the order in which text is written and read."""
    rows = [_trace_line(picture, box) for row in order_lines(boxes) for box in row]
    return [row for row in rows if row]


def drop_text(strokes: Sequence[PenStroke], boxes: Sequence[TextBox]) -> list[PenStroke]:
    """The strokes that are not inside a line of text, where letters are written instead."""
    return [stroke for stroke in strokes if not any(_is_inside(stroke, box) for box in boxes)]


def _is_inside(stroke: PenStroke, box: TextBox) -> bool:
    margin = 2 * _MARGIN * box.height
    around = replace(box, width=box.width + margin, height=box.height + margin)
    return float(around.has_points(stroke.points[::3]).mean()) > _MIN_SHARE_INSIDE


# --- letters ---------------------------------------------------------------------------------------------------------


def _trace_line(picture: Image, box: TextBox) -> list[PenStroke]:
    scale = float(np.clip(_TRACED_HEIGHT / box.height, 1.0, _MAX_ENLARGEMENT))
    matrix = scale * box.to_upright
    size = (max(4, round(scale * box.width)), max(4, round(scale * box.height)))
    upright = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    back = cv2.invertAffineTransform(matrix).astype(np.float32)
    return [_build_stroke(stroke @ back[:, :2].T + back[:, 2]) for stroke in _trace_letters(_find_ink(upright))]


def _build_stroke(points: Points) -> PenStroke:
    return PenStroke(points.astype(np.float32), np.full(len(points), _STRENGTH, np.float32))


def _find_ink(upright: Image) -> Mask:
    """Where letters are in a level line of text: the colour that the border of the box has less of, by Otsu."""
    levels = _compute_levels(upright)
    _, binary = cv2.threshold(levels, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    border = np.concatenate([binary[0], binary[-1], binary[:, 0], binary[:, -1]])
    ink: Mask = (binary > 0) != (border.mean() > 0.5)
    return ink if ink.mean() <= _MAX_INK else np.zeros_like(ink)


def _compute_levels(upright: Image) -> Image:
    """Levels along the axis on which the colours of a text and its ground differ most."""
    colours: Floats = upright.reshape(-1, 3).astype(np.float32)
    centred = colours - colours.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    levels = _remove_shadows((centred @ axes[:, -1]).reshape(upright.shape[:2]))
    low, high = float(levels.min()), float(levels.max())
    return ((levels - low) * 255 / max(high - low, 1e-3)).astype(np.uint8)


def _remove_shadows(levels: Floats) -> Floats:
    """Levels without slow changes along a line, as of shadows on a page."""
    height, width = levels.shape
    window = (min(width, round(_LIGHT_WINDOW * height)), height)
    return levels - cv2.blur(levels, window, borderType=cv2.BORDER_REPLICATE)


def _trace_letters(ink: Mask) -> list[Points]:
    height, width = ink.shape
    count, parts, stats, centres = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    is_letter = [_is_letter(stat, height, width) for stat in stats]
    letters = [k for k in np.argsort(centres[:, 0], kind="stable") if 0 < k < count and is_letter[k]]
    return [stroke for k in letters for stroke in _trace_letter(parts == k, stats[k])]


def _is_letter(stat: Integers, height: int, width: int) -> bool:
    """Whether a part of the ink is one: neither a speck, nor all of the box, nor the edge of another line."""
    _, top, part_width, part_height, area = (int(value) for value in stat)
    is_cut = (top == 0 or top + part_height == height) and part_height < _MIN_CUT_PART * height
    is_frame = part_height >= _MAX_PART[0] * height and part_width >= _MAX_PART[1] * width
    return area >= (_MIN_PART * height) ** 2 and not is_cut and not is_frame


def _trace_letter(part: Mask, stat: Integers) -> list[Points]:
    left, top, width, height = (int(value) for value in stat[:4])
    cut = np.pad(part[top : top + height, left : left + width], 2)
    return [stroke + np.array((left - 2, top - 2), np.float32) for stroke in trace_part(cut)]


# --- order -----------------------------------------------------------------------------------------------------------


def order_lines(boxes: Sequence[TextBox]) -> list[list[TextBox]]:
    """Order lines of text by blocks, each of rows from top to bottom, each of which is read from left to right."""
    if not boxes:
        return []
    angle = float(np.deg2rad(np.median([box.angle for box in boxes])))
    level = [_turn_back(box, angle) for box in boxes]
    blocks = sorted(_group_blocks(level), key=lambda block: min(level[k].y - level[k].height / 2 for k in block))
    return [[boxes[k] for k in row] for block in blocks for row in _group_rows(block, level)]


def _turn_back(box: TextBox, angle: float) -> TextBox:
    """The box as if the whole picture were level."""
    x, y = box.x * np.cos(angle) + box.y * np.sin(angle), box.y * np.cos(angle) - box.x * np.sin(angle)
    return TextBox(float(x), float(y), box.width, box.height, 0.0)


def _group_blocks(level: Sequence[TextBox]) -> list[list[int]]:
    """Group lines that are neighbours, of neighbours too."""
    remaining = list(range(len(level)))
    blocks: list[list[int]] = []
    while remaining:
        block = [remaining.pop(0)]
        for member in block:
            near = [k for k in remaining if _is_neighbour(level[member], level[k])]
            block += near
            remaining = [k for k in remaining if k not in near]
        blocks.append(block)
    return blocks


def _is_neighbour(one: TextBox, other: TextBox) -> bool:
    lower = min(one.height, other.height)
    across = abs(one.y - other.y) - (one.height + other.height) / 2
    along = abs(one.x - other.x) - (one.width + other.width) / 2
    is_same_row = across < -_MIN_ROW_OVERLAP * lower
    return along < _MAX_SIDE_GAP * lower if is_same_row else across < _MAX_GAP * lower and along < 0


def _group_rows(block: Sequence[int], level: Sequence[TextBox]) -> list[list[int]]:
    rows: list[list[int]] = []
    for index in sorted(block, key=lambda k: level[k].y):
        if rows and _is_in_row(level[rows[-1][0]], level[index]):
            rows[-1].append(index)
        else:
            rows.append([index])
    return [sorted(row, key=lambda k: level[k].x) for row in rows]


def _is_in_row(first: TextBox, other: TextBox) -> bool:
    lower = min(first.height, other.height)
    return (first.height + other.height) / 2 - abs(first.y - other.y) > _MIN_ROW_OVERLAP * lower

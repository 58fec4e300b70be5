"""Marker finish: few flat colours of the picture in overlapping strokes, with board between them, under the lines."""

import cv2
import numpy as np

from models.jobs.finishes import FinishStyle
from pipeline.sketch.canvas import Placement
from pipeline.sketch.finishes.drawn_lines import DrawnLines, label_regions
from pipeline.sketch.finishes.fill_strokes import FillTool
from pipeline.sketch.finishes.filling import Filling, FillPass
from pipeline.sketch.finishes.painted_area import cover_with_lines, paint_area
from pipeline.sketch.grounds import textures
from pipeline.sketch.grounds.composition import reverse_lightness
from pipeline.sketch.lines import regions
from pipeline.sketch.types import Array, Image, Integers, Mask

_SLANT = -38.0  # degrees
_PALETTE_SIZE = 12
_MIN_REGION_SHARE = 0.0012  # share of the picture: smaller patches of a colour take that of a neighbour
_MAX_FACES, _MIN_FACE_SIDE = 3, 16  # faces whose colours are among them, and pixels of the smaller side of those
_SATURATION, _LIFT = 1.28, 0.10  # of the colours: factor on their chroma, and share by which they come nearer to white
_MIN_CHALK_LIGHTNESS = 135  # of 255: darkest chalk on a dark board
_PAPER_LIGHTNESS, _PAPER_CHROMA = 226, 11  # of 255: colours lighter and greyer than this are left as board
_CHALKBOARD_LIGHTNESS = 52  # of 255: colours darker than this are left as a dark board
_OVERLAP_SHARE, _OVERLAP_TONE = 0.17, 0.86  # of a stroke's width, and the factor on the tone of a second layer
_GAP_SHARE = 0.09  # of a stroke's width, in which board shows through in places
_GAP_STREAKS = 178  # of 255: level of the streaks from which on a gap is open
_EDGE_GAP = 0.003  # units left free where colours end, on average
_MAX_OPACITY = 0.96


def plan_flat(style: FinishStyle, placement: Placement, lines: DrawnLines) -> Filling:
    """Plan the filling with flat colours."""
    widths = (style.min_width, style.max_width)
    colours, labels = find_flat_colours(placement, lines)
    inked = _find_inked(colours, is_dark=placement.ground.is_dark)[labels]
    if not inked.any():
        return Filling(lines.planes, (), widths)
    unit = placement.ground.unit / placement.scale[0]
    stroke_regions, first_face = label_regions(placement, lines.faces)
    tool = FillTool(style.min_width * unit, _SLANT)
    opacity, tone = _render_strokes(tool, (stroke_regions, labels), inked, unit)
    colour = _paint_colours(colours, labels, tone, is_dark=placement.ground.is_dark)
    target = cover_with_lines(paint_area(placement, colour, opacity), placement, lines)
    fill_pass = FillPass(target, stroke_regions, inked, _SLANT, first_face)
    return Filling(lines.planes, (fill_pass,), (style.min_width, style.min_width))


def find_flat_colours(placement: Placement, lines: DrawnLines) -> tuple[Image, Integers]:
    """A few colours (RGB) of the picture, those of faces among them, and the number of that at each pixel of the
    working copy. White of a picture that has a board of its own is black on a dark board.
    """
    picture = placement.working_copy
    if placement.is_reversed:
        picture = reverse_lightness(picture)
    faces = [picture[max(0, face.y) : face.rows.stop, max(0, face.x) : face.columns.stop] for face in lines.faces]
    large = [face for face in faces if min(face.shape[:2]) >= _MIN_FACE_SIDE][:_MAX_FACES]
    return regions.classify_colours(picture, _PALETTE_SIZE, _MIN_REGION_SHARE, large)


def _find_inked(colours: Image, *, is_dark: bool) -> Mask:
    """Which colours are laid on, and not left as the board."""
    lab = cv2.cvtColor(colours[None], cv2.COLOR_RGB2LAB)[0].astype(np.int16)
    chroma = np.hypot(lab[:, 1] - 128, lab[:, 2] - 128)
    if is_dark:
        return np.asarray((lab[:, 0] > _CHALKBOARD_LIGHTNESS) | (chroma > 2 * _PAPER_CHROMA))
    return np.asarray((lab[:, 0] < _PAPER_LIGHTNESS) | (chroma > _PAPER_CHROMA))


def _render_strokes(tool: FillTool, labels: tuple[Integers, Integers], inked: Mask, unit: float) -> tuple[Image, Image]:
    """Opacity and tone (0 to 255) of the strokes at each pixel; `labels` are those of regions and of colours."""
    stroke_regions, colour_labels = labels
    size = colour_labels.shape[::-1]
    streaks = textures.create_streaks(size, 0.30 * unit, 0.012 * unit, _SLANT, seed=3)
    position = tool.measure_bands(stroke_regions)
    position -= np.floor(position)
    is_gap = (position > 1 - _GAP_SHARE) & (streaks > _GAP_STREAKS)
    opacity = np.where(inked & ~is_gap, np.uint8(255 * _MAX_OPACITY), np.uint8(0))
    to_board = cv2.distanceTransform(inked.astype(np.uint8), cv2.DIST_L2, 3)
    opacity[to_board < _EDGE_GAP * unit * (0.4 + streaks / np.float32(190))] = 0
    tone = np.where(position < _OVERLAP_SHARE, np.uint8(255 * _OVERLAP_TONE), np.uint8(255))
    grain = cv2.convertScaleAbs(streaks, alpha=0.09, beta=243 - 0.09 * 128)
    return opacity, cv2.multiply(tone, grain, scale=1 / 255)


def _paint_colours(colours: Image, labels: Integers, tone: Image, *, is_dark: bool) -> Image:
    """RGB of the strokes at each pixel."""
    ink = _mix_chalks(colours) if is_dark else _mix_inks(colours)
    return np.asarray(cv2.multiply(ink[labels], cv2.merge([tone] * 3), scale=1 / 255))


def _mix_inks(colours: Image) -> Image:
    """The colours as a marker has them: clear and not too dark."""
    lab = cv2.cvtColor(colours[None], cv2.COLOR_RGB2LAB).astype(np.float32)
    lab[..., 0] += _LIFT * (255 - lab[..., 0])
    return _from_lab(lab)


def _mix_chalks(colours: Image) -> Image:
    """The colours as chalk has them: light ones."""
    lab = cv2.cvtColor(colours[None], cv2.COLOR_RGB2LAB).astype(np.float32)
    lab[..., 0] = _MIN_CHALK_LIGHTNESS + lab[..., 0] * (245 - _MIN_CHALK_LIGHTNESS) / 255
    return _from_lab(lab)


def _from_lab(lab: Array) -> Image:
    lab[..., 1:] = 128 + _SATURATION * (lab[..., 1:] - 128)
    colours: Image = np.asarray(cv2.cvtColor(np.clip(lab, 0, 255).round().astype(np.uint8), cv2.COLOR_LAB2RGB))[0]
    return colours

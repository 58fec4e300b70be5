"""Renderer of the drawing hand: smooth shapes, shaded and outlined, rendered once at the film's scale.

Shapes are defined in drawing units with the pen's tip at (0, 0), x to the right, y down; 1000 of them are about
the unit of the film, so the marker is a third of a 16:9 film's height long.
"""

import numpy as np

from models.jobs.hands import Hand, RgbColour
from pipeline.sketch.painting.brush import Brush
from pipeline.sketch.painting.sprite import Sprite
from pipeline.sketch.types import Points

_DRAWING_SCALE = 1.0  # scale of the drawing relative to the film
_LEFT_MARGIN, _TOP_MARGIN = 30, 40  # drawing units of margin left of and above the tip
_PEN_DIRECTION = np.array((0.872, 0.489))  # direction of the marker, away from its tip
_ARM_DIRECTION = np.array((0.46, 0.888))  # direction of the forearm, away from the wrist
_WRIST = np.array((352.0, 372.0))
_WHITE: RgbColour = (246, 246, 243)
_STEEL: RgbColour = (188, 190, 194)
_FELT: RgbColour = (74, 78, 88)

_PINKY = ((210, 318), (196, 292), (212, 264), (262, 258), (330, 280), (336, 326), (290, 348), (238, 342))
_RING = ((176, 268), (160, 240), (176, 210), (232, 200), (306, 222), (318, 270), (276, 296), (208, 292))
_MIDDLE = ((142, 206), (124, 178), (138, 148), (196, 136), (284, 160), (304, 212), (260, 238), (176, 232))
_HAND_BACK = (
    (232, 150), (282, 112), (334, 122), (380, 166), (412, 230), (430, 300), (452, 372), (500, 470), (540, 560),
    (420, 620), (352, 500), (306, 420), (276, 370), (246, 326), (230, 268), (222, 206),
)  # fmt: skip
_INDEX = (
    (88, 30), (104, 12), (146, 6), (192, 14), (232, 30), (274, 60), (324, 110), (350, 164), (312, 190),
    (262, 166), (228, 124), (192, 84), (152, 66), (114, 64), (92, 52),
)  # fmt: skip
_THUMB = (
    (96, 84), (110, 70), (136, 74), (166, 96), (202, 124), (246, 158), (280, 204), (304, 262), (300, 330),
    (262, 320), (232, 268), (202, 216), (166, 176), (128, 140), (102, 110),
)  # fmt: skip
_INDEX_FADE = ((338, 182), (306, 122))
_THUMB_FADE = ((292, 318), (226, 196))
_INDEX_NAIL = ((91, 34), (101, 22), (124, 19), (130, 28), (116, 38), (98, 44))
_THUMB_NAIL = ((102, 88), (112, 78), (130, 83), (140, 96), (130, 103), (112, 100))
_CREASES = (
    ((206, 34), (214, 46), (216, 60)), ((222, 42), (228, 52), (229, 64)), ((188, 122), (186, 138), (176, 148)),
    ((318, 128), (336, 146), (344, 166)),
)  # fmt: skip


def render_hand(hand: Hand, unit: float, size: tuple[int, int], tool: str = "marker") -> Sprite:
    """Render a hand whose forearm reaches the edge of a film of `size` (width, height) wherever the tip is.

    `unit` is the film's reference length in pixels; `tool` is "marker" or "eraser".
    """
    scale = unit * _DRAWING_SCALE / 1000
    arm_length = _arm_length_for(size, scale)
    corner = _WRIST + arm_length * _ARM_DIRECTION + 140
    across, down = ((end + margin) * scale for end, margin in zip(corner, (_LEFT_MARGIN, _TOP_MARGIN), strict=True))
    width, height = (2 * int(np.ceil(side / 2)) for side in (min(across, size[0] + 60), min(down, size[1] + 60)))
    brush = Brush(width, height, scale, (_LEFT_MARGIN, _TOP_MARGIN))
    if tool == "eraser":
        _paint_eraser(brush)
    _paint_fist(brush, hand, tool)
    _paint_arm(brush, hand, arm_length)
    rgba = brush.to_rgba()
    tip = (round(_LEFT_MARGIN * scale), round(_TOP_MARGIN * scale))
    if hand.left:
        return Sprite.from_rgba(np.ascontiguousarray(rgba[:, ::-1]), (width - 1 - tip[0], tip[1]))
    return Sprite.from_rgba(rgba, tip)


def _arm_length_for(size: tuple[int, int], scale: float) -> float:
    """Forearm length in drawing units that reaches beyond the film with the tip in the farthest corner."""
    across, down = (side / scale for side in size)
    return float(min((across - _WRIST[0]) / _ARM_DIRECTION[0], (down - _WRIST[1]) / _ARM_DIRECTION[1])) + 260


def _paint_arm(brush: Brush, hand: Hand, arm_length: float) -> None:
    side = np.array((_ARM_DIRECTION[1], -_ARM_DIRECTION[0]))
    cuff, end = _WRIST + 165 * _ARM_DIRECTION, _WRIST + max(arm_length, 300) * _ARM_DIRECTION
    sleeve = (cuff + 88 * side, cuff - 88 * side, end - 122 * side, end + 122 * side)
    brush.draw_shape(np.array(sleeve), hand.sleeve, is_sharp=True, depth=70)
    fold, hem = cuff + 30 * _ARM_DIRECTION, cuff - 24 * _ARM_DIRECTION
    band = (hem + 95 * side, hem - 95 * side, fold - 97 * side, fold + 97 * side)
    brush.draw_shape(np.array(band), _darken(hand.sleeve, 0.88), is_sharp=True, depth=40)


def _paint_fist(brush: Brush, hand: Hand, tool: str) -> None:
    for finger in (_PINKY, _RING, _MIDDLE):
        brush.draw_shape(np.array(finger), _darken(hand.skin, 0.95))
    brush.draw_shape(np.array(_HAND_BACK), hand.skin, depth=46)
    if tool == "marker":
        _paint_marker(brush, hand.pen)
    brush.draw_shape(np.array(_THUMB), hand.skin, fade=_THUMB_FADE)
    brush.draw_shape(np.array(_THUMB_NAIL), _lighten(hand.skin, 0.35), depth=6)
    brush.draw_shape(np.array(_INDEX), hand.skin, fade=_INDEX_FADE)
    brush.draw_shape(np.array(_INDEX_NAIL), _lighten(hand.skin, 0.35), depth=6)
    for crease in _CREASES:
        brush.draw_line(np.array(crease), _darken(hand.skin, 0.68), 3.0)


def _paint_marker(brush: Brush, colour: RgbColour) -> None:
    brush.draw_shape(_outline_segment(0, 18, 2.5, 5), (40, 40, 44), is_sharp=True, depth=4)
    brush.draw_shape(_outline_segment(16, 50, 6, 13), colour, is_sharp=True, depth=8)
    brush.draw_shape(_outline_segment(48, 400, 17, 19), _WHITE, is_sharp=True, depth=16)
    brush.draw_shape(_outline_segment(262, 296, 18.2, 18.4), colour, is_sharp=True, depth=14)
    brush.draw_shape(_outline_segment(396, 478, 19.5, 18), colour, is_sharp=True, depth=16)


def _outline_segment(start: float, end: float, start_width: float, end_width: float) -> Points:
    """Corners of a segment of the marker between two distances from the tip, with its half widths there; units."""
    side = np.array((-_PEN_DIRECTION[1], _PEN_DIRECTION[0]))
    corners = [
        start * _PEN_DIRECTION + start_width * side,
        start * _PEN_DIRECTION - start_width * side,
        end * _PEN_DIRECTION - end_width * side,
        end * _PEN_DIRECTION + end_width * side,
    ]
    return np.array(corners, np.float32)


def _paint_eraser(brush: Brush) -> None:
    brush.draw_shape(np.array(((-24, -20), (150, -34), (236, 214), (62, 236))), _FELT, is_sharp=True, depth=14)
    brush.draw_shape(np.array(((20, -30), (158, -36), (242, 206), (104, 226))), _STEEL, is_sharp=True, depth=20)


def _darken(colour: RgbColour, share: float) -> RgbColour:
    return tuple(round(value * share) for value in colour)  # type: ignore[return-value]


def _lighten(colour: RgbColour, share: float) -> RgbColour:
    return tuple(round(value + (255 - value) * share) for value in colour)  # type: ignore[return-value]

"""Renderer of the drawing hand: smooth shapes, shaded and outlined, rendered once at the film's scale.

Shapes are defined in drawing units with the pen's tip at (0, 0), x to the right, y down; 1000 of them are about
the unit of the film, so the marker is a third of a 16:9 film's height long.
"""

import numpy as np

from models.hands import Colour, Hand
from pipeline.sketch.arrays import Points
from pipeline.sketch.brush import Brush
from pipeline.sketch.sprite import Sprite

_SIZE = 1.0  # scale of the drawing relative to the film
_LEFT, _TOP = 30, 40  # drawing units of margin left of and above the tip
_PEN = np.array((0.872, 0.489))  # direction of the marker, away from its tip
_ARM = np.array((0.46, 0.888))  # direction of the forearm, away from the wrist
_WRIST = np.array((352.0, 372.0))
_WHITE: Colour = (246, 246, 243)
_STEEL: Colour = (188, 190, 194)
_FELT: Colour = (74, 78, 88)

_PINKY = ((210, 318), (196, 292), (212, 264), (262, 258), (330, 280), (336, 326), (290, 348), (238, 342))
_RING = ((176, 268), (160, 240), (176, 210), (232, 200), (306, 222), (318, 270), (276, 296), (208, 292))
_MIDDLE = ((142, 206), (124, 178), (138, 148), (196, 136), (284, 160), (304, 212), (260, 238), (176, 232))
_BACK = (
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


def sprite(hand: Hand, unit: float, size: tuple[int, int], tool: str = "marker") -> Sprite:
    """Render a hand whose forearm reaches the edge of a film of `size` (width, height) wherever the tip is.

    `unit` is the film's reference length in pixels; `tool` is "marker" or "eraser".
    """
    scale = unit * _SIZE / 1000
    reach = _reach(size, scale)
    corner = _WRIST + reach * _ARM + 140
    across, down = ((end + margin) * scale for end, margin in zip(corner, (_LEFT, _TOP), strict=True))
    width, height = (2 * int(np.ceil(side / 2)) for side in (min(across, size[0] + 60), min(down, size[1] + 60)))
    brush = Brush(width, height, scale, (_LEFT, _TOP))
    if tool == "eraser":
        _eraser(brush)
    _fist(brush, hand, tool)
    _arm(brush, hand, reach)
    rgba = brush.picture()
    tip = (round(_LEFT * scale), round(_TOP * scale))
    if hand.left:
        return Sprite.from_rgba(np.ascontiguousarray(rgba[:, ::-1]), (width - 1 - tip[0], tip[1]))
    return Sprite.from_rgba(rgba, tip)


def _reach(size: tuple[int, int], scale: float) -> float:
    """Forearm length in drawing units that reaches beyond the film with the tip in the farthest corner."""
    across, down = (side / scale for side in size)
    return float(min((across - _WRIST[0]) / _ARM[0], (down - _WRIST[1]) / _ARM[1])) + 260


def _arm(brush: Brush, hand: Hand, reach: float) -> None:
    side = np.array((_ARM[1], -_ARM[0]))
    cuff, end = _WRIST + 165 * _ARM, _WRIST + max(reach, 300) * _ARM
    sleeve = (cuff + 88 * side, cuff - 88 * side, end - 122 * side, end + 122 * side)
    brush.shape(np.array(sleeve), hand.sleeve, sharp=True, depth=70)
    fold, hem = cuff + 30 * _ARM, cuff - 24 * _ARM
    band = (hem + 95 * side, hem - 95 * side, fold - 97 * side, fold + 97 * side)
    brush.shape(np.array(band), _darker(hand.sleeve, 0.88), sharp=True, depth=40)


def _fist(brush: Brush, hand: Hand, tool: str) -> None:
    for finger in (_PINKY, _RING, _MIDDLE):
        brush.shape(np.array(finger), _darker(hand.skin, 0.95))
    brush.shape(np.array(_BACK), hand.skin, depth=46)
    if tool == "marker":
        _marker(brush, hand.pen)
    brush.shape(np.array(_THUMB), hand.skin, fade=_THUMB_FADE)
    brush.shape(np.array(_THUMB_NAIL), _lighter(hand.skin, 0.35), depth=6)
    brush.shape(np.array(_INDEX), hand.skin, fade=_INDEX_FADE)
    brush.shape(np.array(_INDEX_NAIL), _lighter(hand.skin, 0.35), depth=6)
    for crease in _CREASES:
        brush.line(np.array(crease), _darker(hand.skin, 0.68), 3.0)


def _marker(brush: Brush, colour: Colour) -> None:
    brush.shape(_along(0, 18, 2.5, 5), (40, 40, 44), sharp=True, depth=4)
    brush.shape(_along(16, 50, 6, 13), colour, sharp=True, depth=8)
    brush.shape(_along(48, 400, 17, 19), _WHITE, sharp=True, depth=16)
    brush.shape(_along(262, 296, 18.2, 18.4), colour, sharp=True, depth=14)
    brush.shape(_along(396, 478, 19.5, 18), colour, sharp=True, depth=16)


def _along(start: float, end: float, wide: float, wider: float) -> Points:
    """Corners of a segment of the marker between two distances from the tip, with its half widths there; units."""
    side = np.array((-_PEN[1], _PEN[0]))
    corners = [
        start * _PEN + wide * side,
        start * _PEN - wide * side,
        end * _PEN - wider * side,
        end * _PEN + wider * side,
    ]
    return np.array(corners, np.float32)


def _eraser(brush: Brush) -> None:
    brush.shape(np.array(((-24, -20), (150, -34), (236, 214), (62, 236))), _FELT, sharp=True, depth=14)
    brush.shape(np.array(((20, -30), (158, -36), (242, 206), (104, 226))), _STEEL, sharp=True, depth=20)


def _darker(colour: Colour, share: float) -> Colour:
    return tuple(round(value * share) for value in colour)  # type: ignore[return-value]


def _lighter(colour: Colour, share: float) -> Colour:
    return tuple(round(value + (255 - value) * share) for value in colour)  # type: ignore[return-value]

"""Positions of cues in the picture, as ASS, SSA, SRT and WebVTT write them."""

import re
import unicodedata
from typing import Final, NamedTuple

from models.captions.placement import NOT_PLACED, Anchor, Side, TextPosition
from pipeline.speech.subtitles.cues import CuePlacement

_NUMBER: Final = r"\s*(-?\d{1,6}(?:\.\d{1,6})?)\s*"
_POINT_TAG: Final = re.compile(rf"\\pos\s*\({_NUMBER},{_NUMBER}\)")
_MOVING_TAG: Final = re.compile(r"\\(?:move|org)\s*\(")
_NUMPAD_TAG: Final = re.compile(r"\\an(\d)(?!\d)")
_LEGACY_TAG: Final = re.compile(r"\\a(\d{1,2})(?!\d)")
_LINE_SETTING: Final = re.compile(r"(?:^|\s)line:(\d{1,3})(?:\.\d{1,6})?(%?)")
_POSITION_SETTING: Final = re.compile(r"(?:^|\s)position:(\d{1,3}(?:\.\d{1,6})?)%")
_ALIGN_SETTING: Final = re.compile(r"(?:^|\s)align:(start|left|center|middle|end|right)\b")
_TOP_LINES: Final = 6  # of the about twenty that WebVTT counts from the top
_FIRST_THIRD, _LAST_THIRD = 1 / 3, 2 / 3
_SIDES: Final[dict[int, Side | None]] = {0: "left", 1: None, 2: "right"}


class Resolution(NamedTuple):
    """The size of the picture in the coordinates of an ASS script."""

    width: float
    height: float


DEFAULT_RESOLUTION: Final = Resolution(384.0, 288.0)  # where a script does not say


def build_resolution(width: float | None, height: float | None) -> Resolution:
    """The size of a script's picture; 4:3 by the side that it gives, as libass has it, where one is missing."""
    if width and height:
        return Resolution(width, height)
    if width or height:
        return Resolution(width or (height or 0) * 4 / 3, height or (width or 0) * 3 / 4)
    return DEFAULT_RESOLUTION


def get_placement(alignment: int) -> CuePlacement:
    """CuePlacement of an alignment; 1 to 3 are the bottom of the picture, in ASS and in the older SSA alike."""
    return CuePlacement.DIALOGUE if alignment <= 3 else CuePlacement.OTHER_EDGE


def get_position(alignment: int) -> TextPosition:
    """The edges of an alignment as on a numeric keypad."""
    if not 1 <= alignment <= 9:
        return NOT_PLACED
    anchor: Anchor | None = (None, "middle", "top")[(alignment - 1) // 3]  # captions are at the bottom anyway
    return TextPosition(anchor, _SIDES[(alignment - 1) % 3])


def get_legacy_position(alignment: int) -> TextPosition:
    """The edges of an alignment of SSA: 1 to 3 from left to right, 4 more at the top, 8 more in the middle."""
    if alignment not in {1, 2, 3, 5, 6, 7, 9, 10, 11}:
        return NOT_PLACED
    anchor: Anchor | None = (None, "top", "middle")[alignment // 4]
    return TextPosition(anchor, _SIDES[alignment % 4 - 1])


def find_placement(overrides: str) -> CuePlacement | None:
    """Where the override tags of ASS place a cue; None if they do not say."""
    if _MOVING_TAG.search(overrides):
        return CuePlacement.MOVING
    if _POINT_TAG.search(overrides):
        return CuePlacement.POINT
    found = _NUMPAD_TAG.search(overrides) or _LEGACY_TAG.search(overrides)
    return get_placement(int(found.group(1))) if found else None


def find_position(overrides: str, resolution: Resolution = DEFAULT_RESOLUTION) -> TextPosition | None:
    """The part of the picture that the override tags of ASS name, by a point or by an alignment; None if they do not.

    A point is of a picture of `resolution`.
    """
    if point := _POINT_TAG.search(overrides):
        across, down = float(point.group(1)) / resolution.width, float(point.group(2)) / resolution.height
        return find_point_position(across, down)
    if found := _NUMPAD_TAG.search(overrides):
        return get_position(int(found.group(1)))
    if found := _LEGACY_TAG.search(overrides):
        return get_legacy_position(int(found.group(1)))
    return None


def find_point_position(across: float, down: float) -> TextPosition:
    """The part of the picture that a point is in, by shares of its width and height."""
    return TextPosition(_find_anchor(down), _find_side(across))


def find_cue_position(settings: str, text: str) -> TextPosition:
    """The part of the picture that the settings of a WebVTT cue name."""
    return TextPosition(_find_line_anchor(settings), _find_cue_side(settings, text))


def _find_line_anchor(settings: str) -> Anchor | None:
    found = _LINE_SETTING.search(settings)
    if found is None:
        return None
    line = int(found.group(1))
    if found.group(2):
        return _find_anchor(line / 100)
    return "top" if line < _TOP_LINES else None


def _find_cue_side(settings: str, text: str) -> Side | None:
    """The third in which the position is; without one it is where the text is aligned to, as WebVTT has it."""
    if found := _POSITION_SETTING.search(settings):
        return _find_side(float(found.group(1)) / 100)
    found = _ALIGN_SETTING.search(settings)
    align = found.group(1) if found else "center"
    if align in {"start", "end"}:
        return "left" if (align == "start") != _is_right_to_left(text) else "right"
    return "left" if align == "left" else "right" if align == "right" else None


def _is_right_to_left(text: str) -> bool:
    """Whether the first letter is of a script that runs from right to left."""
    classes = (unicodedata.bidirectional(character) for character in text)
    return next((kind != "L" for kind in classes if kind in {"L", "R", "AL"}), False)


def _find_anchor(share: float) -> Anchor | None:
    """The edge that a share of the height is nearest to; None for the bottom."""
    return "top" if share < _FIRST_THIRD else "middle" if share < _LAST_THIRD else None


def _find_side(share: float) -> Side | None:
    """The side that a share of the width is nearest to; None for the middle."""
    return "left" if share < _FIRST_THIRD else "right" if share > _LAST_THIRD else None

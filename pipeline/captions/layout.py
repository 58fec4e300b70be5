"""Layout of caption groups: line breaks, font size and word positions, in pixels of the displayed picture."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import numpy as np

from models.caption_styles import Base, CaptionStyle, Place
from pipeline.captions.boxes import Box, around
from pipeline.captions.grouping import Group, Shown
from pipeline.captions.lettering import Extent
from pipeline.captions.scripts import glued, right_to_left, visual_order

# (text, em in pixels) -> its extent without a stroke.
Measure = Callable[[str, int], Extent]

_CAPITAL = 0.70  # cap height, em: lines are centred on it
_CLEAR = 0.16  # em, minimum gap between the ink of two lines
_COLUMN = 0.74  # em, width of one column of heavy capitals
_LEAST = 0.42  # of the full size: a word that would have to be smaller is split
_SMALLEST = 6  # pixels per em; letters are illegible below


@dataclass(frozen=True, slots=True)
class Placed:
    """A positioned word: its origin on the baseline and the box of its ink and stroke in pixels; times in seconds."""

    text: str
    start: float
    end: float
    x: int
    baseline: int
    box: Box


@dataclass(frozen=True, slots=True)
class Block:
    """A laid out group: its words in spoken order, the em in pixels, and the box that contains all it draws.

    `is_unspaced` means that some words have no space between them, so that the stroke of one may touch the letters
    of another.
    """

    words: tuple[Placed, ...]
    start: float
    end: float
    size: int
    box: Box
    joined: bool


@dataclass(frozen=True, slots=True)
class _Setting:
    """How text is measured, and whether lines run from right to left."""

    measure: Measure
    backwards: bool


@dataclass(frozen=True, slots=True)
class _Line:
    words: tuple[tuple[int, float], ...]  # index into the group, and offset from the line's start in em
    width: float  # em


def place_in(places: Sequence[Place], width: int, height: int) -> Place:
    """Interpolate the caption placement for a picture of this size between those of the two nearest aspects."""
    rows = sorted(places, key=lambda place: place.aspect)
    at = math.log(width / height)
    aspects = [math.log(row.aspect) for row in rows]

    def between(values: list[float]) -> float:
        return float(np.interp(at, aspects, values))

    safe = {side: between([getattr(row.safe, side) for row in rows]) for side in ("top", "bottom", "left", "right")}
    shares = {name: between([getattr(row, name) for row in rows]) for name in ("size", "y", "max_width")}
    return Place.model_validate({"aspect": width / height, "safe": safe, **shares})


def longest_word(place: Place, width: int, height: int) -> int:
    """Return how many columns of a word fit into a line at the smallest size it may be shrunk to."""
    pixels = max(_SMALLEST, _LEAST * place.size * height)
    return max(4, int(place.max_width * width / (_COLUMN * pixels)))


def laid_out(
    groups: Sequence[Group], style: CaptionStyle, place: Place, frame: tuple[int, int], measure: Measure
) -> list[Block]:
    """Lay out every group in balanced lines centred on its place, shrunk where a word is too wide.

    All lines have the direction of most letters of the film, so that one foreign name does not reverse its line.
    """
    backwards = right_to_left("".join(word.text for group in groups for word in group.words))
    return [_block(group, style, place, frame, _Setting(measure, backwards)) for group in groups]


def reach(base: Base) -> float:
    """Return how far stroke and shadow extend beyond the letters, em."""
    stroke = base.stroke.width if base.stroke else 0.0
    shadow = base.shadow
    return stroke + (max(abs(shadow.dx), abs(shadow.dy)) + 2.5 * shadow.blur if shadow else 0.0)


def _beyond(style: CaptionStyle) -> float:
    """How far stroke, shadow and plates extend beyond the letters, em."""
    return max([reach(style.base), *(plate.pad for plate in (style.base.plate, style.active.plate) if plate)])


def _block(group: Group, style: CaptionStyle, place: Place, frame: tuple[int, int], setting: _Setting) -> Block:
    width, height = frame
    size = max(_SMALLEST, round(place.size * height))
    advances = [setting.measure(word.text, size).advance / size for word in group.words]
    room = _room(style, place, width / size, max(advances))
    lines = _lines(group.words, style, advances, room, backwards=setting.backwards)
    size = max(_SMALLEST, min(size, int(size * room / max(line.width for line in lines))))
    extents = [setting.measure(word.text, size) for word in group.words]
    pens = _pens(lines, _baselines(lines, extents, style, size, place.y * height), size, width)
    words = [
        _placed(word, ink, pens[n], _edge(style, size))
        for n, (word, ink) in enumerate(zip(group.words, extents, strict=True))
    ]
    box = around([_bounds(word.box, style, size) for word in words])
    dx, dy = _into(box, place, frame)
    moved = (replace(w, x=w.x + dx, baseline=w.baseline + dy, box=w.box.moved(dx, dy)) for w in words)
    joined = any(glued(left.text, right.text) for left, right in pairwise(group.words))
    return Block(tuple(moved), group.start, group.end, size, box.moved(dx, dy).within(*frame), joined)


def _room(style: CaptionStyle, place: Place, across: float, longest: float) -> float:
    """Maximum width of a line such that shadow, plate and pop stay in the safe area; all in em."""
    pop = (style.active.pop.peak - 1) * longest if style.active.pop else 0.0
    safe = (1 - place.safe.left - place.safe.right) * across - 2 * _beyond(style) - pop
    return max(1.0, min(place.max_width * across, safe))


def _lines(
    words: Sequence[Shown], style: CaptionStyle, advances: list[float], room: float, *, backwards: bool
) -> tuple[_Line, ...]:
    """Break into the fewest lines that fit into `max_width` (em), such that the widest is as narrow as possible."""
    best: tuple[_Line, ...] = ()
    for count in range(1, min(style.group.max_lines, len(words)) + 1):
        cuts = combinations(range(1, len(words)), count - 1)
        bounds = (pairwise((0, *cut, len(words))) for cut in cuts)
        splits = (
            tuple(_line(words, advances, range(*pair), style.font.space, backwards=backwards) for pair in pairs)
            for pairs in bounds
        )
        best = min(splits, key=lambda lines: max(line.width for line in lines))
        if max(line.width for line in best) <= room:
            break
    return best


def _line(words: Sequence[Shown], advances: list[float], members: range, space: float, *, backwards: bool) -> _Line:
    order = visual_order([words[index].text for index in members], backwards=backwards)
    pen = 0.0
    placed: list[tuple[int, float]] = []
    for index in (members[position] for position in order):
        if placed:
            before, after = sorted((placed[-1][0], index))
            pen += 0.0 if glued(words[before].text, words[after].text) else space
        placed.append((index, pen))
        pen += advances[index]
    return _Line(tuple(placed), pen)


def _baselines(
    lines: Sequence[_Line], extents: Sequence[Extent], style: CaptionStyle, size: int, y: float
) -> list[float]:
    """Baselines such that the capitals are centred on `y` and the ink of adjacent lines does not touch; pixels."""
    pitch = style.font.leading * size
    for above, below in pairwise(lines):
        deep = max(extents[index].bottom for index, _ in above.words)
        tall = max(-extents[index].top for index, _ in below.words)
        pitch = max(pitch, deep + tall + _CLEAR * size)
    first = y + _CAPITAL * size / 2 - pitch * (len(lines) - 1) / 2
    return [first + pitch * number for number in range(len(lines))]


def _pens(lines: Sequence[_Line], baselines: Sequence[float], size: int, width: int) -> dict[int, tuple[int, int]]:
    """Origin of each word, by its index, in the centred lines; pixels."""
    return {
        index: (round((width - line.width * size) / 2 + offset * size), round(baseline))
        for line, baseline in zip(lines, baselines, strict=True)
        for index, offset in line.words
    }


def _placed(word: Shown, ink: Extent, pen: tuple[int, int], edge: int) -> Placed:
    x, y = pen
    box = Box(math.floor(x + ink.left), math.floor(y + ink.top), math.ceil(x + ink.right), math.ceil(y + ink.bottom))
    return Placed(word.text, word.start, word.end, x, y, box.grown(edge, edge))


def _edge(style: CaptionStyle, size: int) -> int:
    return math.ceil(style.base.stroke.width * size) if style.base.stroke else 0


def _bounds(box: Box, style: CaptionStyle, size: int) -> Box:
    """Box of all a word may draw, with its shadow, its plate and the peak of its pop."""
    peak = style.active.pop.peak if style.active.pop else 1.0
    beyond = _beyond(style) * size * peak + 2
    across, down = ((peak - 1) / 2 * side for side in (box.width, box.height))
    return box.grown(math.ceil(beyond + across), math.ceil(beyond + down))


def _into(box: Box, place: Place, frame: tuple[int, int]) -> tuple[int, int]:
    """Offset (dx, dy) that moves a box into the safe area, or centres it there if it is too large; pixels."""
    width, height = frame
    return (
        _nudge(box.left, box.right, place.safe.left * width, (1 - place.safe.right) * width),
        _nudge(box.top, box.bottom, place.safe.top * height, (1 - place.safe.bottom) * height),
    )


def _nudge(low: int, high: int, least: float, most: float) -> int:
    if high - low > most - least:
        return round((least + most - low - high) / 2)
    return math.ceil(max(0, least - low)) - math.ceil(max(0, high - most))

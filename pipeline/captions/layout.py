"""Groups of words into boxes, in pixels of the displayed picture."""

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

# (text, pixels of the em) -> its extent without a stroke.
Measure = Callable[[str, int], Extent]

_CAPITAL = 0.70  # height of capitals, em: what stands in the middle of a line
_CLEAR = 0.16  # em kept free between the ink of two lines
_COLUMN = 0.74  # em a column of heavy capitals takes
_LEAST = 0.42  # of the full size: a word that would have to be smaller is shown in pieces
_SMALLEST = 6  # pixels of the em; letters are no longer told apart below


@dataclass(frozen=True, slots=True)
class Placed:
    """A word where it stands: the pen's start on the baseline and the box of its ink and stroke, pixels; seconds."""

    text: str
    start: float
    end: float
    x: int
    baseline: int
    box: Box


@dataclass(frozen=True, slots=True)
class Block:
    """What is shown at once: its words in the order they are said, the em in pixels, and the box nothing leaves.

    `joined` says that words stand without spaces, so that the edge of one may touch the letters of another.
    """

    words: tuple[Placed, ...]
    start: float
    end: float
    size: int
    box: Box
    joined: bool


@dataclass(frozen=True, slots=True)
class _Setting:
    """How letters are measured, and whether lines run from right to left."""

    measure: Measure
    backwards: bool


@dataclass(frozen=True, slots=True)
class _Line:
    words: tuple[tuple[int, float], ...]  # index into the group, and offset from the line's start in em
    width: float  # em


def place_in(places: Sequence[Place], width: int, height: int) -> Place:
    """The place for a picture of this size: between those of the two nearest aspects."""
    rows = sorted(places, key=lambda place: place.aspect)
    at = math.log(width / height)
    aspects = [math.log(row.aspect) for row in rows]

    def between(values: list[float]) -> float:
        return float(np.interp(at, aspects, values))

    safe = {side: between([getattr(row.safe, side) for row in rows]) for side in ("top", "bottom", "left", "right")}
    shares = {name: between([getattr(row, name) for row in rows]) for name in ("size", "y", "max_width")}
    return Place.model_validate({"aspect": width / height, "safe": safe, **shares})


def longest_word(place: Place, width: int, height: int) -> int:
    """How many columns of one word a line holds at the smallest size it may shrink to."""
    pixels = max(_SMALLEST, _LEAST * place.size * height)
    return max(4, int(place.max_width * width / (_COLUMN * pixels)))


def laid_out(
    groups: Sequence[Group], style: CaptionStyle, place: Place, frame: tuple[int, int], measure: Measure
) -> list[Block]:
    """Every group set in balanced lines in the middle of its place, shrunk where a word is too long for it.

    All lines run the way most letters of the film do, so that a line with a foreign name does not turn around.
    """
    backwards = right_to_left("".join(word.text for group in groups for word in group.words))
    return [_block(group, style, place, frame, _Setting(measure, backwards)) for group in groups]


def reach(base: Base) -> float:
    """How far stroke and shadow go beyond the letters, em."""
    stroke = base.stroke.width if base.stroke else 0.0
    shadow = base.shadow
    return stroke + (max(abs(shadow.dx), abs(shadow.dy)) + 2.5 * shadow.blur if shadow else 0.0)


def _beyond(style: CaptionStyle) -> float:
    """How far anything goes beyond the letters, em."""
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
    """How wide a line may be, so that shadow, plate and pop stay in the safe zone; all in em."""
    pop = (style.active.pop.peak - 1) * longest if style.active.pop else 0.0
    safe = (1 - place.safe.left - place.safe.right) * across - 2 * _beyond(style) - pop
    return max(1.0, min(place.max_width * across, safe))


def _lines(
    words: Sequence[Shown], style: CaptionStyle, advances: list[float], room: float, *, backwards: bool
) -> tuple[_Line, ...]:
    """The fewest lines that fit into `room`, broken where the widest is narrowest; em."""
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
    """Where the lines stand, so that capitals are centred on y and no ink of one line touches the next."""
    pitch = style.font.leading * size
    for above, below in pairwise(lines):
        deep = max(extents[index].bottom for index, _ in above.words)
        tall = max(-extents[index].top for index, _ in below.words)
        pitch = max(pitch, deep + tall + _CLEAR * size)
    first = y + _CAPITAL * size / 2 - pitch * (len(lines) - 1) / 2
    return [first + pitch * number for number in range(len(lines))]


def _pens(lines: Sequence[_Line], baselines: Sequence[float], size: int, width: int) -> dict[int, tuple[int, int]]:
    """Where the pen starts each word of the centred lines."""
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
    """Where a word may leave a mark: with its shadow, its plate and the peak of its pop."""
    peak = style.active.pop.peak if style.active.pop else 1.0
    beyond = _beyond(style) * size * peak + 2
    across, down = ((peak - 1) / 2 * side for side in (box.width, box.height))
    return box.grown(math.ceil(beyond + across), math.ceil(beyond + down))


def _into(box: Box, place: Place, frame: tuple[int, int]) -> tuple[int, int]:
    """How far a box must move to stand in the safe zone; where it cannot, it is centred there."""
    width, height = frame
    return (
        _nudge(box.left, box.right, place.safe.left * width, (1 - place.safe.right) * width),
        _nudge(box.top, box.bottom, place.safe.top * height, (1 - place.safe.bottom) * height),
    )


def _nudge(low: int, high: int, least: float, most: float) -> int:
    if high - low > most - least:
        return round((least + most - low - high) / 2)
    return math.ceil(max(0, least - low)) - math.ceil(max(0, high - most))

"""Lines of a caption: where a group is broken, and the order of the words in each line; lengths in em."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from models.captions.style import CaptionStyle
from pipeline.captions.caption_words import CaptionWord, is_joined
from pipeline.captions.scripts import compute_visual_order

_WIDOW_SHARE = 0.3  # of the widest line: a last line that is shorter looks lost
_WIDOW_COST = 0.60  # of the widest line
_HANGING_COST = 0.6  # of the widest line, where a line ends with a word that belongs to the next one
_PHRASE_SHRINKING = 1.2  # of the width that lines may have: letters become so much smaller rather than break a phrase
_BREAK_GAIN = 0.12  # of the widest line, where a line ends with a clause


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line: the indices of its words into the group with their offsets from its start, from left to right."""

    words: tuple[tuple[int, float], ...]
    width: float
    scale: float  # of its largest word


def break_lines(
    words: Sequence[CaptionWord], style: CaptionStyle, advances: Sequence[float], max_width: float, *, is_rtl: bool
) -> tuple[TextLine, ...]:
    """Break into the fewest lines that fit into `max_width`, such that they are even, and end with clauses.

    A stack has a line for each word, but words that are set small share theirs. Each speaker has a line.
    """

    def build(bounds: Iterable[tuple[int, int]]) -> tuple[TextLine, ...]:
        return tuple(_build_line(words, advances, range(*pair), style.font.space, is_rtl=is_rtl) for pair in bounds)

    if style.lines == "stack":
        return build(_split_stack(words, style.group.max_lines))
    if turns := [index for index, word in enumerate(words) if index and word.is_speaker_change]:
        return build(pairwise((0, *turns, len(words))))
    best: tuple[TextLine, ...] = ()
    for starts, limit in _list_starts(words, max_width):
        for count in range(1, min(style.group.max_lines, len(starts) + 1) + 1):
            splits = (build(pairwise((0, *cut, len(words)))) for cut in combinations(starts, count - 1))
            best = min(splits, key=lambda lines: _compute_cost(lines, words))
            if max(line.width for line in best) <= limit:
                return best
    return best


def compute_pen_positions(
    lines: Sequence[TextLine], baselines: Sequence[float], starts: Sequence[float], size: int
) -> dict[int, tuple[int, int]]:
    """Origin of each word, by its index, where lines have these baselines and left ends; pixels."""
    return {
        index: (round(start + offset * size), round(baseline))
        for line, baseline, start in zip(lines, baselines, starts, strict=True)
        for index, offset in line.words
    }


def _list_starts(words: Sequence[CaptionWord], max_width: float) -> list[tuple[Sequence[int], float]]:
    """Where lines may begin, and how wide they may be: between phrases, even if letters become a little smaller by it,
    and inside them where that is not enough.
    """
    everywhere = range(1, len(words))
    starts = [index for index in everywhere if not words[index].is_continuation]
    if len(starts) == len(everywhere):
        return [(everywhere, max_width)]
    return [(starts, max_width), (starts, _PHRASE_SHRINKING * max_width), (everywhere, max_width)]


def _compute_cost(lines: Sequence[TextLine], words: Sequence[CaptionWord]) -> float:
    """Width of the widest line, more with a widow or a word that hangs, less where lines end with clauses."""
    widest = max(line.width for line in lines)
    ends = [words[max(index for index, _ in line.words)] for line in lines[:-1]]
    clause_ends = sum(word.is_clause_end for word in ends)
    hanging = sum(word.binding for word in ends)
    widow = len(lines) > 1 and lines[-1].width < _WIDOW_SHARE * widest
    return widest * (1 + _WIDOW_COST * widow + _HANGING_COST * hanging - _BREAK_GAIN * clause_ends)


def _split_stack(words: Sequence[CaptionWord], max_lines: int) -> list[tuple[int, int]]:
    """Bounds of the lines of a stack: what is left when all lines but one are used stays together.

    A small word that is left over at the end joins the line above.
    """
    starts = [0]
    for index in range(1, len(words)):
        is_small_pair = words[index - 1].scale < 1 and words[index].scale < 1
        is_kept = is_small_pair or words[index].is_continuation
        if not is_kept and len(starts) < max_lines:
            starts.append(index)
    if len(starts) > 1 and starts[-1] == len(words) - 1 and words[-1].scale < 1:
        starts.pop()
    return list(pairwise([*starts, len(words)]))


def _build_line(
    words: Sequence[CaptionWord], advances: Sequence[float], members: range, space: float, *, is_rtl: bool
) -> TextLine:
    order = compute_visual_order([words[index].text for index in members], is_rtl=is_rtl)
    pen = 0.0
    placed: list[tuple[int, float]] = []
    for index in (members[position] for position in order):
        if placed:
            before, after = sorted((placed[-1][0], index))
            pen += (
                0.0 if is_joined(words[before], words[after]) else space * max(words[before].scale, words[after].scale)
            )
        placed.append((index, pen))
        pen += advances[index]
    return TextLine(tuple(placed), pen, max(words[index].scale for index in members))

"""Grouping of words into captions: which words are shown together, and from when to when."""

import math
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from models.caption_styles import CaptionStyle, GroupRules
from models.words import Word
from pipeline.captions.scripts import capitals, clusters, columns, glued

_ENDS = frozenset(".?!…。！？؟।॥‼⁇")
_PAUSES = frozenset(",;:،؛、，；：—–")
_CLOSERS = "\"'”’»)]}›"

# Costs of a break, relative to 1 for an empty group; tuned by reading groups of real talks.
_AT_A_COMMA = -0.5
_AT_A_GAP = -0.6
_TOO_SHORT = 1.5


@dataclass(frozen=True, slots=True)
class Shown:
    """A word as it is displayed, with its times in seconds and whether it ends a sentence or a clause."""

    text: str
    start: float
    end: float
    ends: bool = False
    pauses: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Words shown together from `start` to `end`, seconds; each is highlighted from its start to that of the next."""

    words: tuple[Shown, ...]
    start: float
    end: float


def shown(
    words: Sequence[Word], style: CaptionStyle, language: str, drawable: Callable[[str], str], longest: int
) -> list[Shown]:
    """Return the words as they are displayed, in the order of their starts.

    `keep_drawable` removes what no font can draw; a word left empty is dropped. A word wider than `max_columns`, or
    one with spaces, is split into pieces, each with its share of the time.
    """
    pieces = [piece for word in words for piece in _pieces(word, longest)]
    dressed = (_dressed(piece, style, language, drawable) for piece in pieces)
    kept = sorted((word for word in dressed if word.text), key=lambda word: word.start)
    ends = [max(a.start, min(a.end, b.start)) for a, b in pairwise(kept)]
    return [replace(word, end=end) for word, end in zip(kept, [*ends, *(word.end for word in kept[-1:])], strict=True)]


def grouped(words: Sequence[Shown], rules: GroupRules) -> list[Group]:
    """Group words for best readability: groups of even length, broken where the speaker pauses."""
    runs = [run for phrase in _phrases(words, rules) for run in _best(phrase, rules)]
    starts = [run[0].start for run in runs[1:]] + [math.inf]
    return [Group(tuple(run), run[0].start, _end(run, next_, rules)) for run, next_ in zip(runs, starts, strict=True)]


def joined(words: Sequence[Shown]) -> str:
    """Join the words of a line, with spaces where the script has them."""
    text = ""
    for word in words:
        text += word.text if not text or glued(text, word.text) else f" {word.text}"
    return text


def _end(run: Sequence[Shown], next_: float, rules: GroupRules) -> float:
    """Time a group disappears: shortly after its last word, later if it would only flash, never after `next_start`."""
    held = max(run[-1].end + rules.hold, run[0].start + rules.min_seconds)
    return min(held, next_)


def _pieces(word: Word, longest: int) -> Iterator[Word]:
    """Split a word at its spaces and, if it is too wide for a line, between its letters."""
    texts = [chunk for text in unicodedata.normalize("NFC", word.text).split() for chunk in _chunks(text, longest)]
    total = sum(map(len, texts))
    done = 0
    for text in texts:
        start = word.start + (word.end - word.start) * done / total
        done += len(text)
        yield Word(text=text, start=start, end=max(start, word.start + (word.end - word.start) * done / total))


def _chunks(text: str, longest: int) -> list[str]:
    letters = clusters(text)
    count = math.ceil(columns(text) / max(1, longest))
    if count <= 1:
        return [text]
    size = math.ceil(len(letters) / count)
    return ["".join(letters[first : first + size]) for first in range(0, len(letters), size)]


def _dressed(word: Word, style: CaptionStyle, language: str, drawable: Callable[[str], str]) -> Shown:
    bare = word.text.rstrip(_CLOSERS)
    last = bare[-1] if bare else ""
    text = _without(word.text, style.group.drop)
    if style.font.case == "upper":
        text = capitals(text, language)
    return Shown(drawable(text).strip(), word.start, word.end, ends=last in _ENDS, pauses=last in _PAUSES)


def _without(text: str, drop: str) -> str:
    """Strip the punctuation in `drop` from the end, also before a closing quote; an ellipsis of dots stays."""
    core = text.rstrip(_CLOSERS)
    closers = text[len(core) :]
    return text if core.endswith("...") else core.rstrip(drop) + closers


def _phrases(words: Sequence[Shown], rules: GroupRules) -> Iterator[list[Shown]]:
    """Split into runs of words that no group may cross: at the end of a sentence, and at a long gap."""
    phrase: list[Shown] = []
    for word in words:
        if phrase and (phrase[-1].ends or word.start - phrase[-1].end >= rules.gap_break):
            yield phrase
            phrase = []
        phrase.append(word)
    if phrase:
        yield phrase


def _best(phrase: Sequence[Shown], rules: GroupRules) -> list[Sequence[Shown]]:
    """Find the breaks of least cost by dynamic programming over the last group's start (after Knuth and Plass)."""
    costs = [0.0] + [math.inf] * len(phrase)
    origins = [0] * (len(phrase) + 1)
    for end in range(1, len(phrase) + 1):
        for begin in range(max(0, end - rules.max_words), end):
            cost = costs[begin] + _cost(phrase, begin, end, rules)
            if cost < costs[end]:
                costs[end], origins[end] = cost, begin
    runs: list[Sequence[Shown]] = []
    end = len(phrase)
    while end:
        runs.insert(0, phrase[origins[end] : end])
        end = origins[end]
    return runs


def _cost(phrase: Sequence[Shown], begin: int, end: int, rules: GroupRules) -> float:
    run = phrase[begin:end]
    width = columns(joined(run))
    seconds = run[-1].end - run[0].start
    if len(run) > 1 and (width > rules.max_chars or seconds > rules.max_seconds):
        return math.inf
    slack = max(0.0, 1 - width / rules.max_chars)
    cost = 1 + slack * slack
    if end == len(phrase):
        return cost + _TOO_SHORT * (seconds < rules.min_seconds)
    until = phrase[end].start - run[0].start
    gap = phrase[end].start - run[-1].end
    cost += _TOO_SHORT * (until < rules.min_seconds) + _AT_A_COMMA * run[-1].pauses
    return cost + _AT_A_GAP * min(1.0, gap / rules.gap_break)

"""Grouping of words into captions: which words are shown together, and from when to when."""

import math
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from models.jobs.caption_styles import CaptionStyle, GroupingRules
from models.jobs.transcript import Word
from pipeline.captions.scripts import count_columns, is_unspaced_pair, split_clusters, to_upper

_SENTENCE_ENDS = frozenset(".?!…。！？؟।॥‼⁇")
_CLAUSE_ENDS = frozenset(",;:،؛、，；：—–")
_CLOSING_MARKS = "\"'”’»)]}›"

# Costs of a break, relative to 1 for an empty group; tuned by reading groups of real talks.
_CLAUSE_END_COST = -0.5
_GAP_COST = -0.6
_SHORT_GROUP_COST = 1.5


@dataclass(frozen=True, slots=True)
class CaptionWord:
    """A word as it is displayed, with its times in seconds, and what it ends or begins."""

    text: str
    start: float
    end: float
    is_sentence_end: bool = False
    is_clause_end: bool = False
    is_speaker_change: bool = False


@dataclass(frozen=True, slots=True)
class CaptionGroup:
    """Words shown together from `start` to `end`, seconds; each is highlighted from its start to that of the next."""

    words: tuple[CaptionWord, ...]
    start: float
    end: float


def prepare_words(
    words: Sequence[Word], style: CaptionStyle, language: str, keep_drawable: Callable[[str], str], max_columns: int
) -> list[CaptionWord]:
    """Return the words as they are displayed, in the order of their starts.

    `keep_drawable` removes what no font can draw; a word left empty is dropped. A word wider than `max_columns`, or
    one with spaces, is split into pieces, each with its share of the time.
    """
    pieces = [piece for word in words for piece in _split_word(word, max_columns)]
    formatted = (_format_word(piece, style, language, keep_drawable) for piece in pieces)
    kept = sorted((word for word in formatted if word.text), key=lambda word: word.start)
    ends = [max(a.start, min(a.end, b.start)) for a, b in pairwise(kept)]
    return [replace(word, end=end) for word, end in zip(kept, [*ends, *(word.end for word in kept[-1:])], strict=True)]


def group_words(words: Sequence[CaptionWord], rules: GroupingRules) -> list[CaptionGroup]:
    """Group words for best readability: groups of even length, broken where the speaker pauses."""
    runs = [run for phrase in _split_phrases(words, rules) for run in _find_best_breaks(phrase, rules)]
    starts = [run[0].start for run in runs[1:]] + [math.inf]
    return [
        CaptionGroup(tuple(run), run[0].start, _compute_end(run, next_start, rules))
        for run, next_start in zip(runs, starts, strict=True)
    ]


def join_words(words: Sequence[CaptionWord]) -> str:
    """Join the words of a line, with spaces where the script has them."""
    text = ""
    for word in words:
        text += word.text if not text or is_unspaced_pair(text, word.text) else f" {word.text}"
    return text


def _compute_end(run: Sequence[CaptionWord], next_start: float, rules: GroupingRules) -> float:
    """Time a group disappears: shortly after its last word, later if it would only flash, never after `next_start`."""
    hold_end = max(run[-1].end + rules.hold, run[0].start + rules.min_seconds)
    return min(hold_end, next_start)


def _split_word(word: Word, max_columns: int) -> Iterator[Word]:
    """Split a word at its spaces and, if it is too wide for a line, between its letters."""
    texts = [
        chunk for text in unicodedata.normalize("NFC", word.text).split() for chunk in _split_text(text, max_columns)
    ]
    total = sum(map(len, texts))
    characters_done = 0
    for index, text in enumerate(texts):
        start = word.start + (word.end - word.start) * characters_done / total
        characters_done += len(text)
        end = max(start, word.start + (word.end - word.start) * characters_done / total)
        is_speaker_change = word.is_speaker_change and index == 0
        yield Word(text=text, start=start, end=end, is_speaker_change=is_speaker_change)


def _split_text(text: str, max_columns: int) -> list[str]:
    letters = split_clusters(text)
    count = math.ceil(count_columns(text) / max(1, max_columns))
    if count <= 1:
        return [text]
    size = math.ceil(len(letters) / count)
    return ["".join(letters[first : first + size]) for first in range(0, len(letters), size)]


def _format_word(word: Word, style: CaptionStyle, language: str, keep_drawable: Callable[[str], str]) -> CaptionWord:
    unquoted = word.text.rstrip(_CLOSING_MARKS)
    last = unquoted[-1] if unquoted else ""
    text = _strip_punctuation(word.text, style.group.drop)
    if style.font.case == "upper":
        text = to_upper(text, language)
    return CaptionWord(
        keep_drawable(text).strip(),
        word.start,
        word.end,
        is_sentence_end=last in _SENTENCE_ENDS,
        is_clause_end=last in _CLAUSE_ENDS,
        is_speaker_change=word.is_speaker_change,
    )


def _strip_punctuation(text: str, drop: str) -> str:
    """Strip the punctuation in `drop` from the end, also before a closing quote; an ellipsis of dots stays."""
    core = text.rstrip(_CLOSING_MARKS)
    closers = text[len(core) :]
    return text if core.endswith("...") else core.rstrip(drop) + closers


def _split_phrases(words: Sequence[CaptionWord], rules: GroupingRules) -> Iterator[list[CaptionWord]]:
    """Split into runs of words that no group may cross: at sentences, at long gaps, and between speakers."""
    phrase: list[CaptionWord] = []
    for word in words:
        if phrase and (
            phrase[-1].is_sentence_end or word.is_speaker_change or word.start - phrase[-1].end >= rules.gap_break
        ):
            yield phrase
            phrase = []
        phrase.append(word)
    if phrase:
        yield phrase


def _find_best_breaks(phrase: Sequence[CaptionWord], rules: GroupingRules) -> list[Sequence[CaptionWord]]:
    """Find the breaks of least cost by dynamic programming over the last group's start (after Knuth and Plass)."""
    costs = [0.0] + [math.inf] * len(phrase)
    origins = [0] * (len(phrase) + 1)
    for end in range(1, len(phrase) + 1):
        for begin in range(max(0, end - rules.max_words), end):
            cost = costs[begin] + _compute_cost(phrase, begin, end, rules)
            if cost < costs[end]:
                costs[end], origins[end] = cost, begin
    runs: list[Sequence[CaptionWord]] = []
    end = len(phrase)
    while end:
        runs.insert(0, phrase[origins[end] : end])
        end = origins[end]
    return runs


def _compute_cost(phrase: Sequence[CaptionWord], begin: int, end: int, rules: GroupingRules) -> float:
    run = phrase[begin:end]
    width = count_columns(join_words(run))
    seconds = run[-1].end - run[0].start
    if len(run) > 1 and (width > rules.max_chars or seconds > rules.max_seconds):
        return math.inf
    slack = max(0.0, 1 - width / rules.max_chars)
    cost = 1 + slack * slack
    if end == len(phrase):
        return cost + _SHORT_GROUP_COST * (seconds < rules.min_seconds)
    seconds_to_next = phrase[end].start - run[0].start
    gap = phrase[end].start - run[-1].end
    cost += _SHORT_GROUP_COST * (seconds_to_next < rules.min_seconds) + _CLAUSE_END_COST * run[-1].is_clause_end
    return cost + _GAP_COST * min(1.0, gap / rules.gap_break)

"""Grouping of words into captions: which words are shown together, and from when to when."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import attrgetter

from models.captions.placement import TextPosition
from models.captions.style import GroupingRules
from pipeline.captions.caption_words import CaptionWord, is_joined
from pipeline.captions.scripts import count_columns, is_unspaced_pair

# Costs of a break, relative to 1 for an empty group; tuned by reading groups of real talks.
_CLAUSE_END_COST = -0.5
_GAP_COST = -0.6
_SHORT_GROUP_COST = 1.5
_HANGING_COST = 3.0  # after a word that belongs to what follows, by how strongly it does
_SPLIT_COST = 3.0  # before a word that continues a phrase
_HIDDEN_MARK_COST = 2.0  # for a mark inside a group that is not shown, in a script without spaces


@dataclass(frozen=True, slots=True)
class CaptionGroup:
    """Words shown together from `start` to `end`, seconds; each is highlighted from its start to that of the next, or
    all of them together where the times of one are only estimated.
    """

    words: tuple[CaptionWord, ...]
    start: float
    end: float

    @property
    def position(self) -> TextPosition:
        return self.words[0].position

    @property
    def is_highlighted_whole(self) -> bool:
        return any(word.has_estimated_times for word in self.words)


def group_words(words: Sequence[CaptionWord], rules: GroupingRules) -> list[CaptionGroup]:
    """Group words for best readability: groups of even length, broken where the speaker pauses."""
    runs = list(_list_runs(words, rules))
    followers = [*(run[0] for run in runs), None][1:]
    return [
        CaptionGroup(tuple(run), run[0].start, _compute_end(run, follower, rules))
        for run, follower in zip(runs, followers, strict=True)
    ]


def join_words(words: Sequence[CaptionWord]) -> str:
    """Join the words of a line, with spaces where the script has them."""
    texts = [f"{'' if is_joined(*pair) else ' '}{pair[1].text}" for pair in pairwise(words)]
    return "".join([*(word.text for word in words[:1]), *texts])


def _compute_end(run: Sequence[CaptionWord], follower: CaptionWord | None, rules: GroupingRules) -> float:
    """Time a group disappears: with its cue, else shortly after its last word, later if it would only flash; never
    after `follower`, the next word, begins.
    """
    last = run[-1]
    next_start = follower.start if follower else math.inf
    if last.cue_end is not None and (follower is None or follower.cue != last.cue):
        return min(max(last.cue_end, last.end), next_start)
    return min(max(last.end + rules.hold, run[0].start + rules.min_seconds), next_start)


def _list_runs(words: Sequence[CaptionWord], rules: GroupingRules) -> Iterator[Sequence[CaptionWord]]:
    """Yield the words of each group. None crosses a cue, and a style that marks turns shows cues that fit whole."""
    for _, members in groupby(words, key=attrgetter("cue")):
        cue = list(members)
        if rules.turn_mark and _can_stay_whole(cue, rules):
            yield cue
        else:
            for phrase in _split_phrases(cue, rules):
                yield from _find_best_breaks(phrase, rules)


def _can_stay_whole(cue: Sequence[CaptionWord], rules: GroupingRules) -> bool:
    count = sum(not word.is_continuation for word in cue)
    lines = 1 + sum(word.is_speaker_change for word in cue[1:])
    fits = count <= rules.max_words and count_columns(join_words(cue)) <= rules.max_chars
    return cue[0].cue is not None and fits and lines <= rules.max_lines


def _split_phrases(words: Sequence[CaptionWord], rules: GroupingRules) -> Iterator[list[CaptionWord]]:
    """Split into runs of words that no group may cross: at sentences, at long gaps, between speakers and places."""
    phrase: list[CaptionWord] = []
    for word in words:
        if phrase and (
            (phrase[-1].is_sentence_end and phrase[-1].binding < 1)
            or word.is_speaker_change
            or word.position != phrase[-1].position
            or word.start - phrase[-1].end >= rules.gap_break
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
        for begin in _list_begins(phrase, end, rules):
            cost = costs[begin] + _compute_cost(phrase, begin, end, rules)
            if cost < costs[end]:
                costs[end], origins[end] = cost, begin
    runs: list[Sequence[CaptionWord]] = []
    end = len(phrase)
    while end:
        runs.insert(0, phrase[origins[end] : end])
        end = origins[end]
    return runs


def _list_begins(phrase: Sequence[CaptionWord], end: int, rules: GroupingRules) -> Iterator[int]:
    """Where a group that ends there may begin; what continues a phrase counts as one word with it."""
    count, columns = 0, 0
    for begin in range(end - 1, -1, -1):
        columns += count_columns(phrase[begin].text)
        if begin < end - 1 and columns > rules.max_chars:
            return
        yield begin
        count += not phrase[begin].is_continuation
        if count == rules.max_words:
            return


def _compute_cost(phrase: Sequence[CaptionWord], begin: int, end: int, rules: GroupingRules) -> float:
    run = phrase[begin:end]
    width = count_columns(join_words(run))
    seconds = run[-1].end - run[0].start
    if len(run) > 1 and (width > rules.max_chars or seconds > rules.max_seconds):
        return math.inf
    slack = max(0.0, 1 - width / rules.max_chars)
    cost = 1 + slack * slack
    cost += _SPLIT_COST * phrase[begin].is_continuation + _HIDDEN_MARK_COST * _count_hidden_marks(run)
    if end == len(phrase):
        return cost + _SHORT_GROUP_COST * (seconds < rules.min_seconds)
    seconds_to_next = phrase[end].start - run[0].start
    gap = phrase[end].start - run[-1].end
    cost += _SHORT_GROUP_COST * (seconds_to_next < rules.min_seconds) + _CLAUSE_END_COST * run[-1].is_clause_end
    cost += _HANGING_COST * run[-1].binding
    return cost + _GAP_COST * min(1.0, gap / rules.gap_break)


def _count_hidden_marks(run: Sequence[CaptionWord]) -> int:
    return sum(is_unspaced_pair(one.text, other.text) and not is_joined(one, other) for one, other in pairwise(run))

"""Planning of cuts: long pauses are shortened, fillers taken out, and never a part of a word."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction

from models.captions.cut_rules import CutRules
from models.jobs.transcript import Word
from models.sentences import is_sentence_end
from pipeline.media.editing.cut_list import Cut, CutList
from pipeline.media.streams.frame_times import FrameTimes

_TOLERANCE = Fraction(1, 1000)  # seconds: times of words are decimals, those of frames are not
_MERGED_SECONDS = 0.05  # between a filler and a pause: they are one


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the sound, in seconds, in which nothing is said that has to stay."""

    start: float
    end: float
    is_filler: bool = False


@dataclass(frozen=True, slots=True)
class _Gap:
    """What is between two words that stay; None: before the first, after the last."""

    start: float
    end: float
    before: Word | None
    after: Word | None


def plan_cuts(
    words: Sequence[Word],
    fillers: AbstractSet[int],
    pauses: Sequence[tuple[float, float]],
    frames: FrameTimes,
    rules: CutRules,
) -> CutList:
    """Cuts at times of frames, so that picture and sound are cut at the same time, or between two that are far apart.

    `words` are those that were spoken, `fillers` indices of those that go, `pauses` where the sound is quiet.
    """
    spoken = [word for index, word in enumerate(words) if index not in fillers]
    quiet = [Span(*pause) for pause in pauses]
    hesitation = [Span(words[index].start, words[index].end, is_filler=True) for index in sorted(fillers)]
    cuts: list[Cut] = []
    for gap in _list_gaps(spoken, float(frames.end)):
        for span in _merge_spans(_clip_spans([*quiet, *hesitation], gap), rules.breath):
            cut = _shorten(span, gap, quiet, rules)
            snapped = _align_cut(cut, frames, rules, is_last=span.end >= float(frames.end)) if cut else None
            if snapped and (not cuts or snapped.start > cuts[-1].end):
                cuts.append(snapped)
    return CutList(cuts)


def _list_gaps(spoken: Sequence[Word], end: float) -> Iterator[_Gap]:
    """The times at which no word is spoken; of words that overlap the one that ends last counts."""
    last, reached = None, 0.0
    for word in sorted(spoken, key=lambda each: each.start):
        if word.start > reached:
            yield _Gap(reached, word.start, last, word)
        if last is None or word.end >= reached:
            last, reached = word, max(reached, word.end)
    if end > reached:
        yield _Gap(reached, end, last, None)


def _clip_spans(spans: Sequence[Span], gap: _Gap) -> list[Span]:
    clipped = (Span(max(gap.start, span.start), min(gap.end, span.end), span.is_filler) for span in spans)
    return sorted((span for span in clipped if span.start < span.end), key=lambda span: span.start)


def _merge_spans(spans: Sequence[Span], breath: float) -> list[Span]:
    """Join spans that overlap or follow each other, with a breath between two pauses."""
    merged: list[Span] = []
    for span in spans:
        last = merged[-1] if merged else None
        is_filler = span.is_filler or bool(last and last.is_filler)
        if last and span.start - last.end <= (_MERGED_SECONDS if is_filler else breath):
            merged[-1] = Span(last.start, max(last.end, span.end), is_filler)
        else:
            merged.append(span)
    return merged


def _shorten(span: Span, gap: _Gap, quiet: Sequence[Span], rules: CutRules) -> tuple[float, float] | None:
    """What goes of a span: all but a rest of the quiet at its ends; None where that is too little."""
    lead = 0.0 if gap.before is None else rules.tail if gap.after is None else _choose_rest(gap.before, rules)
    trail = 0.0 if gap.after is None else rules.head if gap.before is None else rules.before
    start, end = _keep_quiet(span.start, lead, quiet), -_keep_quiet(-span.end, trail, _reverse(quiet))
    if not span.is_filler and span.end - span.start <= max(rules.longest, lead + trail):
        return None
    return (start, end) if end - start >= (rules.least_filler if span.is_filler else rules.least) else None


def _choose_rest(word: Word, rules: CutRules) -> float:
    return rules.after_sentence if is_sentence_end(word.text) else rules.after


def _keep_quiet(start: float, seconds: float, quiet: Sequence[Span]) -> float:
    """Where a cut begins that leaves so many seconds after `start`, fewer where it is quiet for less."""
    ends = [span.end for span in quiet if span.start <= start + _MERGED_SECONDS and span.end > start]
    return min(start + seconds, max(ends, default=start))


def _reverse(spans: Sequence[Span]) -> list[Span]:
    """Spans in a time that runs backwards."""
    return [Span(-span.end, -span.start) for span in spans]


def _align_cut(cut: tuple[float, float], frames: FrameTimes, rules: CutRules, *, is_last: bool) -> Cut | None:
    """Move a cut to the times of frames within it, where there are some at its edges."""
    start, end = Fraction(cut[0]), frames.end if is_last else Fraction(cut[1])
    first = bisect_left(frames.times, start - _TOLERANCE)
    if first < len(frames.times) and frames.times[first] - start <= rules.snap:
        start = frames.times[first]
    last = bisect_right(frames.times, end + _TOLERANCE) - 1
    if not is_last and last >= 0 and end - frames.times[last] <= rules.snap:
        end = frames.times[last]
    return Cut(start, end) if start < end else None

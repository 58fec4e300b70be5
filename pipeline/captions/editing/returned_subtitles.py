"""Subtitles of a film that come back corrected: which words of its source they are, and when those are said."""

from collections import Counter, defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Final, Self

from models.jobs.options import CaptionOptions, JobOptions
from models.jobs.transcript import SubtitleLine, Transcript, Translation, Word
from pipeline.captions.editing.cut_words import cut_lines, cut_words, find_fillers
from pipeline.captions.emphasis import prepare_lines, prepare_texts
from pipeline.media.editing.cut_list import CutList
from pipeline.speech.correction import match_words, place_words
from pipeline.speech.subtitles.cues import drop_turn_mark, tokenize

_MIN_SHARE: Final = 0.5  # of the words of a file that are those of the film whose subtitles it has
_MAX_SECONDS: Final = 7.0  # of a caption, and what its times may be moved by
_MAX_CANDIDATES: Final = 50  # places at which a line is looked for


@dataclass(frozen=True, slots=True)
class ShownTranscript:
    """What the result of a job shows: words, the lines below them, and which parts of its input, in seconds, are not in
    it. `spoken` is what is said, where the words are a translation of that.
    """

    words: Transcript
    below: Translation | None
    spoken: Transcript | None
    options: JobOptions
    cuts: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True, slots=True)
class SubtitledWords:
    """The words of a transcript as a film's subtitles have them: `shown` are masked and at times after the cuts, each
    for the one of `kept` in its place, `masked` the texts behind masks. `dropped` are fillers that were cut out,
    `below` the lines of a translation.
    """

    language: str
    kept: Sequence[Word]
    shown: Sequence[Word]
    masked: Mapping[str, str]
    dropped: Sequence[Word]
    below: Sequence[SubtitleLine]
    cuts: CutList

    @classmethod
    def build(cls, shown: ShownTranscript) -> Self:
        """The words of a result. Fillers are cut out of what is said, and of no translation of that."""
        words, language, cuts = shown.words.words, shown.words.language, CutList.from_seconds(shown.cuts)
        is_spoken = shown.spoken is None or shown.spoken.words == words
        fillers = find_fillers(words, language) if cuts and is_spoken else frozenset[int]()
        cut: Sequence[Word] = cut_words(words, fillers, cuts) if cuts else words
        texts, below = cut, shown.below
        if isinstance(shown.options, CaptionOptions):
            texts = prepare_texts(cut, shown.options, language)
            below = prepare_lines(below, shown.options) if below else None
        return cls(
            language,
            [word for index, word in enumerate(words) if index not in fillers],
            texts,
            {after.text: before.text for before, after in zip(cut, texts, strict=True) if after.text != before.text},
            [words[index] for index in sorted(fillers)],
            cut_lines(below, cuts).lines if below else (),
            cuts,
        )

    def has_texts_of(self, words: Sequence[Word]) -> bool:
        """Whether a file has these subtitles, changed in places, rather than others."""
        known = Counter(word.text for word in self.shown)
        known.update(token for line in self.below for token in tokenize(line.text))
        return (known & Counter(drop_turn_mark(word.text) for word in words)).total() >= _MIN_SHARE * len(words)

    def count_matches(self, words: Sequence[Word]) -> int:
        """How many words of a file are words of the subtitles at about their times."""
        return sum(index is not None for index in match_words(self.shown, words))

    def remove_lines_below(self, words: Sequence[Word]) -> Sequence[Word] | None:
        """The words of a file without the lines below; None where one of those was changed, so that nobody can tell it
        from what is said.
        """
        places, removed, missing = _index_words(words), set[int](), list[SubtitleLine]()
        timed = list(words)
        for line in self.below:
            found = _find_line(line, words, places, removed)
            removed.update(found)
            missing += [] if found else [line]
            _extend_line_above(timed, found)
        if not removed:
            return words
        rest = [word for index, word in enumerate(timed) if index not in removed]
        unknown = [word for word, match in zip(rest, match_words(self.shown, rest), strict=True) if match is None]
        return None if any(line.start <= word.start < line.end for line in missing for word in unknown) else rest

    def restore(self, words: Sequence[Word]) -> Transcript:
        """The transcript with the words of a file. Words that stayed are the original ones, also behind a mask, with
        their exact times; others are at the times of the source, and fillers that were cut out are there again.
        """
        matches = [None if index is None else self.kept[index] for index in match_words(self.shown, words)]
        placed = place_words(self.kept, [self._move(word) for word in words], matches)
        with_dropped = merge(self.dropped, placed, key=lambda word: word.start) if placed else ()
        return Transcript(language=self.language, words=tuple(with_dropped))

    def _move(self, word: Word) -> Word:
        start = self.cuts.find_source_start(word.start)
        times = {"start": start, "end": max(start, self.cuts.find_source_end(word.end))}
        if word.cue_end is not None:
            times["cue_end"] = self.cuts.find_source_end(word.cue_end)
        return word.model_copy(update={**times, "text": self.masked.get(word.text, word.text)})


def _extend_line_above(words: list[Word], below: range) -> None:
    """Give the words of a caption, which shared its time with those below them, all of it."""
    first = below.start
    while first > 0 and words[first - 1].has_estimated_times and words[first - 1].end == words[first].start:
        first -= 1
    if first == below.start:
        return
    start, middle, end = words[first].start, words[below.start].start, words[below.stop - 1].end
    scale = (end - start) / (middle - start) if middle > start else 1.0
    for index in range(first, below.start):
        word = words[index]
        times = {"start": start + (word.start - start) * scale, "end": start + (word.end - start) * scale}
        words[index] = word.model_copy(update=times)


def _index_words(words: Sequence[Word]) -> Mapping[str, Sequence[int]]:
    places: dict[str, list[int]] = defaultdict(list)
    for index, word in enumerate(words):
        places[drop_turn_mark(word.text)].append(index)
    return places


def _find_line(
    line: SubtitleLine, words: Sequence[Word], places: Mapping[str, Sequence[int]], taken: Container[int]
) -> range:
    """The indexes of the words of a line about its time, none of them taken; empty where there is none."""
    tokens = tokenize(line.text)
    starts = places.get(tokens[0], ()) if tokens else ()
    near = (at for at in starts if at not in taken and abs(words[at].start - line.start) <= _MAX_SECONDS)
    for start in islice(near, _MAX_CANDIDATES):
        if [word.text for word in words[start + 1 : start + len(tokens)]] == list(tokens[1:]):
            return range(start, start + len(tokens))
    return range(0)

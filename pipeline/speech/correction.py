"""Correction of a transcript: its words as numbered lines, and the words of lines with another text.

Words that stay keep their times exactly. Those that are new share, by their characters, the time of the words they
replace, or what lies between their neighbours.
"""

import math
import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Final

from models.jobs.transcript import Transcript, Word, mark_estimated
from models.languages import load_languages
from pipeline.captions.phrase_breaks import has_phrases, split_phrases
from pipeline.captions.scripts import is_unspaced_pair
from pipeline.speech.subtitles import writer
from pipeline.speech.subtitles.cues import drop_turn_mark
from pipeline.speech.word_timing import MAX_TEXT_CHARACTERS, MIN_WORD_SECONDS, spread_words

_SAME_WORD_SECONDS: Final = 1.0  # by which a word may differ from where a line's characters put it
_SECONDS_PER_CHARACTER: Final = 0.07  # of a speaker in no hurry
_CUE_FIELDS: Final = frozenset({"cue", "cue_end"})
_UNSPACED_TOKENS: Final = re.compile(r"[^\w\s]*[\u3040-\u30ff\u3400-\u9fff][^\w\s]*|[^\s\u3040-\u30ff\u3400-\u9fff]+")


def list_lines(transcript: Transcript) -> list[list[Word]]:
    """The words by line, numbered from 1 in this order, which is that of the captions in its .srt file."""
    return writer.group_words(transcript)


def list_line_texts(transcript: Transcript) -> list[str]:
    """The text of each line, with a dash where another speaker begins."""
    return [writer.join_turn(line, transcript) for line in list_lines(transcript)]


def correct_lines(transcript: Transcript, texts: Mapping[int, str]) -> Transcript:
    """The transcript with other texts for the lines of those numbers; an empty text removes the line.

    A dash before a text, or before one of its lines, says that another speaker begins; without one it stays who it was.
    It counts as given by the user. There may be no words left. Numbers of no line are ignored.
    """
    lines = list_lines(transcript)
    words: list[Word] = []
    for number, (line, follower) in enumerate(zip(lines, [*lines[1:], []], strict=True), start=1):
        if number in texts and not _is_unchanged(texts[number], line, transcript):
            tokens, turns = _split_turns(texts[number], {word.text for word in line}, transcript.language)
            corrected = LineCorrection(line, words[-1:], follower[:1]).apply(tokens)
            words += _mark_turns(corrected, turns if words else turns - {0})  # nobody spoke before the first word
        else:
            words += line
    return Transcript(language=transcript.language, words=tuple(words))


def _is_unchanged(text: str, line: Sequence[Word], transcript: Transcript) -> bool:
    return _normalize(text) in {_normalize(join(line, transcript)) for join in (writer.join_group, writer.join_turn)}


def _split_turns(text: str, known: Collection[str], language: str) -> tuple[list[str], set[int]]:
    """The words of a text, and the indexes of those that another speaker begins with."""
    tokens: list[str] = []
    turns: set[int] = set()
    for line in map(str.strip, text.splitlines()):
        said = drop_turn_mark(line)
        if said != line:
            turns.add(len(tokens))
        tokens += split_text(said, known, language)
    return tokens, turns


def _mark_turns(words: Sequence[Word], turns: Collection[int]) -> list[Word]:
    return [
        word.model_copy(update={"is_speaker_change": True}) if index in turns else word
        for index, word in enumerate(words)
    ]


def place_words(known: Sequence[Word], words: Sequence[Word], matches: Sequence[Word | None]) -> tuple[Word, ...]:
    """Words of a corrected file in order, those that match replaced by what they match, whose times stay. Its lines are
    cues where those of the words that are known are.
    """
    limits = list(accumulate(reversed([match.start if match else math.inf for match in matches]), min))[::-1]
    known_cues = {name for word in known for name in _CUE_FIELDS if getattr(word, name) is not None}
    without_cues = dict.fromkeys(_CUE_FIELDS - known_cues)
    placed: list[Word] = []
    for word, match, limit in zip(words, matches, limits, strict=True):
        start = min(max(word.start, placed[-1].start if placed else 0.0), limit)
        timed = match or word.model_copy(update={"start": start, "end": max(start, word.end)})
        turn = {"is_speaker_change": word.is_speaker_change}
        placed.append(timed.model_copy(update=_place_of(word) | without_cues | turn))
    return tuple(placed)


def match_words(known: Sequence[Word], words: Sequence[Word]) -> Iterator[int | None]:
    """For each word the index of the next one of that text and about that time, in order; in one pass, however long
    both are."""
    by_text: dict[str, deque[int]] = defaultdict(deque)
    for index, word in enumerate(known):
        by_text[word.text].append(index)
    earliest = 0.0
    for word in words:
        candidates = by_text[word.text] or by_text[drop_turn_mark(word.text)]
        while candidates and known[candidates[0]].start < max(earliest, word.start - _SAME_WORD_SECONDS):
            candidates.popleft()
        if candidates and known[candidates[0]].start <= word.start + _SAME_WORD_SECONDS:
            earliest = known[candidates[0]].start
            yield candidates.popleft()
        else:
            yield None


def split_text(text: str, known: Collection[str], language: str) -> list[str]:
    """Split a text into words, whose characters are those of the text but for spaces. `known` are words that were in
    it before, which stay whole: some have spaces, and in a language without spaces they and its phrases alone tell
    where words end.
    """
    by_length = sorted({each for each in map(_normalize, known) if each}, key=lambda each: (-len(each), each))
    is_spaceless = language in load_languages().spaceless
    tokens = (_split_unspaced if is_spaceless else _split_spaced)(_normalize(text), by_length)
    if is_spaceless and has_phrases(language):
        tokens = [
            part for token in tokens for part in ([token] if token in by_length else _split_token(token, language))
        ]
    return [
        token[start : start + MAX_TEXT_CHARACTERS]
        for token in tokens
        for start in range(0, len(token), MAX_TEXT_CHARACTERS)
    ]


def _split_token(token: str, language: str) -> Sequence[str]:
    """The phrases of a new text; what is written with spaces around it is a word."""
    return split_phrases(token, language) if is_unspaced_pair(token, token) else [token]


def _split_spaced(text: str, known: Sequence[str]) -> list[str]:
    """Split at spaces; a lone punctuation mark belongs to the word before it."""
    tokens: list[str] = []
    while text:
        word = next((each for each in known if f"{text} ".startswith(f"{each} ")), "")
        token = word or text.partition(" ")[0]
        if tokens and not word and not any(map(str.isalnum, token)):
            tokens[-1] += f" {token}"
        else:
            tokens.append(token)
        text = text[len(token) :].lstrip(" ")
    return tokens


def _split_unspaced(text: str, known: Sequence[str]) -> list[str]:
    tokens: list[str] = []
    unknown = ""
    while text:
        word = next((each for each in known if text.startswith(each) and not _is_mark(text[len(each) :][:1])), "")
        if word:
            tokens += [*_UNSPACED_TOKENS.findall(unknown), word]
            unknown = ""
        else:
            unknown += text[0]
        text = text[len(word) or 1 :]
    return [*tokens, *_UNSPACED_TOKENS.findall(unknown)]


def _is_mark(character: str) -> bool:
    """Whether a character is drawn onto the one before it."""
    return bool(character) and unicodedata.category(character).startswith("M")


def _normalize(text: str) -> str:
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class LineCorrection:
    """A line to be corrected, and its neighbours, where there are any: the word before it, and the one after it."""

    line: Sequence[Word]
    before: Sequence[Word]
    after: Sequence[Word]

    def apply(self, tokens: Sequence[str]) -> list[Word]:
        """The words of the line with that text."""
        if self._has_time_of_cue and len(tokens) != len(self.line):
            return self._share_time(tokens)
        known = [_normalize(word.text) for word in self.line]
        words: list[Word] = []
        for tag, first, last, new_first, new_last in SequenceMatcher(None, known, tokens, autojunk=False).get_opcodes():
            replaced, new = self.line[first:last], tokens[new_first:new_last]
            if tag == "equal":
                words += replaced
            elif len(replaced) == len(new):
                words += (word.model_copy(update={"text": text}) for word, text in zip(replaced, new, strict=True))
            elif new:
                words += self._spread(new, first, last, [*self.before, *words][-1:])
        return words

    @property
    def _has_time_of_cue(self) -> bool:
        """Whether the line has a time of its own, and its words none."""
        is_estimated = len(self.line) == 1 or all(word.has_estimated_times for word in self.line)
        return self.line[0].cue_end is not None and is_estimated

    def _share_time(self, texts: Sequence[str]) -> list[Word]:
        """The words spread over the time of the line, which stays what it was."""
        first, last = self.line[0], self.line[-1]
        words = mark_estimated(spread_words(texts, first.start, last.end))
        turns = [first.is_speaker_change, *[False] * len(texts)]
        return [
            word.model_copy(update={"is_speaker_change": turn, **_place_of(first)})
            for word, turn in zip(words, turns, strict=False)
        ]

    def _spread(self, texts: Sequence[str], first: int, last: int, before: Sequence[Word]) -> Iterator[Word]:
        """Spread words over the time of those of these indexes, which they replace, or between their neighbours."""
        replaced = self.line[first:last]
        after = [*self.line[last:], *self.after][:1]
        spoken = _SECONDS_PER_CHARACTER * sum(map(len, texts))
        span = _compute_gap(before, after, spoken)
        if replaced:
            span = _compute_own_span(replaced, span[1], spoken) or span
        elif first == 0:
            span = (max(span[0], span[1] - spoken), span[1])
        elif last == len(self.line):
            span = (span[0], min(span[1], span[0] + spoken))
        is_speaker_change = any(word.is_speaker_change for word in replaced)
        for word in spread_words(texts, *_extend_span(span, before, texts)):
            yield word.model_copy(update={"is_speaker_change": is_speaker_change, **_place_of(self.line[0])})
            is_speaker_change = False


def _place_of(word: Word) -> dict[str, object]:
    """Where a word's subtitle stands, in the picture and in time."""
    return word.model_dump(include={"anchor", "side", "cue", "cue_end"})


def _compute_own_span(replaced: Sequence[Word], limit: float, spoken: float) -> tuple[float, float] | None:
    """The time of the words that are replaced, longer where more is said and there is time before `limit`, the next
    word; None where there is less than a word needs."""
    start = replaced[0].start
    end = min(max(replaced[-1].end, start + spoken), limit)
    return (start, end) if end - start >= MIN_WORD_SECONDS else None


def _compute_gap(before: Sequence[Word], after: Sequence[Word], spoken: float) -> tuple[float, float]:
    """The time between two words; after the last one as long as it takes to say the new ones."""
    start = before[0].end if before else 0.0
    end = after[0].start if after else start + spoken
    return min(start, end), end


def _extend_span(span: tuple[float, float], before: Sequence[Word], texts: Sequence[str]) -> tuple[float, float]:
    """The span, begun during the word before it where it is too short to be seen: that one is highlighted only until
    the next one begins."""
    if span[1] - span[0] >= MIN_WORD_SECONDS * len(texts) or not before:
        return span
    word = before[0]
    share = len(word.text) / (len(word.text) + sum(map(len, texts)))
    return max(word.start, min(span[0], word.start + (span[1] - word.start) * share)), span[1]

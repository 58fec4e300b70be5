"""Words as they are displayed: in pieces that fit, without what no font draws, in capitals where the style has them."""

import math
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from models.captions.placement import Anchor
from models.captions.style import CaptionStyle
from models.captions.word_lists import is_listed
from models.jobs.transcript import Word
from pipeline.captions.phrase_breaks import find_phrase_starts
from pipeline.captions.scripts import count_columns, is_attached, is_unspaced_pair, split_clusters, to_upper

_SENTENCE_ENDS = frozenset(".?!…。！？؟।॥‼⁇")
_CLAUSE_ENDS = frozenset(",;:،؛、，；：—–")
_CLOSING_MARKS = "\"'”’»)]}›"


@dataclass(frozen=True, slots=True)
class CaptionWord:
    """A word as it is displayed, with its times in seconds, what it ends or begins, and how it stands out.

    A function word, such as an article, belongs to what follows it: breaks go before it. A continuation belongs to the
    phrase of the word before it, in a language without spaces.

    `scale` is of the font size; `emphasis` counts the words of the film that are emphasised, `speaker` the turns.
    """

    text: str
    start: float
    end: float
    is_sentence_end: bool = False
    is_clause_end: bool = False
    is_speaker_change: bool = False
    is_function_word: bool = False
    is_continuation: bool = False
    has_estimated_times: bool = False
    is_emphasised: bool = False
    scale: float = 1.0
    emphasis: int | None = None
    speaker: int = 0
    anchor: Anchor | None = None  # where the words' subtitle stands, if its file says so


def prepare_words(
    words: Sequence[Word],
    style: CaptionStyle,
    language: str,
    keep_drawable: Callable[[str], str],
    max_columns: int,
    emphasised: AbstractSet[int] = frozenset(),
) -> list[CaptionWord]:
    """Return the words as they are displayed, in the order of their starts.

    `keep_drawable` removes what no font can draw; a word left empty is dropped, but not the turn it begins. A word
    wider than `max_columns`, or one with spaces, is split into pieces, each with its share of the time. `emphasised`
    are indices of words.
    """
    turns = accumulate(index > 0 and word.is_speaker_change for index, word in enumerate(words))
    formatted = (
        replace(
            _format_word(piece, style, language, keep_drawable), is_emphasised=index in emphasised, speaker=int(turn)
        )
        for index, (word, turn) in enumerate(zip(words, turns, strict=True))
        for piece in _split_word(word, max_columns)
    )
    kept = _mark_turns(_join_marks(sorted((word for word in formatted if word.text), key=lambda word: word.start)))
    ends = [max(a.start, min(a.end, b.start)) for a, b in pairwise(kept)]
    ordered = [
        replace(word, end=end) for word, end in zip(kept, [*ends, *(word.end for word in kept[-1:])], strict=True)
    ]
    return [word for run in _split_runs(ordered) for word in _mark_continuations(run, language)]


def is_joined(before: CaptionWord, after: CaptionWord) -> bool:
    """Whether no space goes between two words; in a script without spaces one stands for a mark that is not shown."""
    is_end = before.is_clause_end or before.is_sentence_end
    has_hidden_mark = is_end and unicodedata.category(before.text[-1])[0] in "LMN"
    return is_unspaced_pair(before.text, after.text) and not has_hidden_mark


def _mark_turns(words: Sequence[CaptionWord]) -> list[CaptionWord]:
    """The words that are left, with a change of the speaker where another turn begins."""
    changes = [False, *(one.speaker != other.speaker for one, other in pairwise(words))]
    return [replace(word, is_speaker_change=change) for word, change in zip(words, changes, strict=False)]


def _join_marks(words: Sequence[CaptionWord]) -> list[CaptionWord]:
    """Join words that begin in the middle of a letter, as Thai ones of Whisper may, to the one before."""
    joined: list[CaptionWord] = []
    for word in words:
        if joined and is_attached(word.text[0]):
            last = joined[-1]
            joined[-1] = replace(
                last,
                text=last.text + word.text,
                end=max(last.end, word.end),
                is_sentence_end=word.is_sentence_end,
                is_clause_end=word.is_clause_end,
            )
        else:
            joined.append(word)
    return joined


def _split_runs(words: Sequence[CaptionWord]) -> Iterator[list[CaptionWord]]:
    """Split between words that are not written together."""
    run: list[CaptionWord] = []
    for word in words:
        if run and (word.is_speaker_change or not is_joined(run[-1], word)):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _mark_continuations(run: Sequence[CaptionWord], language: str) -> list[CaptionWord]:
    if len(run) == 1:
        return list(run)
    starts = find_phrase_starts([word.text for word in run], language)
    return [replace(word, is_continuation=not is_start) for word, is_start in zip(run, starts, strict=True)]


def is_sentence_end(text: str) -> bool:
    """Whether a sentence ends with a word."""
    return text.rstrip(_CLOSING_MARKS)[-1:] in _SENTENCE_ENDS


def _split_word(word: Word, max_columns: int) -> Iterator[Word]:
    """Split a word at its spaces and, if it is too wide for a line, between its letters."""
    texts = [
        chunk for text in unicodedata.normalize("NFC", word.text).split() for chunk in _split_text(text, max_columns)
    ]
    total = sum(map(len, texts))
    characters_done = 0
    for text in texts:
        start = word.start + (word.end - word.start) * characters_done / total
        characters_done += len(text)
        end = max(start, word.start + (word.end - word.start) * characters_done / total)
        yield word.model_copy(update={"text": text, "start": start, "end": end})


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
        is_function_word=is_listed(word.text, "function", language),
        has_estimated_times=word.has_estimated_times,
        anchor=word.anchor,
    )


def _strip_punctuation(text: str, drop: str) -> str:
    """Strip the punctuation in `drop` from the end, also before a closing quote; an ellipsis of dots stays."""
    core = text.rstrip(_CLOSING_MARKS)
    closers = text[len(core) :]
    return text if core.endswith("...") else core.rstrip(drop) + closers

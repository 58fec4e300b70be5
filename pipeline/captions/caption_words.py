"""Words as they are displayed: in pieces that fit, without what no font draws, in capitals where the style has them."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import NamedTuple

from models.captions.placement import NOT_PLACED, TextPosition
from models.captions.style import CaptionStyle
from models.jobs.transcript import Word
from models.sentences import CLOSING_MARKS, SENTENCE_ENDS, is_abbreviation
from pipeline.captions.phrase_breaks import find_phrase_starts, measure_binding
from pipeline.captions.scripts import is_attached, is_unspaced_pair, split_columns, to_upper

_CLAUSE_ENDS = frozenset(",;:،؛、，；：—–")
_LONE_MARK = re.compile(r"[.…,;:]+|[?!]+|[。，、；：！？]+")


@dataclass(frozen=True, slots=True)
class CaptionWord:
    """A word as it is displayed, with its times in seconds, what it ends or begins, and how it stands out.

    `binding` is how strongly it belongs to what follows it, 0 to 1: breaks go before an article, and not into a number.
    A continuation belongs to the phrase of the word before it, in a language without spaces.

    `scale` is of the font size; `emphasis` counts the words of the film that are emphasised, `speaker` the turns.
    """

    text: str
    start: float
    end: float
    is_sentence_end: bool = False
    is_clause_end: bool = False
    is_speaker_change: bool = False
    binding: float = 0.0
    is_continuation: bool = False
    has_estimated_times: bool = False
    is_emphasised: bool = False
    scale: float = 1.0
    emphasis: int | None = None
    speaker: int = 0
    position: TextPosition = NOT_PLACED
    source: str = ""  # as it was said
    cue: int | None = None
    cue_end: float | None = None


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
    pieces = _split_words(words, max_columns)
    followers = [*(piece.word.text for piece in pieces), ""][1:]
    formatted = (
        replace(
            _format_word(piece.word, follower, style, language, keep_drawable),
            is_emphasised=piece.number in emphasised,
            speaker=piece.speaker,
        )
        for piece, follower in zip(pieces, followers, strict=True)
    )
    kept = _join_marks(sorted((word for word in formatted if word.text), key=lambda word: word.start))
    kept = bind_words(_mark_turns(kept, style.group.turn_mark), language)
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


def _mark_turns(words: Sequence[CaptionWord], mark: str) -> list[CaptionWord]:
    """The words that are left, with a change of the speaker where another turn begins, and the mark of one before it;
    of a cue in which two speak the first words have it too.
    """
    pairs = list(pairwise(words))
    changes = [False, *(one.speaker != other.speaker for one, other in pairs)]
    dialogues = {other.cue for one, other in pairs if one.speaker != other.speaker and one.cue == other.cue} - {None}
    firsts = [True, *(one.cue != other.cue for one, other in pairs)]
    return [
        replace(
            word,
            is_speaker_change=change,
            text=f"{mark}{word.text}" if change or (is_first and word.cue in dialogues) else word.text,
        )
        for word, change, is_first in zip(words, changes, firsts, strict=False)
    ]


def bind_words(words: Sequence[CaptionWord], language: str) -> list[CaptionWord]:
    """The words with how strongly each belongs to the next one."""
    followers = [*words[2:], None]
    bound = [
        replace(
            word,
            binding=measure_binding(
                word.source,
                following.source,
                after.source if after else "",
                language,
                is_clause_end=word.is_sentence_end or word.is_clause_end,
            ),
        )
        for (word, following), after in zip(pairwise(words), followers, strict=False)
    ]
    return [*bound, *words[-1:]]


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
        if run and (word.is_speaker_change or word.cue != run[-1].cue or not is_joined(run[-1], word)):
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


class _WordPiece(NamedTuple):
    """A piece of a word, the number of the word, and how many turns there were before."""

    word: Word
    number: int
    speaker: int


def _split_words(words: Sequence[Word], max_columns: int) -> list[_WordPiece]:
    """The pieces of words; a mark that stands by itself, such as dots after a pause, is part of the one before it."""
    pieces: list[_WordPiece] = []
    turns = accumulate(index > 0 and word.is_speaker_change for index, word in enumerate(words))
    for index, (word, turn) in enumerate(zip(words, turns, strict=True)):
        for piece in _split_word(word, max_columns):
            last = pieces[-1] if pieces and pieces[-1].speaker == turn else None
            if last and _is_lone_mark(piece.text):
                pieces[-1] = last._replace(word=_attach_mark(last.word, piece))
            elif last and _is_lone_mark(last.word.text):
                text = last.word.text + piece.text
                pieces[-1] = _WordPiece(piece.model_copy(update={"text": text}), index, int(turn))
            else:
                pieces.append(_WordPiece(piece, index, int(turn)))
    return pieces


def _is_lone_mark(text: str) -> bool:
    return _LONE_MARK.fullmatch(text) is not None


def _attach_mark(word: Word, mark: Word) -> Word:
    """The word with a mark behind it, which takes no time where there was a pause between them."""
    separator = " " if mark.text[0] in "?!" else ""
    text = word.text if word.text.endswith(mark.text) else f"{word.text}{separator}{mark.text}"
    return word.model_copy(update={"text": text, "end": mark.end if mark.start <= word.end else word.end})


def _split_word(word: Word, max_columns: int) -> Iterator[Word]:
    """Split a word at its spaces and, if it is too wide for a line, between its letters."""
    texts = [
        chunk for text in unicodedata.normalize("NFC", word.text).split() for chunk in split_columns(text, max_columns)
    ]
    total = sum(map(len, texts))
    characters_done = 0
    for text in texts:
        start = word.start + (word.end - word.start) * characters_done / total
        characters_done += len(text)
        end = max(start, word.start + (word.end - word.start) * characters_done / total)
        yield word.model_copy(update={"text": text, "start": start, "end": end})


def _format_word(
    word: Word, following: str, style: CaptionStyle, language: str, keep_drawable: Callable[[str], str]
) -> CaptionWord:
    core = word.text.rstrip(CLOSING_MARKS)
    is_short = is_abbreviation(core, following, language)
    text = word.text if is_short else _strip_punctuation(word.text, style.group.drop)
    if style.font.case == "upper":
        text = to_upper(text, language)
    return CaptionWord(
        keep_drawable(text).strip(),
        word.start,
        word.end,
        is_sentence_end=core[-1:] in SENTENCE_ENDS and not is_short,
        is_clause_end=core[-1:] in _CLAUSE_ENDS,
        source=word.text,
        has_estimated_times=word.has_estimated_times,
        position=word.position,
        cue=word.cue,
        cue_end=word.cue_end,
    )


def _strip_punctuation(text: str, drop: str) -> str:
    """Strip the punctuation in `drop` from the end, also before a closing quote; an ellipsis of dots stays."""
    core = text.rstrip(CLOSING_MARKS)
    closers = text[len(core) :]
    return text if core.endswith("...") else core.rstrip(drop) + closers

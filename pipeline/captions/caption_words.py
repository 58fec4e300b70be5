"""Words as they are displayed: in pieces that fit, without what no font draws, in capitals where the style has them."""

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from models.captions.placement import NOT_PLACED, TextPosition
from models.captions.style import CaptionStyle
from models.captions.word_lists import is_listed
from models.jobs.transcript import Word
from pipeline.captions.phrase_breaks import find_phrase_starts
from pipeline.captions.scripts import count_columns, is_attached, is_unspaced_pair, split_clusters, to_upper

_SENTENCE_ENDS = frozenset(".?!…。！？؟।॥‼⁇")
_CLAUSE_ENDS = frozenset(",;:،؛、，；：—–")
_CLOSING_MARKS = "\"'”’»)]}›"
_OPENING_MARKS = "\"'“‘«([{¿¡"
_DIGIT = re.compile(r"\d")
_SYMBOL = re.compile(r"[%‰€$£¥₹]")
_CURRENCY = re.compile(r"(?:[A-Z]{1,3})?[$€£¥₹]")
_GLUED, _LEADING, _FUNCTION = 1.0, 0.8, 0.2  # how strongly a word belongs to the next one


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
    turns = accumulate(index > 0 and word.is_speaker_change for index, word in enumerate(words))
    formatted = (
        replace(
            _format_word(piece, style, language, keep_drawable), is_emphasised=index in emphasised, speaker=int(turn)
        )
        for index, (word, turn) in enumerate(zip(words, turns, strict=True))
        for piece in _split_word(word, max_columns)
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
        replace(word, binding=_measure_binding(word, following, after, language))
        for (word, following), after in zip(pairwise(words), followers, strict=False)
    ]
    return [*bound, *words[-1:]]


def _measure_binding(word: CaptionWord, following: CaptionWord, after: CaptionWord | None, language: str) -> float:
    text, other = word.source, following.source
    if not any(character.isalnum() for character in other) and not _SYMBOL.search(other):
        return _GLUED  # a mark that stands by itself
    if _CURRENCY.fullmatch(text.lstrip(_OPENING_MARKS)) and _DIGIT.search(other):
        return _GLUED
    if word.is_sentence_end or word.is_clause_end:
        return 0.0
    if _is_number_before(text, other, after.source if after else "", language):
        return _GLUED
    if is_listed(text, "leading", language) or (_is_name_part(text) and _is_name_part(other)):
        return _LEADING
    return _FUNCTION if is_listed(text, "function", language) else 0.0


def _is_number_before(text: str, other: str, after: str, language: str) -> bool:
    """Whether two words are of one number with what it counts, which may take two words itself."""
    if is_listed(f"{text} {other}", "units", language):
        return True
    is_unit = _SYMBOL.search(other) or any(is_listed(each, "units", language) for each in (other, f"{other} {after}"))
    return bool(is_unit) and (_DIGIT.search(text) is not None or is_listed(text, "units", language))


def _is_name_part(text: str) -> bool:
    """Whether a word may be one of those that a name consists of: with a capital, and small letters behind it."""
    core = text.lstrip(_OPENING_MARKS)
    return len(core) > 1 and core[0].isupper() and not core.isupper()


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
        source=word.text,
        has_estimated_times=word.has_estimated_times,
        position=word.position,
        cue=word.cue,
        cue_end=word.cue_end,
    )


def _strip_punctuation(text: str, drop: str) -> str:
    """Strip the punctuation in `drop` from the end, also before a closing quote; an ellipsis of dots stays."""
    core = text.rstrip(_CLOSING_MARKS)
    closers = text[len(core) :]
    return text if core.endswith("...") else core.rstrip(drop) + closers

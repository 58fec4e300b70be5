"""Words that stand out: which are emphasised, which are set small, and which are masked."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from models.captions.style import CaptionStyle
from models.captions.word_lists import is_listed, is_profane
from models.jobs.transcript import Word
from pipeline.captions.caption_words import CaptionWord
from pipeline.captions.scripts import split_clusters

_SENTENCE_ENDS = frozenset(".?!…:")
_OPENING_MARKS = "\"'“‘«([{¿¡-–—"
_MASK = "*"
_SMALL_SCALE = 0.58  # of the font size, of words that carry little in a stack
_NUMBER = re.compile(r"\d|[$€£¥₹%‰]")
_CAPITALS_MEAN_NOUNS = frozenset({"de", "lb"})  # languages in which a capital tells nothing of a name
_PRONOUNS = frozenset({"I", "I'm", "I’m", "I'll", "I’ll", "I've", "I’ve", "I'd", "I’d"})


def find_emphasis(words: Sequence[Word], language: str) -> frozenset[int]:
    """Indices of words worth emphasis: numbers, money, names inside sentences, and those of the language's list."""
    found = set()
    is_inside = False
    for index, word in enumerate(words):
        if _is_emphatic(word.text, language, is_inside=is_inside and not word.is_speaker_change):
            found.add(index)
        is_inside = word.text.rstrip("\"'”’»)]}")[-1:] not in _SENTENCE_ENDS
    return frozenset(found)


def mark_words(words: Sequence[CaptionWord], style: CaptionStyle, language: str) -> list[CaptionWord]:
    """Give words their emphasis and size; emphasised words in a row count as one."""
    marked: list[CaptionWord] = []
    count, was_emphasised = -1, False
    for word in words:
        is_emphasised = word.is_emphasised
        if is_emphasised and not was_emphasised:
            count = _find_next_fill(count + 1, word, style)
        scale = style.emphasis.scale if is_emphasised else _scale_of(word.text, style, language)
        marked.append(replace(word, emphasis=count if is_emphasised else None, scale=scale))
        was_emphasised = is_emphasised
    return marked


def _find_next_fill(count: int, word: CaptionWord, style: CaptionStyle) -> int:
    """The number of an emphasis: in a line that is highlighted as a whole the next one of another colour than the
    line's, where the style has one.
    """
    fills = style.emphasis.fills
    if not (word.has_estimated_times and fills):
        return count
    speakers = style.speakers
    fill = speakers[word.speaker % len(speakers)].active if speakers else style.active.fill or style.base.fill
    others = (n for n in range(count, count + len(fills)) if fills[n % len(fills)].upper() != fill.upper())
    return next(others, count)


def mask_profanity(text: str, language: str) -> str:
    """A word with all letters between its first and last replaced, if it is profane."""
    if not is_profane(text, language):
        return text
    letters = [index for index, cluster in enumerate(split_clusters(text)) if cluster[0].isalnum()]
    hidden = set(letters[1:-1] if len(letters) > 2 else letters[1:])
    return "".join(_MASK if index in hidden else cluster for index, cluster in enumerate(split_clusters(text)))


def _is_emphatic(text: str, language: str, *, is_inside: bool) -> bool:
    if _NUMBER.search(text) or is_listed(text, "emphasis", language):
        return True
    core = text.lstrip(_OPENING_MARKS)
    is_capitalised = core[:1].isalpha() and unicodedata.category(core[0]) == "Lu" and core not in _PRONOUNS
    return is_inside and is_capitalised and language not in _CAPITALS_MEAN_NOUNS


def _scale_of(text: str, style: CaptionStyle, language: str) -> float:
    return _SMALL_SCALE if style.lines == "stack" and is_listed(text, "function", language) else 1.0

"""Lists of words by language, in `words/`: what is emphasised, set small, masked, or cut out."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

from models.captions.tables import read_table

_APOSTROPHES = str.maketrans("’ʼ", "''")

_KEPT_LETTER = "ñ"  # another letter than n: coño is no cono
_OTHER = "other"  # the list of languages without one

WordListName = Literal["function", "emphasis", "fillers", "units", "leading"]


def normalize_word(text: str) -> str:
    """A word as the lists have it: without capitals, accents, and punctuation at its ends."""
    plain = _strip_accents(text.translate(_APOSTROPHES).casefold())
    return re.sub(r"^\W+|\W+$", "", plain)


def _strip_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def is_listed(text: str, name: WordListName, language: str) -> bool:
    """Whether a word is in a list of its language."""
    return normalize_word(text) in _load_words(name).get(language, frozenset())


def is_profane(text: str, language: str) -> bool:
    """Whether a word is masked on request, or a part of it between hyphens; where the language has no list, by what is
    profane in others and means nothing else.
    """
    lists = _load_profanity()
    patterns = lists.get(language, lists[_OTHER])
    is_capitalised = text.strip("\"'“‘«([{¿¡-–—")[:1].isupper() and not text.isupper()
    folded = _normalize_profane(text)
    parts = {folded, *re.split(r"[-‐]", folded)}
    return any(pattern.fullmatch(part) for pattern in patterns[is_capitalised:] for part in parts)


def _normalize_profane(text: str) -> str:
    """A word as the lists of profanity have it."""
    pieces = unicodedata.normalize("NFC", text).casefold().split(_KEPT_LETTER)
    return re.sub(r"^\W+|\W+$", "", _KEPT_LETTER.join(_strip_accents(piece) for piece in pieces))


@cache
def _load_words(name: WordListName) -> Mapping[str, frozenset[str]]:
    lists = read_table(f"words/{name}.toml")
    return {language: frozenset(word.replace("+", " ") for word in words.split()) for language, words in lists.items()}


@cache
def _load_profanity() -> Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    """By language what is masked in small letters only, and what is masked anyway."""
    lists = {language: words.split() for language, words in read_table("words/profanity.toml").items()}
    return {
        language: (
            _build_pattern([word[1:] for word in words if word.startswith("_")]),
            _build_pattern([word for word in words if not word.startswith("_")]),
        )
        for language, words in lists.items()
    }


def _build_pattern(words: Sequence[str]) -> re.Pattern[str]:
    """A pattern of any of the words; * stands for any letters, ? for one."""
    return re.compile(
        "|".join(re.escape(word).replace(r"\*", r"\w*").replace(r"\?", r"\w") for word in words) or "(?!)"
    )

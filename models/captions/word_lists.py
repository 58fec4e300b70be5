"""Lists of words by language, in `words/`: what is emphasised, set small, masked, cut out, or has an emoji."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Literal

from models.captions.tables import read_table

_APOSTROPHES = str.maketrans("’ʼ", "''")

WordListName = Literal["function", "emphasis", "fillers"]


def normalize_word(text: str) -> str:
    """A word as the lists have it: without capitals, accents, and punctuation at its ends."""
    decomposed = unicodedata.normalize("NFD", text.translate(_APOSTROPHES).casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"^\W+|\W+$", "", plain)


def is_listed(text: str, name: WordListName, language: str) -> bool:
    """Whether a word is in a list of its language."""
    return normalize_word(text) in _load_words(name).get(language, frozenset())


def is_profane(text: str, language: str) -> bool:
    """Whether a word is masked on request; where the language has no list, by those of all languages."""
    patterns = _load_profanity()
    pattern = patterns.get(language)
    folded = normalize_word(text)
    return any(each.fullmatch(folded) for each in ([pattern] if pattern else patterns.values()))


def find_emoji(text: str, language: str) -> str | None:
    """The emoji that goes with a word, if there is one."""
    return _load_emoji().get(language, {}).get(normalize_word(text))


@cache
def _load_emoji() -> Mapping[str, Mapping[str, str]]:
    return {
        language: {word: emoji for emoji, words in lists.items() for word in words.split()}
        for language, lists in read_table("words/emoji.toml").items()
    }


@cache
def _load_words(name: WordListName) -> Mapping[str, frozenset[str]]:
    return {language: frozenset(words.split()) for language, words in read_table(f"words/{name}.toml").items()}


@cache
def _load_profanity() -> Mapping[str, re.Pattern[str]]:
    lists = read_table("words/profanity.toml")
    return {
        language: re.compile("|".join(re.escape(word).replace(r"\*", r"\w*") for word in words.split()))
        for language, words in lists.items()
    }

"""Ends of sentences: their marks, and the abbreviations of `sentences.toml`, whose full stops end none."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from models.captions.word_lists import normalize_word

SENTENCE_ENDS: Final = frozenset(".?!…。！？؟।॥‼⁇")
CLOSING_MARKS: Final = "\"'”’»)]}›"
_OPENING_MARKS: Final = "\"'“‘«([{¿¡"


def is_sentence_end(text: str, following: str = "", language: str = "") -> bool:
    """Whether a sentence ends with a word; `following` is the next word, "" at the end of the text."""
    core = text.rstrip(CLOSING_MARKS)
    return core[-1:] in SENTENCE_ENDS and not is_abbreviation(core, following, language)


def is_abbreviation(text: str, following: str, language: str) -> bool:
    """Whether the full stop behind a word is that of an abbreviation, before that word, in a language with a list."""
    word, after = normalize_word(text), following.lstrip(_OPENING_MARKS)[:1]
    is_other = word in _list_abbreviations(text, "others", language) and not after.isupper()
    return bool(following) and (is_other or is_leading_abbreviation(text, following, language))


def is_leading_abbreviation(text: str, following: str, language: str) -> bool:
    """Whether a word is an abbreviation that belongs to the next one: to a name, or to a number."""
    word = normalize_word(text)
    is_number = word in _list_abbreviations(text, "numbers", language) and following[:1].isdigit()
    return is_number or word in _list_abbreviations(text, "names", language)


def _list_abbreviations(text: str, kind: str, language: str) -> frozenset[str]:
    """Those of a kind in a language; none for a text without a single full stop at its end."""
    is_short = text.endswith(".") and not text.endswith("..")
    return _load_abbreviations().get(language, {}).get(kind, frozenset()) if is_short else frozenset()


@cache
def _load_abbreviations() -> Mapping[str, Mapping[str, frozenset[str]]]:
    """By language and by what follows them."""
    table = tomllib.loads(files("models").joinpath("sentences.toml").read_text(encoding="utf-8"))
    return {
        language: {kind: frozenset(words.split()) for kind, words in lists.items()} for language, lists in table.items()
    }

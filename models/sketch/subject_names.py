"""Names of subjects as they are looked up in words: plurals, diminutives, and words without accents."""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from pydantic import BaseModel, ConfigDict

from models.sketch.subjects import load_subjects

LANGUAGES: Final = ("pt", "en", "es")
WORD: Final = re.compile(r"[^\W\d_]+")
_MAX_NAME_WORDS: Final = 4


class OrderWords(BaseModel):
    """The table of `order_words.toml`, by languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    markers: dict[str, dict[str, tuple[str, ...]]]
    connectives: dict[str, tuple[str, ...]]
    determiners: dict[str, tuple[str, ...]]
    fillers: dict[str, tuple[str, ...]]
    endings: dict[str, tuple[tuple[str, str], ...]]


@cache
def load_order_words() -> OrderWords:
    """The words by which an order is said."""
    table = tomllib.loads(files("models.sketch").joinpath("order_words.toml").read_text())
    return OrderWords.model_validate(table)


def normalize_word(word: str) -> str:
    """A word in small letters, without accents."""
    return "".join(each for each in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(each))


def find_label(words: Sequence[str], languages: Sequence[str]) -> str | None:
    """The label of the first subject that is named in these words, in the first language in which one is."""
    keys = [normalize_word(word) for word in words]
    found = (_find_first(keys, language) for language in languages)
    return next((label for label in found if label is not None), None)


def _find_first(keys: Sequence[str], language: str) -> str | None:
    for position in range(len(keys)):
        for length in range(min(_MAX_NAME_WORDS, len(keys) - position), 0, -1):
            label = _find_by_name(keys[position : position + length], language)
            if label is not None:
                return label
    return None


def _find_by_name(keys: Sequence[str], language: str) -> str | None:
    """The label of a name; its words may be plurals and diminutives."""
    names = _index_names(language)
    forms = (" ".join(keys), *(" ".join((*keys[:-1], form)) for form in _list_forms(keys[-1], language)))
    plurals = " ".join(next(iter(_list_forms(key, language)), key) for key in keys)
    return next((names[form] for form in (*forms, plurals) if form in names), None)


def _list_forms(key: str, language: str) -> list[str]:
    """What a word may be the plural or the diminutive of, or both."""
    once = _replace_endings(key, language)
    return [*once, *(form for each in once for form in _replace_endings(each, language))]


def _replace_endings(key: str, language: str) -> list[str]:
    endings = load_order_words().endings[language]
    return [key[: -len(end)] + instead for end, instead in endings if key.endswith(end) and len(key) > len(end)]


@cache
def _index_names(language: str) -> dict[str, str]:
    """Labels by the normalised names of a language; the first subject that has a name counts."""
    names: dict[str, str] = {}
    for label, subject in load_subjects().items():
        for name in subject.list_names(language):
            names.setdefault(" ".join(normalize_word(word) for word in WORD.findall(name)), label)
    return names

"""Credit lines: known sentences of subtitles that speech models produce where nobody speaks."""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from pipeline.speech.normalization import normalize_words

_MAX_CREDIT_WORDS: Final = 14  # of a sentence with a known beginning or mark; longer ones are somebody's own
_MAX_CREDIT_CHARACTERS: Final = 120
_SPACELESS: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")  # scripts in which a name follows without a space
_SENTENCE_END: Final = re.compile(r"[.!?…。！？؟]+(?:\s+|$)|\n")
_PART_END: Final = re.compile(r"[,;،、，]\s*|\s[-–—]\s")
_FOLDED: Final = str.maketrans("ı", "i", "'’")  # Turkish: the small letter of I


@dataclass(frozen=True, slots=True)
class CreditLines:
    """The known lines of all languages, normalized: a model may hallucinate in another language than was spoken.

    `farewells` are the keys and the fillers of each language.
    """

    lines: frozenset[str]
    prefixes: tuple[str, ...]
    marks: tuple[str, ...]
    farewells: tuple[tuple[tuple[str, ...], frozenset[str]], ...]


def is_credit_line(text: str) -> bool:
    """Whether a text is made of credit lines alone."""
    sentences = [sentence for sentence in _SENTENCE_END.split(text) if normalize_words(sentence)]
    return bool(sentences) and all(map(_is_credit_sentence, sentences))


def _is_credit_sentence(sentence: str) -> bool:
    credit_lines, normalized = _load_credit_lines(), _normalize(sentence)
    parts = [part for part in map(_normalize, _PART_END.split(sentence)) if part]
    if normalized in credit_lines.lines or all(part in credit_lines.lines for part in parts):
        return True
    words = normalized.split()
    if len(words) > _MAX_CREDIT_WORDS or len(normalized) > _MAX_CREDIT_CHARACTERS:
        return False
    is_known = f"{normalized} ".startswith(credit_lines.prefixes) or any(
        mark in normalized for mark in credit_lines.marks
    )
    return is_known or any(_is_farewell(normalized, words, *farewell) for farewell in credit_lines.farewells)


def _is_farewell(normalized: str, words: Sequence[str], keys: Sequence[str], fillers: frozenset[str]) -> bool:
    """Whether a sentence consists of fillers alone, with one of the keys among them."""
    return any(f" {key} " in f" {normalized} " for key in keys) and fillers.issuperset(words)


@cache
def _load_credit_lines() -> CreditLines:
    text = files("pipeline.speech.hallucinations").joinpath("credit_lines.toml").read_text("utf-8")
    tables = tomllib.loads(text).values()

    def collect(name: str) -> list[str]:
        return [_normalize(line) for table in tables for line in table.get(name, ())]

    farewells = tuple(
        (tuple(map(_normalize, table["keys"])), frozenset(_normalize(table["fillers"]).split()))
        for table in tables
        if "keys" in table
    )
    prefixes = tuple(f"{prefix}{'' if _SPACELESS.match(prefix) else ' '}" for prefix in collect("prefixes"))
    return CreditLines(frozenset(collect("lines")), prefixes, tuple(collect("marks")), farewells)


def _normalize(text: str) -> str:
    """Words in lower case, without accents, apostrophes and punctuation, separated by single spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_FOLDED))
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    return " ".join(normalize_words(unicodedata.normalize("NFKC", letters)))

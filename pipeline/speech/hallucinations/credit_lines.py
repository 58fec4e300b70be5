"""Credit lines: known sentences of subtitles that speech models produce where nobody speaks."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from pipeline.speech.normalization import normalize_words

_MAX_CREDIT_WORDS: Final = 14  # of a sentence with a known beginning or mark; longer ones are somebody's own
_SENTENCE_END: Final = re.compile(r"[.!?…。！？؟]+(?:\s+|$)|\n")
_PART_END: Final = re.compile(r"[,;،、，]\s*|\s[-–—]\s")
_APOSTROPHES: Final = str.maketrans("", "", "'’")


@dataclass(frozen=True, slots=True)
class CreditLines:
    """The known lines of all languages, normalized: a model may hallucinate in another language than was spoken."""

    lines: frozenset[str]
    prefixes: tuple[str, ...]
    marks: tuple[str, ...]


def is_credit_line(text: str) -> bool:
    """Whether a text is made of credit lines alone."""
    sentences = [sentence for sentence in _SENTENCE_END.split(text) if normalize_words(sentence)]
    return bool(sentences) and all(map(_is_credit_sentence, sentences))


def _is_credit_sentence(sentence: str) -> bool:
    credit_lines, normalized = _load_credit_lines(), _normalize(sentence)
    parts = [part for part in map(_normalize, _PART_END.split(sentence)) if part]
    if normalized in credit_lines.lines or all(part in credit_lines.lines for part in parts):
        return True
    is_known = normalized.startswith(credit_lines.prefixes) or any(mark in normalized for mark in credit_lines.marks)
    return is_known and len(normalized.split()) <= _MAX_CREDIT_WORDS


@cache
def _load_credit_lines() -> CreditLines:
    text = files("pipeline.speech.hallucinations").joinpath("credit_lines.toml").read_text("utf-8")
    tables = tomllib.loads(text).values()

    def collect(name: str) -> list[str]:
        return [_normalize(line) for table in tables for line in table.get(name, ())]

    return CreditLines(frozenset(collect("lines")), tuple(collect("prefixes")), tuple(collect("marks")))


def _normalize(text: str) -> str:
    """Words in lower case, without accents, apostrophes and punctuation, separated by single spaces."""
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).casefold())
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    return " ".join(normalize_words(unicodedata.normalize("NFKC", letters)))

"""Vocabulary of a business, names and brands, as a prompt from which Whisper takes their spelling."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

MAX_PROMPT_TOKENS: Final = 224  # half of Whisper's text context
MAX_PROMPT_CHARACTERS: Final = 896  # what Groq takes
MAX_WORD_CHARACTERS: Final = 60
_SEPARATORS: Final = re.compile(r"[,;\n]")
_LOWER_CASE_TOKENS: Final = 0.5  # a letter: names are rarely in Whisper's own vocabulary as a whole


def parse_words(text: str) -> list[str]:
    """The words of a text with commas, semicolons or line breaks between them; without control characters."""
    parts = (" ".join("".join(filter(_is_shown, part)).split()) for part in _SEPARATORS.split(text))
    return [part[:MAX_WORD_CHARACTERS].rstrip() for part in parts if any(map(str.isalnum, part))]


def _is_shown(character: str) -> bool:
    return character.isprintable() or character.isspace()


def add_words(vocabulary: Sequence[str], words: Iterable[str]) -> list[str]:
    """The vocabulary with further words, each once; the last spelling counts."""
    spellings = {word.casefold(): word for word in (*vocabulary, *words)}
    return list(spellings.values())


def remove_words(vocabulary: Sequence[str], words: Iterable[str]) -> list[str]:
    removed = {word.casefold() for word in words}
    return [word for word in vocabulary if word.casefold() not in removed]


def is_within_prompt(vocabulary: Sequence[str]) -> bool:
    """Whether a prompt takes all of it."""
    return _count_fitting(vocabulary) == len(vocabulary)


def build_prompt(vocabulary: Sequence[str]) -> str:
    """The words with commas between them, as many from the first on as fit into a prompt."""
    fitting = vocabulary[: _count_fitting(vocabulary)]
    return f"{', '.join(fitting)}." if fitting else ""


def _count_fitting(vocabulary: Sequence[str]) -> int:
    characters, tokens = 0, 0.0
    for count, word in enumerate(vocabulary):
        characters, tokens = (
            characters + len(word) + 2,
            tokens + count_likely_tokens(word) + 1,
        )  # and what follows a word
        if characters > MAX_PROMPT_CHARACTERS or tokens > MAX_PROMPT_TOKENS:
            return count
    return len(vocabulary)


def count_likely_tokens(text: str) -> float:
    """The most tokens that a name is likely to have: parts of words, capitals, digits, and bytes of rarer scripts."""
    return sum(map(_count_tokens_of, text))


def _count_tokens_of(character: str) -> float:
    if character.isascii():
        return _LOWER_CASE_TOKENS if character.islower() or character == " " else 1
    return len(character.encode())

"""Properties of writing systems used by captions: direction, spacing, columns, clusters and upper case."""

import math
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_RTL_CLASSES = frozenset({"R", "AL"})
# Scripts written without spaces between words: Thai, Lao, Myanmar, Khmer, kana, Han.
_UNSPACED_RANGES = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3000, 0x30FF),
    (0x3400, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFF00, 0xFF9F),
    (0x20000, 0x3FFFF),
)
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)  # letters of a flag of a region
_PICTURES = range(0x1F000, 0x20000)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_VIRAMA = 9  # combining class of signs that join the next consonant to this one
_SARA_AM = frozenset("\u0e33\u0eb3")  # letters in Unicode, but rendered as marks


def is_right_to_left(text: str) -> bool:
    """Whether most letters of a text run from right to left."""
    classes = [unicodedata.bidirectional(character) for character in text]
    return sum(kind in _RTL_CLASSES for kind in classes) > classes.count("L")


def is_unspaced_pair(left: str, right: str) -> bool:
    """Whether two adjacent words are written without a space between them."""
    return bool(left) and bool(right) and _is_unspaced(left[-1]) and _is_unspaced(right[0])


def count_columns(text: str) -> int:
    """Return the width of a text in terminal columns: combining marks take none, Han, kana and emoji two (UAX #11)."""
    if text.isascii():
        return len(text)
    return sum(_cluster_width_of(cluster) for cluster in split_clusters(text))


def split_clusters(text: str) -> list[str]:
    """Split into grapheme clusters: a base with its marks, conjuncts of Indic scripts, sequences of emoji, flags."""
    result: list[str] = []
    for character in text:
        if result and (is_attached(character) or _is_joiner(result[-1][-1]) or _is_flag(result[-1] + character)):
            result[-1] += character
        else:
            result.append(character)
    return result


def is_attached(character: str) -> bool:
    """Whether a character is drawn with the one before it."""
    if character in _JOINERS or character in _SARA_AM or unicodedata.category(character).startswith("M"):
        return True
    return ord(character) in _SKIN_TONES or ord(character) in _TAGS


def to_upper(text: str, language: str) -> str:
    """Convert to upper case where the script has it; i keeps its dot in Turkish, and Greek loses its accents."""
    if language in {"tr", "az"}:
        text = text.replace("i", "İ")
    if language == "el":
        without_accents = "".join(c for c in unicodedata.normalize("NFD", text) if c != "\u0301")
        text = unicodedata.normalize("NFC", without_accents)
    return text.upper()


def compute_visual_order(texts: list[str], *, is_rtl: bool) -> list[int]:
    """Return the indices of words in visual order, left to right; UAX #9 at the level of whole words.

    Adjacent words whose direction is opposite to the paragraph's keep their own order.
    """
    opposite = {
        index for index, text in enumerate(texts) if _has_strong_direction(text) and is_right_to_left(text) != is_rtl
    }
    runs = list(_split_runs(len(texts), opposite))
    order: list[int] = []
    for run in reversed(runs) if is_rtl else runs:
        order.extend(reversed(run) if (run[0] in opposite) != is_rtl else run)
    return order


def _split_runs(count: int, opposite: set[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for index in range(count):
        if run and (index in opposite) != (run[-1] in opposite):
            yield run
            run = []
        run.append(index)
    if run:
        yield run


def _has_strong_direction(text: str) -> bool:
    return any(unicodedata.bidirectional(character) in {"L", "R", "AL"} for character in text)


@lru_cache(maxsize=8192)
def _is_unspaced(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _UNSPACED_RANGES)


def _cluster_width_of(cluster: str) -> int:
    width = sum(_column_width_of(character) for character in cluster)
    return min(2, width) if ord(cluster[0]) in _PICTURES else width


def _column_width_of(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _is_joiner(character: str) -> bool:
    return character == "\u200d" or unicodedata.combining(character) == _VIRAMA


def _is_flag(text: str) -> bool:
    """Whether a text is two letters that make a flag."""
    return len(text) == 2 and all(ord(character) in _FLAG_LETTERS for character in text)


def split_columns(text: str, max_columns: int) -> list[str]:
    """Split a text into pieces of about the same length that are no wider, between letters."""
    letters = split_clusters(text)
    count = math.ceil(count_columns(text) / max(1, max_columns))
    if count <= 1:
        return [text]
    size = math.ceil(len(letters) / count)
    return ["".join(letters[first : first + size]) for first in range(0, len(letters), size)]

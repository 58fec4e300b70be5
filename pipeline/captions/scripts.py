"""Properties of writing systems used by captions: direction, spacing, columns, clusters and upper case."""

import unicodedata
from collections.abc import Iterator

_RIGHT_TO_LEFT = frozenset({"R", "AL"})
# Scripts written without spaces between words: Thai, Lao, Myanmar, Khmer, kana, Han.
_UNSPACED = (
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
_VIRAMA = 9  # combining class of signs that join the next consonant to this one
_SARA_AM = frozenset("\u0e33\u0eb3")  # letters in Unicode, but rendered as marks


def right_to_left(text: str) -> bool:
    """Whether most letters of a text run from right to left."""
    kinds = [unicodedata.bidirectional(character) for character in text]
    return sum(kind in _RIGHT_TO_LEFT for kind in kinds) > kinds.count("L")


def glued(left: str, right: str) -> bool:
    """Whether two adjacent words are written without a space between them."""
    return bool(left) and bool(right) and _unspaced(left[-1]) and _unspaced(right[0])


def columns(text: str) -> int:
    """Return the width of a text in terminal columns: combining marks take none, Han and kana two (UAX #11)."""
    return sum(_column(character) for character in text)


def clusters(text: str) -> list[str]:
    """Split into grapheme clusters: a base with its marks, and whole conjuncts of Indic scripts."""
    found: list[str] = []
    for character in text:
        if found and (_tied(character) or _ties(found[-1][-1])):
            found[-1] += character
        else:
            found.append(character)
    return found


def capitals(text: str, language: str) -> str:
    """Convert to upper case where the script has it; i keeps its dot in Turkish, and Greek loses its accents."""
    if language in {"tr", "az"}:
        text = text.replace("i", "İ")
    if language == "el":
        bare = "".join(c for c in unicodedata.normalize("NFD", text) if c != "\u0301")
        text = unicodedata.normalize("NFC", bare)
    return text.upper()


def visual_order(texts: list[str], *, backwards: bool) -> list[int]:
    """Return the indices of words in visual order, left to right; UAX #9 at the level of whole words.

    Adjacent words whose direction is opposite to the paragraph's keep their own order.
    """
    against = {index for index, text in enumerate(texts) if _strong(text) and right_to_left(text) != backwards}
    runs = list(_runs(len(texts), against))
    order: list[int] = []
    for run in reversed(runs) if backwards else runs:
        order.extend(reversed(run) if (run[0] in against) != backwards else run)
    return order


def _runs(count: int, against: set[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for index in range(count):
        if run and (index in against) != (run[-1] in against):
            yield run
            run = []
        run.append(index)
    if run:
        yield run


def _strong(text: str) -> bool:
    return any(unicodedata.bidirectional(character) in {"L", "R", "AL"} for character in text)


def _unspaced(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _UNSPACED)


def _column(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _tied(character: str) -> bool:
    return character in _JOINERS or character in _SARA_AM or unicodedata.category(character).startswith("M")


def _ties(character: str) -> bool:
    return character == "\u200d" or unicodedata.combining(character) == _VIRAMA

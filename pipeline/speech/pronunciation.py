"""Pronunciation of written words: as words of the pronouncing dictionary, or as phones derived from their letters."""

import re
from collections.abc import Callable, Iterator
from typing import Final

MAX_LETTERS: Final = 40  # letters; longer strings are not words

_UNITS: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES: Final = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_SYMBOL_WORDS: Final = {"$": "dollars", "%": "percent", "&": "and", "+": "plus", "€": "euros", "£": "pounds", "@": "at"}
_TOKEN_PARTS: Final = re.compile(r"\d+|[^\W\d_]+(?:['’][^\W\d_]+)*['’]?|[$%&+€£@]")

# English letters and letter groups as ARPABET phones of the CMU dictionary; the longest match is taken.
# After the groupings of the NRL letter-to-sound report (Elovitz et al., 1976), cut to what timing needs.
_PHONES: Final[dict[str, str]] = {
    "tion": "SH AH N", "sion": "ZH AH N", "ough": "AO", "augh": "AO", "eigh": "EY", "igh": "AY", "tch": "CH",
    "sch": "SH", "dge": "JH", "ing": "IH NG", "ch": "CH", "sh": "SH", "th": "TH", "ph": "F", "wh": "W", "gh": "G",
    "ck": "K", "qu": "K W", "ng": "NG", "kn": "N", "wr": "R", "ee": "IY", "ea": "IY", "oo": "UW", "ou": "AW",
    "ow": "OW", "oi": "OY", "oy": "OY", "ai": "EY", "ay": "EY", "ey": "IY", "ei": "EY", "ie": "IY", "au": "AO",
    "aw": "AO", "oa": "OW", "ar": "AA R", "er": "ER", "ir": "ER", "or": "AO R", "ur": "ER", "a": "AE", "b": "B",
    "c": "K", "d": "D", "e": "EH", "f": "F", "g": "G", "h": "HH", "i": "IH", "j": "JH", "k": "K", "l": "L", "m": "M",
    "n": "N", "o": "AA", "p": "P", "q": "K", "r": "R", "s": "S", "t": "T", "u": "AH", "v": "V", "w": "W", "x": "K S",
    "y": "IY", "z": "Z",
}  # fmt: skip
_MAX_GROUP_LETTERS: Final = max(map(len, _PHONES))


def to_spoken_words(token: str, is_known: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the words spoken for one written token, in lower case; empty if it has nothing to pronounce.

    `is_known` returns whether the dictionary has a word. Numbers become words, "ill-disposed" becomes two.
    """
    stripped = token.lower().replace("’", "'").strip("\"'“”‘(),!?;:[]…-")
    for form in (stripped, stripped.rstrip("."), stripped.rstrip(".") + "."):
        if any(map(str.isalpha, form)) and is_known(form):
            return (form,)
    return tuple(word for part in _TOKEN_PARTS.findall(stripped) for word in _expand_part(part, token, is_known))


def _expand_part(part: str, token: str, is_known: Callable[[str], bool]) -> Iterator[str]:
    if part.isdecimal():
        yield from spell_number(int(part[:12]))
    elif part in _SYMBOL_WORDS:
        yield _SYMBOL_WORDS[part]
    elif is_known(part) or not _is_acronym(part, token):
        yield part[:MAX_LETTERS]
    else:
        yield from part


def _is_acronym(part: str, token: str) -> bool:
    return len(part) <= 5 and part.upper() in token and part.isascii() and part.isalpha()


def spell_number(value: int) -> tuple[str, ...]:
    """Spell a whole number below a trillion in English words; years from 1100 to 1999 as two pairs of digits."""
    if 1100 <= value <= 1999:
        rest = spell_number(value % 100) if value % 100 else ("hundred",)
        return (*spell_number(value // 100), *rest)
    for scale, name in _SCALES:
        if value >= scale:
            rest = spell_number(value % scale) if value % scale else ()
            return (*spell_number(value // scale), name, *rest)
    if value < len(_UNITS):
        return (_UNITS[value],)
    return (_TENS[value // 10], *((_UNITS[value % 10],) if value % 10 else ()))


def to_phones(word: str) -> str:
    """Return the ARPABET phones of a word in Latin script that no dictionary has; empty for other scripts."""
    letters = re.sub(r"(.)\1", r"\1", re.sub(r"[^a-z]", "", word.lower()[:MAX_LETTERS]))
    if len(letters) > 3 and letters.endswith("e"):
        letters = letters[:-1]
    phones = []
    while letters:
        size = next(size for size in range(min(_MAX_GROUP_LETTERS, len(letters)), 0, -1) if letters[:size] in _PHONES)
        phones.append(_PHONES[letters[:size]])
        letters = letters[size:]
    return " ".join(phones)

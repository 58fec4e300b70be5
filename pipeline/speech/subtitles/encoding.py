"""Character encoding of subtitle files: Unicode where it can be, else the code page whose letters make a language.

Detectors of encodings go by the frequencies of bytes; on the few words of a subtitle file they read Portuguese as
Central European ("coraçăo"). Here a code page counts only if all its letters belong to the alphabet of one language.
"""

import codecs
import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from itertools import pairwise
from typing import Final

from models.errors import ErrorCode, RequestRejected

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the one of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEVEN_BIT_ENCODINGS: Final = (  # whose letters are ASCII between two escapes
    (re.compile(rb"\x1b\$\)C"), "iso2022_kr"),
    (re.compile(rb"\x1b[$(.]"), "iso2022_jp_2"),
    (re.compile(rb"~\{(?:[!-w][!-~]){1,2000}~\}"), "hz"),
)
_UTF8_SEQUENCE: Final = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# what Windows-1252 has in place of control characters; five bytes it leaves out
_LATIN1_OF_CP1252: Final = {
    ord(character): byte for byte in range(0x80, 0xA0) if (character := bytes([byte]).decode("cp1252", "ignore"))
}
_SAMPLE_CHARACTERS: Final = 20_000  # enough to tell any two code pages apart
_MIN_COVERAGE: Final = 0.97  # of the letters; the rest are names and typing errors
_MIN_FREQUENCY: Final = 0.15  # of letters in other scripts, on a scale on which the language's most frequent one is 1
_MAX_SPELLING_ERRORS: Final = 0.1  # of the words outside ASCII; capitals after small letters are among them
_RARITY_FACTOR: Final = 0.7  # for each code page of the language that is more usual
_IMPLAUSIBLE_CATEGORIES: Final = {"Cc", "Co", "Sc", "Sk", "Sm", "So"}
_PLAUSIBLE_SIGNS: Final = frozenset("\t\r\n\v\f\x1a$+<=>^`|~°£¥€§©®™±×♪♫")
# what a code page of Windows makes of letters of DOS, the Macintosh and ISO 8859
_MISREAD_LETTER: Final = re.compile(r"[^\W\d_][†‡§„‚±]|[†‡§±][^\W\d_]|\w\xad\w")
_UPPERCASE_FACTOR: Final = 0.7  # for texts in capitals, as another Cyrillic code page makes of small letters


@dataclass(frozen=True)
class _Language:
    """A language and its code pages; `letters` are those outside ASCII, `words` frequent ones of a Latin language."""

    code: str
    encodings: tuple[str, ...]
    letters: str
    words: frozenset[str] = frozenset()
    has_more_letters: bool = False  # than those listed: a script of thousands of signs
    impossible: str = "(?!)"  # a pattern of letters that are never together

    @cached_property
    def frequencies(self) -> dict[str, float]:
        return {letter: 1 - rank / len(self.letters) for rank, letter in enumerate(self.letters)}


@cache
def _load_languages() -> tuple[_Language, ...]:
    text = files("pipeline.speech.subtitles").joinpath("code_pages.toml").read_text(encoding="utf-8")
    return tuple(
        _Language(**{**row, "encodings": tuple(row["encodings"]), "words": frozenset(row.get("words", ()))})
        for row in tomllib.loads(text)["languages"]
    )


def decode_text(data: bytes, language: str = "und") -> str:
    """Decode a subtitle file; `language` decides where two code pages are equally likely.

    Raises RequestRejected (SUBTITLES_UNREADABLE) when no encoding makes words of it.
    """
    text = _decode_unicode(data)
    if text is None:
        text = _decode_code_page(data, language)
    if text is None or "\0" in text:
        raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE)
    return _undo_double_encoding(text).lstrip("\ufeff")


def _decode_unicode(data: bytes) -> str | None:
    """Decode by the byte order mark or by escapes, as UTF-16 if every second byte is zero, or as UTF-8; None if it is
    none of them.
    """
    encoding = _detect_unicode(data) or "utf-8"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return _decode_damaged_utf8(data) if encoding == "utf-8" else None


def _detect_unicode(data: bytes) -> str | None:
    bom = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    return bom or next((name for mark, name in _SEVEN_BIT_ENCODINGS if mark.search(data)), None) or _detect_utf16(data)


def _detect_utf16(data: bytes) -> str | None:
    zeros = [data[offset::2].count(0) for offset in (0, 1)]
    if 3 * max(zeros) < len(data) // 2 or 10 * min(zeros) > max(zeros):
        return None
    return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"


def _decode_damaged_utf8(data: bytes) -> str | None:
    """Decode UTF-8 with a few bad bytes, which are left out; None if most bytes above ASCII are not UTF-8."""
    bad = sum(byte >= 0x80 for byte in _UTF8_SEQUENCE.sub(b"", data))
    return data.decode("utf-8", "ignore") if len(_UTF8_SEQUENCE.findall(data)) >= bad else None


def _undo_double_encoding(text: str) -> str:
    """Repair UTF-8 that was taken for Windows-1252 and encoded again; any other text stays as it is."""
    try:
        return text.translate(_LATIN1_OF_CP1252).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _decode_code_page(data: bytes, hint: str) -> str | None:
    """Decode by the code page whose letters are those of one language, with the most of its frequent words."""
    best, best_score = None, (False, False, 0.0)
    for language in _load_languages():
        for rarity, encoding in enumerate(language.encodings):
            text = _decode_strictly(data, encoding)
            score = _score(text[:_SAMPLE_CHARACTERS], language) if text else None
            if score is not None:
                ranked = (language.code == hint, bool(language.words), score * _RARITY_FACTOR**rarity)
                if ranked > best_score:
                    best, best_score = text, ranked
    return best


def _decode_strictly(data: bytes, encoding: str) -> str | None:
    """The text, if each byte has a character and none is a sign that nobody writes into subtitles, or writes there."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if any(map(_is_implausible, set(text))) or _MISREAD_LETTER.search(text) else text


def _is_implausible(character: str) -> bool:
    return unicodedata.category(character) in _IMPLAUSIBLE_CATEGORIES and character not in _PLAUSIBLE_SIGNS


def _score(text: str, language: _Language) -> float | None:
    """How much a text looks like the language, above 0; None if it has letters or words the language cannot have."""
    words = re.findall(r"[^\W\d_]+", text)
    letters = [letter for word in words for letter in word.lower() if not letter.isascii()]
    frequencies = [language.frequencies.get(letter, 0.0) for letter in letters]
    if sum(map(bool, frequencies)) < _MIN_COVERAGE * len(letters) and not language.has_more_letters:
        return None
    if _is_misspelt(text, words, language):
        return None
    if language.words:
        return _score_latin(words, len(letters), language)
    return _score_script(words, sum(frequencies) / len(letters)) if letters else None


def _is_misspelt(text: str, words: Sequence[str], language: _Language) -> bool:
    """Whether many words have capitals inside, or letters together that the language never has."""
    foreign = [word for word in words if not word.isascii()]
    faults = sum(map(_has_inner_capital, foreign)) + len(re.findall(language.impossible, text))
    return faults > _MAX_SPELLING_ERRORS * len(foreign)


def _score_latin(words: Sequence[str], count: int, language: _Language) -> float | None:
    """By the share of frequent words; nothing if most letters lie outside ASCII, as when another script is misread."""
    if not words or sum(letter.isascii() for word in words for letter in word) < count:
        return None
    return 0.001 + sum(word.lower() in language.words for word in words) / len(words)


def _score_script(words: Sequence[str], frequency: float) -> float | None:
    """By the frequency of the letters; nothing if words mix scripts."""
    foreign = [word for word in words if not word.isascii()]
    mixed = sum(any(letter.isascii() for letter in word) for word in foreign)
    if mixed > _MAX_SPELLING_ERRORS * len(foreign) or frequency < _MIN_FREQUENCY:
        return None
    return frequency * (_UPPERCASE_FACTOR if _is_uppercase("".join(foreign)) else 1)


def _is_uppercase(letters: str) -> bool:
    """Whether most letters are capitals."""
    return 2 * sum(map(str.isupper, letters)) > len(letters)


def _has_inner_capital(word: str) -> bool:
    return any(before.islower() and letter.isupper() for before, letter in pairwise(word))

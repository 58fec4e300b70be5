"""Phrases, between which captions and lines are broken: how strongly a word belongs to the next one, and where a phrase
begins in a language without spaces.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import accumulate, pairwise
from typing import Final

import budoux

from models.captions.word_lists import is_listed
from models.jobs.transcript import Word
from models.sentences import is_leading_abbreviation
from pipeline.captions.scripts import is_attached, is_unspaced_pair, split_clusters

_PARSERS: Final[Mapping[str, Callable[[], budoux.Parser]]] = {
    "ja": budoux.load_default_japanese_parser,
    "th": budoux.load_default_thai_parser,
    "zh-Hans": budoux.load_default_simplified_chinese_parser,
    "zh-Hant": budoux.load_default_traditional_chinese_parser,
}
_CHINESE: Final = frozenset({"zh", "yue"})
# No line begins with one of these (JIS X 4051), nor with a closing bracket.
_NEVER_FIRST: Final = frozenset("、。，．・：；！？…‥ー々〜～％ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮฯๆ!?,.:;%")
_CLOSING: Final = frozenset({"Pe", "Pf"})
_OPENING: Final = frozenset({"Ps", "Pi"})
_OPENING_MARKS = "\"'“‘«([{¿¡"
_DIGIT = re.compile(r"\d")
_SYMBOL = re.compile(r"[%‰€$£¥₹]")
_CURRENCY = re.compile(r"(?:[A-Z]{1,3})?[$€£¥₹]")
_GLUED, _LEADING, _FUNCTION = 1.0, 0.8, 0.2  # how strongly a word belongs to the next one


def measure_binding(text: str, following: str, after: str, language: str, *, is_clause_end: bool) -> float:
    """How strongly a word belongs to the one that follows, 0 to 1; `after` is the one behind that, "" for none."""
    if not any(character.isalnum() for character in following) and not _SYMBOL.search(following):
        return _GLUED  # a mark that stands by itself
    if _CURRENCY.fullmatch(text.lstrip(_OPENING_MARKS)) and _DIGIT.search(following):
        return _GLUED
    if is_clause_end:
        return 0.0
    if _is_number_before(text, following, after, language):
        return _GLUED
    is_name = _is_name_part(text) and _is_name_part(following)
    if is_name or is_listed(text, "leading", language) or is_leading_abbreviation(text, following, language):
        return _LEADING
    return _FUNCTION if is_listed(text, "function", language) else 0.0


def _is_number_before(text: str, other: str, after: str, language: str) -> bool:
    """Whether two words are of one number with what it counts, which may take two words itself."""
    if is_listed(f"{text} {other}", "units", language):
        return True
    is_unit = _SYMBOL.search(other) or any(is_listed(each, "units", language) for each in (other, f"{other} {after}"))
    return bool(is_unit) and (_DIGIT.search(text) is not None or is_listed(text, "units", language))


def _is_name_part(text: str) -> bool:
    """Whether a word may be one of those that a name consists of: with a capital, and small letters behind it."""
    core = text.lstrip(_OPENING_MARKS)
    return len(core) > 1 and core[0].isupper() and not core.isupper()


def find_phrase_starts(texts: Sequence[str], language: str) -> list[bool]:
    """Whether a phrase may begin at each of the pieces of a text without spaces, such as the words of Whisper."""
    whole = "".join(texts)
    lengths = accumulate((len(phrase) for phrase in _parse(whole, language)), initial=0)
    starts = {position for position in lengths if _can_break(whole, position)}
    return [position in starts for position in accumulate(map(len, texts[:-1]), initial=0)]


def split_phrases(text: str, language: str) -> tuple[str, ...]:
    """Split a text of a language without spaces into its phrases; spaces that it has are left out."""
    clusters = split_clusters("".join(text.split()))
    phrases: list[str] = []
    for cluster, is_start in zip(clusters, find_phrase_starts(clusters, language), strict=False):
        if is_start or not phrases:
            phrases.append(cluster)
        else:
            phrases[-1] += cluster
    return tuple(phrases)


def has_phrases(language: str) -> bool:
    """Whether there is a model of a language's phrases."""
    return language in _PARSERS or language in _CHINESE


def group_phrases(words: Sequence[Word], language: str) -> list[list[Word]]:
    """The words by phrase; one that is written with spaces around it is by itself."""
    if not words:
        return []
    starts = find_phrase_starts([word.text for word in words], language)
    phrases = [[words[0]]]
    for (before, word), is_start in zip(pairwise(words), starts[1:], strict=True):
        if is_start or word.is_speaker_change or not is_unspaced_pair(before.text, word.text):
            phrases.append([word])
        else:
            phrases[-1].append(word)
    return phrases


def list_phrase_cuts(words: Sequence[Word], language: str) -> Sequence[int]:
    """Where a line of words may be broken: between phrases, else between any two."""
    phrases = group_phrases(words, language) if has_phrases(language) else []
    return list(accumulate(map(len, phrases)))[:-1] or range(1, len(words))


def take_open_phrase(line: list[Word], following: Sequence[Word], language: str) -> Sequence[Word]:
    """Remove the words at the end of a line that are of one phrase with those that follow it, and return them; none
    where all of them are.
    """
    if not has_phrases(language):
        return ()
    lengths = map(len, group_phrases([*line, *following], language))
    start = max(position for position in accumulate(lengths, initial=0) if position <= len(line))
    taken = line[start:] if start else []
    del line[len(line) - len(taken) :]
    return taken


def _parse(text: str, language: str) -> Sequence[str]:
    """The phrases of a text by its language's model; its letters where there is none."""
    script = language if language not in _CHINESE else "zh-Hant" if _is_traditional(text) else "zh-Hans"
    return _load_parser(script).parse(text) if script in _PARSERS else split_clusters(text)


@cache
def _load_parser(script: str) -> budoux.Parser:
    return _PARSERS[script]()


def _is_traditional(text: str) -> bool:
    """Whether more of the characters are only in the standard of Taiwan than only in that of China."""
    return _count_encodable(text, "big5") > _count_encodable(text, "gb2312")


def _count_encodable(text: str, codec: str) -> int:
    return len(text.encode(codec, errors="ignore"))


def _can_break(text: str, position: int) -> bool:
    """Whether a line may end before a position: not before closing marks, after opening ones, or inside a letter."""
    if position in {0, len(text)}:
        return True
    before, after = text[position - 1], text[position]
    is_closing = after in _NEVER_FIRST or unicodedata.category(after) in _CLOSING
    return not (is_closing or is_attached(after) or unicodedata.category(before) in _OPENING)

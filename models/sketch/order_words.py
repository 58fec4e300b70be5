"""Parser of the order of drawing in words, in three languages: "first the dog, then the house", "o céu por último".

A text without a word that marks an order is none. The words are those of `order_words.toml`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from models.sketch.subject_names import LANGUAGES, WORD, find_label, load_order_words, normalize_word
from models.sketch.subjects import MAX_SUBJECTS, Subject

_MAX_TEXT: Final = 1000  # characters that are read
_MAX_UNKNOWN_WORDS, _MAX_UNKNOWN = 4, 5  # words of an unknown thing; unknown things
_MAX_MARKER_WORDS: Final = 5
_TOKENS: Final = re.compile(r"[^\W\d_]+|[^\w\s'’\-]|\d+|\n")
_QUOTED: Final = re.compile(r"\"[^\"]*\"|“[^”]*”|«[^»]*»|(?im:^\s*t[ií]t(?:le|ulo)\s*:.*$)")


@dataclass(frozen=True, slots=True)
class RequestedOrder:
    """An order of drawing that was asked for, and things that nobody knows how to find in a picture."""

    subjects: tuple[Subject, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Token:
    """A marker ("first", "then", "last", "after"), a "separator", or a "thing" with its words as they were written."""

    kind: str
    words: tuple[str, ...] = ()


@dataclass(slots=True)
class _Clause:
    """A thing, and the marker that stands before or behind it."""

    marker: str = ""
    thing: tuple[str, ...] = ()


@dataclass(slots=True)
class _OrderBuilder:
    """Order that grows clause by clause; a thing without a marker has the place of the one before it."""

    languages: tuple[str, ...]
    is_list: bool
    first: list[str] = field(default_factory=list)
    last: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    _is_last: bool = False

    def add(self, clause: _Clause) -> None:
        self._is_last = clause.marker == "last" or (self._is_last and not clause.marker)
        label = find_label(_strip_article(clause.thing), self.languages)
        if label is None:
            self._add_unknown(clause.thing)
        elif label not in (*self.first, *self.last):
            labels = self.last if self._is_last else self.first
            labels.insert(len(labels) - (clause.marker == "after" and bool(labels)), label)

    def _add_unknown(self, words: tuple[str, ...]) -> None:
        stripped = _strip(words, "fillers")
        thing = _strip(stripped, "determiners")
        is_thing = len(thing) < len(stripped) or self.is_list
        if is_thing and len(thing) <= _MAX_UNKNOWN_WORDS and normalize_word(thing[0]) not in _list_words("fillers"):
            self.unknown.append(" ".join(thing))

    def build(self) -> RequestedOrder:
        subjects = [*(Subject(label=label) for label in self.first)]
        subjects += [Subject(label=label, is_last=True) for label in self.last]
        return RequestedOrder(tuple(subjects[:MAX_SUBJECTS]), tuple(dict.fromkeys(self.unknown))[:_MAX_UNKNOWN])


def parse_order(text: str, language: str) -> RequestedOrder:
    """The order that a text asks for; `language` (an IETF tag) is preferred for words that mean several things."""
    words = _QUOTED.sub("\n", text[:_MAX_TEXT])
    tokens = list(_tokenize(words))
    if not any(token.kind in {"first", "then", "last", "before", "after"} for token in tokens):
        return RequestedOrder()
    return _build_order(tokens, _rank_languages(words, language), is_list=False)


def parse_list(text: str, language: str) -> RequestedOrder:
    """The order that a list of things means, "dog, house, the sky last", with markers or without."""
    return _build_order(list(_tokenize(text[:_MAX_TEXT])), _rank_languages(text, language), is_list=True)


def _build_order(tokens: Sequence[_Token], languages: tuple[str, ...], *, is_list: bool) -> RequestedOrder:
    """Things before the first marker count where they are compared: "the cat before the dog"."""
    builder = _OrderBuilder(languages, is_list)
    clauses = list(_split_clauses(tokens))
    first = next((index for index, clause in enumerate(clauses) if is_list or clause.marker), len(clauses))
    is_compared = first < len(clauses) and clauses[first].marker in {"before", "after"}
    for clause in clauses[max(0, first - is_compared) :]:
        if clause.thing:
            builder.add(clause)
    return builder.build()


def _split_clauses(tokens: Sequence[_Token]) -> Iterator[_Clause]:
    """Clauses of one thing each. A marker alone belongs to the thing behind it, "first" and "last" also to the one
    before it."""
    clause = _Clause()
    for token in tokens:
        if token.kind == "thing":
            if clause.thing:
                yield clause
                clause = _Clause()
            clause.thing = token.words
        elif token.kind == "separator":
            if clause.thing:
                yield clause
                clause = _Clause()
        elif clause.thing and (clause.marker or token.kind not in {"first", "last"}):
            yield clause
            clause = _Clause(token.kind)
        else:
            clause.marker = token.kind
    yield clause


def _tokenize(text: str) -> Iterator[_Token]:
    words = [match.group() for match in _TOKENS.finditer(text)]
    keys = [normalize_word(word) for word in words]
    thing: list[str] = []
    position = 0
    while position < len(words):
        kind, length = _find_kind(keys, position)
        if kind == "thing":
            thing.append(words[position])
        else:
            yield from _build_things(thing)
            thing = []
            yield _Token(kind)
        position += length
    yield from _build_things(thing)


def _build_things(words: Sequence[str]) -> Iterator[_Token]:
    if words:
        yield _Token("thing", tuple(words))


def _find_kind(keys: Sequence[str], position: int) -> tuple[str, int]:
    """What begins at a word, and how many words long it is."""
    markers = _index_markers()
    for length in range(min(_MAX_MARKER_WORDS, len(keys) - position), 0, -1):
        kind = markers.get(" ".join(keys[position : position + length]))
        if kind is not None:
            return kind, length
    is_word = WORD.fullmatch(keys[position]) and keys[position] not in _list_words("connectives")
    return ("thing" if is_word else "separator"), 1


def _strip_article(words: tuple[str, ...]) -> tuple[str, ...]:
    return _strip(_strip(words, "fillers"), "determiners")


def _strip(words: tuple[str, ...], name: str) -> tuple[str, ...]:
    """The words without those of a list at their beginning; the last one stays."""
    listed = _list_words(name)
    start = next((index for index, word in enumerate(words) if normalize_word(word) not in listed), len(words))
    return words[min(start, len(words) - 1) :]


def _rank_languages(text: str, language: str) -> tuple[str, ...]:
    """The languages, that of most marks in the text first, then the preferred one."""
    said = f" {' '.join(normalize_word(word) for word in WORD.findall(text))} "

    def count_words(code: str) -> tuple[int, bool]:
        phrases = [phrase for listed in load_order_words().markers[code].values() for phrase in listed]
        phrases += [*load_order_words().determiners[code], *load_order_words().connectives[code]]
        return sum(f" {phrase} " in said for phrase in phrases), code == language.partition("-")[0].lower()

    return tuple(sorted(LANGUAGES, key=count_words, reverse=True))


@cache
def _list_words(name: str) -> frozenset[str]:
    by_language: dict[str, tuple[str, ...]] = getattr(load_order_words(), name)
    return frozenset(word for words in by_language.values() for phrase in words for word in phrase.split())


@cache
def _index_markers() -> dict[str, str]:
    listed = load_order_words().markers.values()
    return {phrase: kind for markers in listed for kind, phrases in markers.items() for phrase in phrases}

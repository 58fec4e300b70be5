"""Merging of the words of neighbouring pieces of a recording, none lost and none doubled."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from models.jobs.transcript import Word
from pipeline.speech.normalization import normalize_words

_SAME_WORD_SECONDS: Final = 1.0  # seconds by which two hearings of one word may differ


@dataclass(frozen=True, slots=True)
class PieceWords:
    """The words of a piece of a recording, with times of the recording; the piece is from `start` to `end`."""

    start: float
    end: float
    words: tuple[Word, ...]


def merge_pieces(pieces: Sequence[PieceWords]) -> list[Word]:
    """Merge the words of pieces in order. Where two pieces overlap, the words that both have heard are kept once."""
    merged: list[Word] = []
    end = 0.0
    for piece in pieces:
        if piece.start < end:
            merged = _join_overlapping(merged, piece.words, (piece.start, end))
        else:
            merged += piece.words
        end = max(end, piece.end)
    return merged


def _join_overlapping(left: Sequence[Word], right: Sequence[Word], overlap: tuple[float, float]) -> list[Word]:
    """Join at a word that both have heard, or in the middle of the overlap where there is none."""
    middle = sum(overlap) / 2
    pairs = _match_words(left, right, overlap)
    if not pairs:
        return [
            *(word for word in left if _middle_of(word) < middle),
            *(word for word in right if _middle_of(word) >= middle),
        ]
    left_index, right_index = min(pairs, key=lambda pair: abs(_middle_of(left[pair[0]]) - middle))
    return [*left[:left_index], *right[right_index:]]


def _match_words(left: Sequence[Word], right: Sequence[Word], overlap: tuple[float, float]) -> list[tuple[int, int]]:
    """Indexes of the words that both have heard: the alignment with the most of them, or with the least difference."""
    alignments: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for i in _list_indexes(left, overlap):
        for j in _list_indexes(right, overlap):
            if _is_same_word(left[i], right[j]):
                alignments[j - i].append((i, j))

    def rank(pairs: Sequence[tuple[int, int]]) -> tuple[int, float]:
        return -len(pairs), sum(abs(_middle_of(left[i]) - _middle_of(right[j])) for i, j in pairs) / len(pairs)

    return min(alignments.values(), key=rank, default=[])


def _list_indexes(words: Sequence[Word], overlap: tuple[float, float]) -> list[int]:
    start, end = overlap[0] - _SAME_WORD_SECONDS, overlap[1] + _SAME_WORD_SECONDS
    return [index for index, word in enumerate(words) if word.end > start and word.start < end]


def _is_same_word(one: Word, other: Word) -> bool:
    is_near = abs(_middle_of(one) - _middle_of(other)) <= _SAME_WORD_SECONDS
    return is_near and _normalize(one.text) == _normalize(other.text)


def _normalize(text: str) -> str:
    return "".join(normalize_words(text)) or text


def _middle_of(word: Word) -> float:
    return (word.start + word.end) / 2

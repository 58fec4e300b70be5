"""Words of pieces of a recording are merged: none is lost, none is doubled, wherever the cuts are."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from models.jobs.transcript import Word
from pipeline.speech.merging import PieceWords, merge_pieces
from pipeline.speech.word_timing import order_words

VOCABULARY = ("na", "the", "ever", "tried", "Rabisco", "não", "ok")


@st.composite
def talks(draw: st.DrawFn) -> list[Word]:
    """A recording: words with pauses of any length between them. Words are often repeated."""
    words, at = list[Word](), 0.0
    for _ in range(draw(st.integers(5, 80))):
        at += draw(st.sampled_from([0.0, 0.0, 0.05, 0.3, 2.0]))
        length = draw(st.floats(0.1, 0.8))
        words.append(Word(text=draw(st.sampled_from(VOCABULARY)), start=at, end=at + length))
        at += length
    return words


def hear(talk: Sequence[Word], start: float, end: float, errors: Sequence[float]) -> PieceWords:
    """What is heard of a talk in a piece: whole words, each a little off, and noise for a word that is cut in two."""
    words = []
    for word, error in zip(talk, errors, strict=True):
        if start <= word.start and word.end <= end:
            words.append(word.model_copy(update={"start": max(0.0, word.start + error), "end": word.end + error}))
        elif word.start < end and word.end > start:
            begun, done = max(start, word.start), min(end, word.end)
            words.append(Word(text="hm", start=begun, end=done))
    return PieceWords(start, end, tuple(words))


@given(talks(), st.lists(st.floats(0.1, 0.9), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_cuts_anywhere_with_an_overlap_lose_and_double_no_word(
    talk: list[Word], shares: list[float], random: Random
) -> None:
    seconds = talk[-1].end
    cuts = [cut for cut in sorted(share * seconds for share in shares) if 4.0 < cut < seconds - 4.0]
    cuts = [cut for before, cut in pairwise([-9.0, *cuts]) if cut - before > 8.0]
    edges = [0.0, *cuts, seconds]
    pieces = []
    for index, (start, end) in enumerate(pairwise(edges)):
        span = (start - 2.0 if index else 0.0, end + 2.0 if end < seconds else seconds + 1.0)
        pieces.append(hear(talk, *span, [random.uniform(-0.04, 0.04) for _ in talk]))
    merged = merge_pieces(pieces)
    assert [word.text for word in merged] == [word.text for word in talk]
    ordered = order_words(merged, seconds + 1.0)
    assert all(one.end <= two.start + 1e-9 for one, two in pairwise(ordered))


@given(talks(), st.data())
def test_cuts_in_pauses_lose_and_double_no_word(talk: list[Word], data: st.DataObject) -> None:
    pauses = [(one.end + two.start) / 2 for one, two in pairwise(talk) if two.start - one.end >= 0.3]
    cuts = sorted(data.draw(st.sets(st.sampled_from(pauses)))) if pauses else []
    edges = [0.0, *cuts, talk[-1].end + 1.0]
    pieces = [hear(talk, start, end, [0.0] * len(talk)) for start, end in pairwise(edges)]
    assert merge_pieces(pieces) == talk


def test_marks_and_capitals_do_not_make_a_word_another() -> None:
    left = PieceWords(0.0, 4.0, (Word(text="We", start=0.5, end=0.9), Word(text="go.", start=1.8, end=2.2)))
    right = PieceWords(1.0, 5.0, (Word(text="Go", start=1.9, end=2.3), Word(text="home", start=3.0, end=3.4)))
    assert [word.text for word in merge_pieces([left, right])] == ["We", "Go", "home"]


def test_where_nothing_is_alike_each_piece_keeps_its_half() -> None:
    left = PieceWords(0.0, 4.0, (Word(text="one", start=1.0, end=1.4), Word(text="x", start=3.7, end=4.0)))
    right = PieceWords(2.0, 6.0, (Word(text="y", start=2.0, end=2.2), Word(text="two", start=5.0, end=5.4)))
    assert [word.text for word in merge_pieces([left, right])] == ["one", "two"]


def test_pieces_without_words_are_no_obstacle() -> None:
    word = Word(text="one", start=1.0, end=1.4)
    assert merge_pieces([PieceWords(0.0, 4.0, ()), PieceWords(2.0, 6.0, ())]) == []
    assert merge_pieces([PieceWords(0.0, 1.5, (word,)), PieceWords(1.5, 9.0, ())]) == [word]

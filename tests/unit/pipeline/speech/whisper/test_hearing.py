"""Pieces of a recording, heard two at once."""

import threading
from collections.abc import Iterator

import pytest

from pipeline.speech.whisper.hearing import THREADS, map_in_threads
from pipeline.speech.whisper.model import HeardPiece
from pipeline.speech.whisper.response import WhisperSegment


def _piece(*segments: tuple[float, float]) -> HeardPiece:
    return HeardPiece(
        tuple(
            WhisperSegment(
                start=0.0, end=1.0, text="said", avg_logprob=logprob, compression_ratio=compression, no_speech_prob=0.1
            )
            for logprob, compression in segments
        ),
        (),
    )


def test_results_come_in_the_order_of_the_items_though_a_later_one_is_done_first() -> None:
    is_second_done = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert is_second_done.wait(10)
        if item == 1:
            is_second_done.set()
        return -item

    assert list(map_in_threads(work, range(7))) == [0, -1, -2, -3, -4, -5, -6]


def test_items_are_read_in_the_callers_thread_and_no_more_than_one_ahead() -> None:
    read: list[int] = []

    def read_items() -> Iterator[int]:
        for item in range(10):
            assert threading.current_thread() is threading.main_thread()
            read.append(item)
            yield item

    results = map_in_threads(str, read_items())
    for taken in range(1, 8):
        next(results)
        assert len(read) == taken + THREADS


def test_what_a_piece_raises_is_raised_in_its_place() -> None:
    results = map_in_threads(lambda item: 1 // item, [1, 0, 1])
    assert next(results) == 1
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_no_items_give_no_results() -> None:
    assert list(map_in_threads(str, [])) == []


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ([], False),
        ([(-0.3, 1.5)], False),
        ([(-1.0, 2.4)], False),
        ([(-0.3, 2.5)], True),
        ([(-1.1, 1.5)], True),
        ([(-0.3, 1.5), (-1.1, 1.5)], True),
    ],
)
def test_a_piece_is_doubtful_where_a_segment_is_a_loop_or_improbable(
    segments: list[tuple[float, float]], *, expected: bool
) -> None:
    assert _piece(*segments).is_doubtful is expected

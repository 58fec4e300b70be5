"""Reading ahead of a consumer."""

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.streams.read_ahead import read_ahead

PATIENCE = 10.0  # seconds


@given(st.lists(st.none() | st.integers()), st.integers(1, 4))
def test_every_item_comes_once_and_in_order(items: list[int | None], count: int) -> None:
    assert list(read_ahead(iter(items), count)) == items


def test_the_next_item_is_read_while_one_is_used_and_no_more_than_that() -> None:
    read: list[int] = []
    is_second_read = threading.Event()

    def produce() -> Iterator[int]:
        for number in range(5):
            read.append(number)
            if number == 1:
                is_second_read.set()
            yield number

    with closing(read_ahead(produce())) as items:
        assert next(items) == 0
        assert is_second_read.wait(PATIENCE)
        assert read == [0, 1]


def test_it_is_read_in_another_thread() -> None:
    def produce() -> Iterator[int]:
        yield threading.get_ident()

    assert list(read_ahead(produce())) != [threading.get_ident()]


def test_an_error_comes_after_what_was_read_before_it() -> None:
    def produce() -> Iterator[int]:
        yield 1
        raise ValueError("damaged")

    items = read_ahead(produce())
    assert next(items) == 1
    with pytest.raises(ValueError, match="damaged"):
        next(items)


def test_what_is_being_read_is_waited_for_when_it_is_closed() -> None:
    is_asked, may_end = threading.Event(), threading.Event()
    ended: list[bool] = []

    def produce() -> Iterator[int]:
        yield 1
        is_asked.set()
        may_end.wait(PATIENCE)
        ended.append(True)
        yield 2

    items = read_ahead(produce())
    next(items)
    assert is_asked.wait(PATIENCE)
    threading.Timer(0.05, may_end.set).start()
    items.close()
    assert ended == [True]

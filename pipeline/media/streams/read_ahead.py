"""Reading ahead of a consumer in a thread: decoding releases the interpreter's lock, and so does encoding."""

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def read_ahead(items: Iterator[Item], count: int = 1) -> Generator[Item]:
    """Yield the items of an iterator; up to `count` more than were asked for are read meanwhile, in another thread.

    What the iterator raises is raised in its place. Close it where it may not be read to its end: what is being read
    is then waited for, so that a file can be closed after it.
    """
    single = ((item,) for item in items)
    with ThreadPoolExecutor(1) as pool:
        waiting = deque(pool.submit(next, single, ()) for _ in range(count))
        while item := waiting.popleft().result():
            waiting.append(pool.submit(next, single, ()))
            yield from item

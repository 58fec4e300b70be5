"""Concurrent calls from many threads."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def at_once(calls: Sequence[Callable[[], Result]], threads: int = 16) -> list[Result]:
    """Run the calls in threads that start together; returns each result. An error of any call is raised."""
    threads = min(threads, len(calls))
    start = threading.Barrier(threads)

    def run(share: Sequence[Callable[[], Result]]) -> list[Result]:
        start.wait()
        return [call() for call in share]

    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(run, calls[place::threads]) for place in range(threads)]
        return [result for future in futures for result in future.result()]

"""Concurrent calls from many threads."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def run_concurrently(calls: Sequence[Callable[[], Result]], threads: int = 16) -> list[Result]:
    """Run the calls in threads that start together; returns each result. An error of any call is raised."""
    threads = min(threads, len(calls))
    start = threading.Barrier(threads)

    def run_share(share: Sequence[Callable[[], Result]]) -> list[Result]:
        start.wait()
        return [call() for call in share]

    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(run_share, calls[index::threads]) for index in range(threads)]
        return [result for future in futures for result in future.result()]

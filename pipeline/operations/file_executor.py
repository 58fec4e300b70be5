"""Executor for work on users' files, which takes long: with threads of its own it keeps nothing else waiting."""

import asyncio
import contextvars
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import ParamSpec, TypeVar

from models.errors import ErrorCode, RequestRejected

MAX_THREADS = 4  # each measures one file in a child at a time
MAX_PENDING = 4  # files of one user that are being measured or wait for it

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(slots=True)
class FileExecutor:
    """Threads are started when they are needed. For use in one event loop."""

    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(MAX_THREADS, "files"))
    _pending: Counter[str] = field(default_factory=Counter)

    async def run(self, function: Callable[P, R], *arguments: P.args, **options: P.kwargs) -> R:
        """Run a function in one of the threads, with the caller's context variables."""
        call = partial(contextvars.copy_context().run, function, *arguments, **options)
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    async def measure(self, user_id: str, function: Callable[P, R], *arguments: P.args, **options: P.kwargs) -> R:
        """Run a function on a user's file. Raises RequestRejected(TOO_FAST) where too many of theirs wait already."""
        if self._pending[user_id] >= MAX_PENDING:
            raise RequestRejected(ErrorCode.TOO_FAST)
        self._pending[user_id] += 1
        try:
            return await self.run(function, *arguments, **options)
        finally:
            self._pending[user_id] -= 1
            if not self._pending[user_id]:
                del self._pending[user_id]

    def close(self) -> None:
        """Start nothing more; what runs ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)

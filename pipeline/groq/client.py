"""Client of Groq's API: repeats what failed for a moment, within a number of seconds for the whole task, and stops at
once when the job is cancelled.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import groq
import httpx
import structlog

from models.errors import ErrorCode, JobCancelled, ProcessingFailed
from models.retries import SERVICE_BACKOFF, Backoff
from pipeline.groq.retry_after import parse_retry_after

CANCEL_CHECK_SECONDS: Final = 0.1  # seconds between two checks whether the job was cancelled
_KEY_STATUSES: Final = frozenset({401, 402, 403})  # what the operator must mend
_TOO_LARGE: Final = 413
_TEMPORARY_STATUSES: Final = frozenset({408, 409, 429})

ResultT = TypeVar("ResultT")
_log = structlog.get_logger(__name__)


class PayloadTooLarge(Exception):
    """Groq takes no request of that size: the caller makes smaller ones."""


@dataclass(frozen=True, slots=True)
class GroqSession:
    """An open client, and when its task has to be done (`loop.time()`)."""

    sdk: groq.AsyncGroq
    deadline: float
    backoff: Backoff
    failure: ErrorCode

    async def request(self, send: Callable[[], Awaitable[bytes]], attempt_seconds: float) -> bytes:
        """Send a request, again where its failure may pass, each time for at most `attempt_seconds`.

        Raises PayloadTooLarge. Raises ProcessingFailed for what does not pass, and when the next
        attempt would come after the deadline.
        """
        attempt = 1
        while True:
            try:
                async with asyncio.timeout(attempt_seconds):
                    return await send()
            except (groq.GroqError, TimeoutError) as error:
                delay = self._find_delay(error, attempt)
                if delay is None or asyncio.get_running_loop().time() + delay >= self.deadline:
                    raise _to_failure(error, self.failure) from error
            await asyncio.sleep(delay)
            attempt += 1

    def _find_delay(self, error: Exception, attempt: int) -> float | None:
        """Seconds to wait after a failure; None for one that does not pass by itself."""
        if not isinstance(error, groq.APIStatusError):
            return self.backoff.delay_for(attempt)
        if error.status_code not in _TEMPORARY_STATUSES and error.status_code < 500:
            return None
        asked = parse_retry_after(error.response.headers, datetime.now(UTC))
        return asked or self.backoff.delay_for(attempt)


@dataclass(frozen=True, slots=True)
class GroqClient:
    """An account at Groq; `transport` replaces the network. Thread-safe: each task has connections of its own. What
    fails is a ProcessingFailed with the code `failure`."""

    api_key: str = field(repr=False)
    base_url: str | None = None
    transport: httpx.AsyncBaseTransport | None = None
    backoff: Backoff = SERVICE_BACKOFF
    failure: ErrorCode = ErrorCode.SPEECH_SERVICE_DOWN

    def run(
        self,
        task: Callable[[GroqSession], Coroutine[Any, Any, ResultT]],
        seconds: float,
        is_cancelled: Callable[[], bool],
    ) -> ResultT:
        """Run a task of requests within so many seconds.

        Raises JobCancelled, ProcessingFailed, and what the task raises.
        """
        return asyncio.run(self._run(task, seconds, is_cancelled))

    async def _run(
        self,
        task: Callable[[GroqSession], Coroutine[Any, Any, ResultT]],
        seconds: float,
        is_cancelled: Callable[[], bool],
    ) -> ResultT:
        deadline = asyncio.get_running_loop().time() + seconds
        async with self._open() as sdk:
            running = asyncio.create_task(task(GroqSession(sdk, deadline, self.backoff, self.failure)))
            try:
                while not running.done():
                    await asyncio.wait({running}, timeout=CANCEL_CHECK_SECONDS)
                    if not running.done():
                        self._check_running(deadline, is_cancelled)
                return running.result()
            finally:
                running.cancel()
                await asyncio.wait({running})

    def _check_running(self, deadline: float, is_cancelled: Callable[[], bool]) -> None:
        if is_cancelled():
            raise JobCancelled
        if asyncio.get_running_loop().time() > deadline:
            _log.warning("groq-too-slow")
            raise ProcessingFailed(self.failure)

    @contextlib.asynccontextmanager
    async def _open(self) -> AsyncIterator[groq.AsyncGroq]:
        http_client = groq.DefaultAsyncHttpxClient(transport=self.transport)
        async with groq.AsyncGroq(
            api_key=self.api_key, base_url=self.base_url, max_retries=0, http_client=http_client
        ) as sdk:
            yield sdk


def _to_failure(error: Exception, code: ErrorCode) -> Exception:
    """The failure of a request, logged: an error for what the operator must mend, a warning for what may pass."""
    if not isinstance(error, groq.APIStatusError):
        _log.warning("groq-unreachable", error=type(error).__name__)
    elif error.status_code == _TOO_LARGE:
        return PayloadTooLarge()
    elif error.status_code in _KEY_STATUSES:
        _log.error("groq-key-rejected", status=error.status_code)
    else:
        _log.warning("groq-request-failed", status=error.status_code)
    return ProcessingFailed(code)

"""Rate limiter for Telegram's flood control: waits for short delays, raises an error for long ones."""

from collections.abc import Callable, Coroutine
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import AIORateLimiter

from bots.telegram.errors import LongRetryAfter, retry_seconds_of

JsonResult = bool | dict[str, Any] | list[dict[str, Any]]


class BoundedRateLimiter(AIORateLimiter):
    """Retries after delays of at most `max_seconds`.

    The base class blocks all requests to Telegram while it waits for one. A delay of minutes in one chat would block
    all chats, and outlast the lease of the message being sent: the outbox handles such a delay.
    """

    def __init__(self, max_seconds: float = 5.0, max_retries: int = 2) -> None:
        super().__init__(max_retries=max_retries)
        self._max_seconds = max_seconds

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, JsonResult]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> JsonResult:
        async def call_once(*request: Any, **options: Any) -> JsonResult:
            try:
                return await callback(*request, **options)
            except RetryAfter as error:
                if retry_seconds_of(error) > self._max_seconds:
                    raise LongRetryAfter(retry_seconds_of(error)) from error
                raise

        return await super().process_request(call_once, args, kwargs, endpoint, data, rate_limit_args)

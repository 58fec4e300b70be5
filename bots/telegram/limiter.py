"""Rate limiter for Telegram's flood control: waits for short delays, raises an error for long ones."""

from collections.abc import Callable, Coroutine
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import AIORateLimiter

from bots.telegram.errors import LongPause, pause_of

JSON = bool | dict[str, Any] | list[dict[str, Any]]


class ShortPauses(AIORateLimiter):
    """Retries after delays of at most `max_seconds`.

    The base class blocks all requests to Telegram while it waits for one. A delay of minutes in one chat would block
    all chats, and outlast the lease of the message being sent: the outbox handles such a delay.
    """

    def __init__(self, longest: float = 5.0, max_retries: int = 2) -> None:
        super().__init__(max_retries=max_retries)
        self._longest = longest

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, JSON]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> JSON:
        async def brief(*request: Any, **options: Any) -> JSON:
            try:
                return await callback(*request, **options)
            except RetryAfter as error:
                if pause_of(error) > self._longest:
                    raise LongPause(pause_of(error)) from error
                raise

        return await super().process_request(brief, args, kwargs, endpoint, data, rate_limit_args)

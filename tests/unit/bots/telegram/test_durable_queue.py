"""The queue has updates kept before the poller may confirm them; pauses are sat out only when they are short."""

from typing import Any

import pytest
from telegram import Update
from telegram.error import RetryAfter

from bots.telegram.errors import LongRetryAfter
from bots.telegram.inbound import DurableQueue, UpdateNotSaved
from bots.telegram.limiter import BoundedRateLimiter


async def test_an_update_is_kept_before_the_poller_goes_on() -> None:
    kept: list[int] = []

    async def keep(update: Update) -> None:
        kept.append(update.update_id)

    queue = DurableQueue(keep)
    await queue.put(Update(1))
    assert kept == [1]
    assert queue.empty()  # the library has nothing to handle


async def test_an_update_that_cannot_be_kept_is_reported_as_a_bad_connection() -> None:
    async def keep(_update: Update) -> None:
        raise OSError("disk full")

    queue = DurableQueue(keep)
    with pytest.raises(UpdateNotSaved):
        await queue.put(Update(1))
    assert queue.empty()


async def test_the_librarys_own_signals_pass() -> None:
    async def keep(_update: Update) -> None:
        raise AssertionError("nothing here is to be kept")

    queue = DurableQueue(keep)
    await queue.put("stop")
    assert queue.get_nowait() == "stop"


class Flooded:
    """A request that meets so many pauses before it succeeds."""

    def __init__(self, pauses: list[float]) -> None:
        self.pauses = pauses

    async def __call__(self, *_args: Any, **_kwargs: Any) -> bool:
        if self.pauses:
            raise RetryAfter(int(self.pauses.pop(0)))
        return True


async def test_a_long_pause_is_handed_back_at_once() -> None:
    request = Flooded([90])
    with pytest.raises(LongRetryAfter) as caught:
        await BoundedRateLimiter().process_request(request, (), {}, "sendMessage", {"chat_id": 1}, None)
    assert caught.value.seconds == 90


async def test_short_pauses_are_sat_out_twice() -> None:
    request = Flooded([0, 0])
    assert await BoundedRateLimiter().process_request(request, (), {}, "sendMessage", {"chat_id": 1}, None) is True

"""While something is sent, the chat shows it; that it cannot stops nothing."""

import asyncio

import pytest

from bots.core.channel import ChannelError, RetryLater
from bots.core.delivery.typing_indicator import show_typing


class Chat:
    """Counts how often the indicator was asked for, and fails with these errors first."""

    def __init__(self, *errors: ChannelError) -> None:
        self.calls = 0
        self.reached = asyncio.Semaphore(0)
        self._errors = list(errors)

    async def send_typing(self) -> None:
        self.calls += 1
        self.reached.release()
        if self._errors:
            raise self._errors.pop(0)

    async def wait_for_calls(self, count: int) -> None:
        async with asyncio.timeout(10):
            for _ in range(count):
                await self.reached.acquire()


async def test_it_is_shown_again_until_the_end_and_not_after() -> None:
    chat = Chat()
    async with show_typing(chat.send_typing, 0.001):
        await chat.wait_for_calls(3)
    calls = chat.calls
    for _ in range(20):
        await asyncio.sleep(0)
    assert chat.calls == calls


async def test_an_error_stops_neither_what_is_sent_nor_the_next_try() -> None:
    chat = Chat(ChannelError("no answer"))
    async with show_typing(chat.send_typing, 0.001):
        await chat.wait_for_calls(2)


async def test_a_messenger_that_asks_for_a_pause_is_left_alone() -> None:
    chat, later = Chat(RetryLater(30)), Chat()
    async with show_typing(chat.send_typing, 0.0), show_typing(later.send_typing, 0.0):
        await later.wait_for_calls(5)
    assert chat.calls == 1


async def test_an_error_of_what_is_sent_comes_through() -> None:
    with pytest.raises(ValueError, match="a bug"):
        async with show_typing(Chat().send_typing, 0.001):
            raise ValueError("a bug")

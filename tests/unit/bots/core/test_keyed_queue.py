"""One person in order, many people at once."""

import asyncio

import pytest

from bots.core.keyed_queue import KeyedQueue, QueueSlot


async def test_turns_of_one_lane_follow_each_other_in_the_order_they_were_taken() -> None:
    lanes, story = KeyedQueue(max_concurrent=8), []

    async def work(name: str, turn: QueueSlot) -> None:
        async with turn:
            story.append(f"{name} begins")
            await asyncio.sleep(0)
            story.append(f"{name} ends")

    first, second = lanes.reserve("ana"), lanes.reserve("ana")
    await asyncio.gather(work("second", second), work("first", first))
    assert story == ["first begins", "first ends", "second begins", "second ends"]


async def test_another_lane_does_not_wait() -> None:
    lanes = KeyedQueue(max_concurrent=8)
    async with lanes.reserve("ana"), asyncio.timeout(10), lanes.reserve("bia"):
        pass


async def test_no_more_turns_run_than_there_is_room_and_waiting_ones_take_none() -> None:
    lanes, running, most = KeyedQueue(max_concurrent=2), 0, 0

    async def work(turn: QueueSlot) -> None:
        nonlocal running, most
        async with turn:
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1

    turns = [lanes.reserve("ana") for _ in range(5)] + [lanes.reserve(name) for name in "bcde"]
    async with asyncio.timeout(10):
        await asyncio.gather(*(work(turn) for turn in turns))
    assert most == 2


async def test_a_turn_that_fails_or_is_given_up_lets_the_next_one_in() -> None:
    lanes = KeyedQueue(max_concurrent=8)

    async def fail(turn: QueueSlot) -> None:
        async with turn:
            raise KeyError

    failing, abandoned, last = lanes.reserve("ana"), lanes.reserve("ana"), lanes.reserve("ana")
    waiting = asyncio.create_task(abandoned.__aenter__())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(KeyError):
        await fail(failing)
    async with asyncio.timeout(10), last:
        pass

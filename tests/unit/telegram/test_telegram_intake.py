"""The queue keeps updates before the poller may confirm them; pauses are sat out only when they are short."""

from typing import Any

import pytest
from fakes.telegram_api.inlet import RecordingInlet
from telegram import Update
from telegram.error import RetryAfter

from bots.telegram.errors import LongPause
from bots.telegram.intake import Backlog, DurableQueue, NotKept
from bots.telegram.limiter import ShortPauses


async def test_an_update_is_kept_before_it_is_queued() -> None:
    kept: list[tuple[int, int]] = []

    async def keep(update: Update) -> bool:
        kept.append((update.update_id, queue.qsize()))
        return True

    queue = DurableQueue(keep)
    await queue.put(Update(1))
    assert kept == [(1, 0)]
    assert queue.qsize() == 1


async def test_an_update_we_already_had_is_left_out() -> None:
    async def keep(_update: Update) -> bool:
        return False

    queue = DurableQueue(keep)
    await queue.put(Update(1))
    assert queue.empty()


async def test_an_update_that_cannot_be_kept_is_not_queued_and_reported_as_a_bad_connection() -> None:
    async def keep(_update: Update) -> bool:
        raise OSError("disk full")

    queue = DurableQueue(keep)
    with pytest.raises(NotKept):
        await queue.put(Update(1))
    assert queue.empty()


async def test_the_librarys_own_signals_pass_and_what_was_kept_before_is_not_kept_twice() -> None:
    async def keep(_update: Update) -> bool:
        raise AssertionError("nothing here is to be kept")

    queue = DurableQueue(keep)
    await queue.put("stop")
    await queue.again(Update(1))
    assert queue.qsize() == 2


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
    with pytest.raises(LongPause) as caught:
        await ShortPauses().process_request(request, (), {}, "sendMessage", {"chat_id": 1}, None)
    assert caught.value.seconds == 90


async def test_short_pauses_are_sat_out_twice() -> None:
    request = Flooded([0, 0])
    assert await ShortPauses().process_request(request, (), {}, "sendMessage", {"chat_id": 1}, None) is True


async def test_what_is_in_hand_is_not_forgotten_and_what_is_let_go_is_until_it_is_handled() -> None:
    inlet = RecordingInlet()
    backlog = Backlog(inlet)
    assert await backlog.keep(Update(1))
    assert await backlog.forgotten() == []
    backlog.let_go(["1"])
    assert await backlog.forgotten() == [{"update_id": 1}]
    assert await backlog.forgotten() == []
    backlog.let_go(["1"])
    await inlet.ignore(["1"])
    assert (await backlog.forgotten(), backlog.size) == ([], 0)


async def test_an_update_we_already_had_or_could_not_keep_is_not_in_hand() -> None:
    inlet = RecordingInlet()
    backlog = Backlog(inlet)
    inlet.remember("1", {"update_id": 1})
    assert not await backlog.keep(Update(1))
    inlet.broken = 1
    with pytest.raises(OSError, match="away"):
        await backlog.keep(Update(2))
    assert backlog.size == 0


async def test_kept_updates_that_cannot_be_read_now_are_found_at_the_next_look() -> None:
    class Away(RecordingInlet):
        away = True

        def forgotten(self) -> Any:
            if self.away:
                raise OSError("the database is away")
            return super().forgotten()

    inlet = Away()
    inlet.remember("1", {"update_id": 1})
    backlog = Backlog(inlet)
    assert await backlog.forgotten() == []
    inlet.away = False
    assert await backlog.forgotten() == [{"update_id": 1}]

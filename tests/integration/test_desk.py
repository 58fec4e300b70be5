"""The desk between a channel and the database: repeats, crashes, and people in a hurry."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.house import House, Somebody, open_house, picture, video

from bots.core.channel import ChannelError
from bots.core.context import Context, HandlerResult
from bots.core.conversation.conversation import Conversation


class Crash(Exception):
    """The process ends here."""


class CrashingConversation(Conversation):
    """Answers in full, then the process ends before anything is committed."""

    def answer(self, context: Context) -> HandlerResult:
        super().answer(context)
        raise Crash


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = open_house(tmp_path)
    yield house
    house.db.close()


@pytest.fixture
def ana(house: House) -> Somebody:
    return Somebody(house, house.counter())


async def test_the_same_update_twice_is_answered_once(house: House, ana: Somebody) -> None:
    greeting = ana.inbound(text="/start")
    for _ in range(3):
        await ana.counter.desk.handle(greeting)
        await house.settle()
    assert len(ana.seen) == 1


async def test_the_same_update_twice_at_the_same_time_is_answered_once(house: House, ana: Somebody) -> None:
    sending = ana.carrying(picture())
    await asyncio.gather(*(ana.counter.desk.handle(sending) for _ in range(4)))
    await house.settle()
    assert len(ana.seen) == 1
    assert len(house.jobs()) == 1


async def test_an_album_of_which_one_part_comes_again_is_not_made_again(house: House, ana: Somebody) -> None:
    album = ana.carrying(picture(300), picture(400))
    object.__setattr__(album, "update_ids", ("a1", "a2"))
    await ana.counter.desk.handle(album)
    again = ana.carrying(picture(400))
    object.__setattr__(again, "update_ids", ("a2",))
    await ana.counter.desk.handle(again)
    assert len(house.jobs()) == 1


async def test_a_crash_before_the_answer_leaves_one_acknowledgement_and_one_film_after_all(
    house: House, ana: Somebody
) -> None:
    desk = ana.counter.desk
    sending = ana.carrying(picture())
    desk.save_update(sending.update_ids[0], {"kept": True})
    desk.conversation = CrashingConversation(house.pipeline)
    with pytest.raises(Crash):
        await desk.handle(sending)
    await house.settle()
    assert [message.text for message in ana.seen] == ["Got it! Having a look…"]
    assert house.jobs() == []
    assert [update for update, _ in desk.list_unhandled()] == [sending.update_ids[0]]
    restarted = house.new_desk(ana.counter.account, ana.counter.channel)
    await restarted.handle(sending)
    await house.settle()
    await house.tick()
    assert [message.text for message in ana.seen] == ["🕐 You're next."]
    assert len(house.jobs()) == 1
    assert restarted.list_unhandled() == []


async def test_an_update_that_crashes_every_time_is_answered_with_an_apology_at_last(
    house: House, ana: Somebody
) -> None:
    desk = ana.counter.desk
    sending = ana.carrying(picture())
    desk.save_update(sending.update_ids[0], {})
    desk.conversation = CrashingConversation(house.pipeline)
    for _ in range(3):
        assert desk.list_unhandled()
        with pytest.raises(Crash):
            await desk.handle(sending)
    assert desk.list_unhandled()
    await desk.handle(sending)
    await house.settle()
    assert desk.list_unhandled() == []
    (apology,) = ana.seen
    assert re.fullmatch(r"\(UNEXPECTED · [0-9a-f]{8}\)", apology.text.splitlines()[-1])
    assert house.jobs() == []


async def test_an_update_is_remembered_once_and_forgotten_when_it_is_handled(ana: Somebody) -> None:
    desk = ana.counter.desk
    greeting = ana.inbound(text="/start")
    assert desk.save_update(greeting.update_ids[0], {"text": "/start"})
    assert not desk.save_update(greeting.update_ids[0], {"text": "/start"})
    assert list(desk.list_unhandled()) == [(greeting.update_ids[0], {"text": "/start"})]
    await desk.handle(greeting)
    assert desk.list_unhandled() == []


async def test_what_needs_no_answer_is_marked_as_handled(ana: Somebody) -> None:
    ana.counter.desk.save_update("u-sticker", {})
    await ana.counter.desk.ignore(["u-sticker"])
    assert ana.counter.desk.list_unhandled() == []
    assert ana.seen == []


async def test_a_file_that_cannot_be_fetched_is_said_and_nothing_else_lost(house: House, ana: Somebody) -> None:
    await ana.sends(ChannelError("connection lost"), picture(), names=("lost.png", "good.png"))
    assert house.inputs(house.jobs()[0]) == ["good.png"]
    assert re.search(r"Nothing was charged\.\n\(UNEXPECTED · [0-9a-f]{8}\)$", ana.last.text)
    assert list((house.folder / "passing").iterdir()) == []


async def test_who_writes_too_fast_is_told_once_a_minute_and_then_heard_again(house: House, ana: Somebody) -> None:
    for _ in range(20):
        await ana.writes("/start")
    for _ in range(15):
        await ana.writes("/start")
    await ana.sends(picture())
    assert [message.text.split("\n")[-1] for message in ana.seen[20:]] == ["(TOO_FAST)"]
    assert house.jobs() == []
    assert ana.counter.desk.list_unhandled() == []
    house.time.forward(61)
    await ana.sends(picture())
    assert len(house.jobs()) == 1


async def test_somebody_in_a_hurry_slows_down_nobody_else(house: House, ana: Somebody) -> None:
    for _ in range(25):
        await ana.writes("/start")
    assert (await Somebody(house, ana.counter, id="8").writes("/start")).text.startswith("Hi!")


async def test_a_film_answers_the_message_it_was_made_from(house: House, ana: Somebody) -> None:
    sending = ana.carrying(video())
    await ana.counter.desk.handle(sending)
    house.work()
    await house.settle()
    assert [message.reply_to for message in ana.seen] == [sending.message_id, sending.message_id]


async def test_the_acknowledgement_is_owed_before_a_file_is_fetched(house: House, ana: Somebody) -> None:
    ana.counter.channel.fetching.clear()
    handling = asyncio.create_task(ana.counter.desk.handle(ana.carrying(picture())))
    delivering = asyncio.create_task(house.postman.run())
    await ana.counter.channel.until(lambda: bool(ana.seen))
    delivering.cancel()
    assert ana.last.text == "Got it! Having a look…"
    assert house.jobs() == []
    ana.counter.channel.fetching.set()
    await handling
    assert len(house.jobs()) == 1

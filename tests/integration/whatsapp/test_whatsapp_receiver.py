"""What arrives is kept before anything else, answered in order, and survives what fails."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.answering import QUICK, Number, answering
from fakes.house import open_house
from fakes.telegram_api.inlet import Gate, RecordingInlet
from fakes.whatsapp import IMAGE, Person, contents

from bots.core.channel import Inbound
from bots.whatsapp.channel import OFFICIAL
from bots.whatsapp.receiver import Patience, Receiver
from models.columns import utc_now


@dataclass
class Door:
    """A number whose conversation only listens."""

    number: Number
    inlet: RecordingInlet = field(default_factory=RecordingInlet)

    def __post_init__(self) -> None:
        self.opens()

    def opens(self, patience: Patience = QUICK, clock: Callable[[], datetime] = utc_now) -> Receiver:
        """Another process takes the number over; what the one before had in hand is left as it was."""
        number = self.number
        number.receiver = Receiver(self.inlet, number.channel, lambda: number.me, clock=clock, patience=patience)
        return number.receiver

    async def heard(self, count: int) -> list[str]:
        """The texts that were answered, once they are so many."""
        return [inbound.text for inbound in await self.inlet.heard(count)]

    async def kept(self, count: int) -> None:
        assert await self.inlet.changes.arrival(lambda: len(self.inlet.kept) >= count, 10)


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    async with answering(open_house(tmp_path), tmp_path, can=replace(OFFICIAL, album_seconds=0.2)) as number:
        yield Door(number)


@pytest.fixture
def ana(door: Door) -> Person:
    return door.number.person()


@pytest.fixture
def bia(door: Door) -> Person:
    return door.number.person("5531970000002")


async def test_a_message_is_kept_before_it_is_answered(door: Door, ana: Person) -> None:
    kept: list[int] = []

    async def look(_inbound: Inbound) -> None:
        kept.append(len(door.inlet.kept))

    door.inlet.answer = look
    ana.says("one")
    await door.heard(1)
    assert kept == [1]


async def test_what_one_person_sends_is_answered_in_order_while_others_go_on(
    door: Door, ana: Person, bia: Person
) -> None:
    gate = Gate()
    door.inlet.answer = only(ana, gate)
    for text in ("1", "2", "3"):
        ana.says(text)
    bia.says("other")
    assert await door.heard(1) == ["other"]
    gate.open.set()
    assert await door.heard(4) == ["other", "1", "2", "3"]


async def test_the_same_message_twice_is_answered_once(door: Door, ana: Person) -> None:
    ana.says("one", new_id="3EB0SAME")
    ana.says("one", new_id="3EB0SAME")
    ana.says("two")
    assert await door.heard(2) == ["one", "two"]


async def test_while_nothing_can_be_kept_messages_wait_and_keep_their_order(door: Door, ana: Person) -> None:
    door.inlet.broken = 4
    for text in ("1", "2", "3"):
        ana.says(text)
    assert await door.heard(3) == ["1", "2", "3"]


async def test_what_fails_is_taken_up_again_and_others_are_not_disturbed(door: Door, ana: Person, bia: Person) -> None:
    failing = [RuntimeError("a bug"), OSError("the database is away")]

    async def fail(inbound: Inbound) -> None:
        if inbound.sender.aliases == (ana.number,) and failing:
            raise failing.pop()

    door.inlet.answer = fail
    looking = asyncio.create_task(door.number.receiver.run())
    ana.says("unlucky")
    bia.says("lucky")
    assert await door.heard(2) == ["lucky", "unlucky"]
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    assert failing == []


async def test_what_a_crash_interrupted_is_answered_by_the_next_process_in_its_order(door: Door, ana: Person) -> None:
    gate = Gate()
    door.inlet.answer = gate
    for text in ("1", "2"):
        ana.says(text)
    await door.kept(2)
    door.inlet.answer = None
    await door.opens().take_up_again()
    assert (await door.heard(2))[:2] == ["1", "2"]
    gate.open.set()


async def test_what_was_kept_is_answered_however_long_ago_that_was(door: Door, ana: Person) -> None:
    door.inlet.answer = Gate()
    ana.says("yesterday's", at=door.number.fake.now() - 23.99 * 3600)
    await door.kept(1)
    door.inlet.answer = None
    await door.opens(clock=lambda: datetime(2040, 1, 1, tzinfo=UTC)).take_up_again()
    assert await door.heard(1) == ["yesterday's"]


async def test_one_that_cannot_be_read_any_more_does_not_keep_the_others(door: Door, ana: Person) -> None:
    door.inlet.save_update("a-bad-one", {"event": "AAAA"})
    door.inlet.save_update("another", {})
    door.inlet.answer = Gate()
    ana.says("one")
    await door.kept(3)
    door.inlet.answer = None
    await door.opens().take_up_again()
    assert await door.heard(1) == ["one"]


async def test_an_announced_album_is_complete_with_its_last_item(door: Door, ana: Person) -> None:
    ana.sends_album([b"1", b"2", b"3"])
    (album,) = await door.inlet.heard(1)
    assert len(album.attachments) == 3
    assert len(album.update_ids) == 3
    assert await door.number.fake.arrival(lambda: len(ana.chat.read) == 3 and ana.chat.reactions)
    assert list(ana.chat.reactions.values()) == ["👀"]  # at the first


async def test_an_album_that_was_interrupted_comes_back_whole(door: Door, ana: Person) -> None:
    items = [contents.picture(ana.uploads(bytes([place]), IMAGE)) for place in range(2)]
    for item in items:
        ana.sends(contents.in_album(item, "3EB0PARENT", ana.address))
    await door.kept(2)
    await door.number.receiver.stop()
    assert door.inlet.inbounds == []
    await door.opens().take_up_again()
    (album,) = await door.inlet.heard(1)
    assert len(album.attachments) == 2


async def test_whoever_goes_on_to_something_else_has_sent_all_of_their_album(door: Door, ana: Person) -> None:
    item = contents.picture(ana.uploads(b"1", IMAGE))
    ana.sends(contents.in_album(item, "3EB0PARENT", ana.address))
    ana.says("that was it")
    album, text = await door.inlet.heard(2)
    assert (len(album.attachments), text.text) == (1, "that was it")


async def test_in_a_group_the_rest_of_an_album_belongs_to_its_first_item(door: Door, ana: Person) -> None:
    group, me = door.number.fake.group(phone=door.number.phone), f"{door.number.phone.number}@s.whatsapp.net"
    first = contents.picture(ana.uploads(b"1", IMAGE), f"@{door.number.phone.number} look")
    first.imageMessage.contextInfo.mentionedJID.append(me)
    rest = contents.picture(ana.uploads(b"2", IMAGE))
    for item in (first, rest):
        ana.sends(contents.in_album(item, "3EB0PARENT", group.chat.id), group=group)
    (album,) = await door.inlet.heard(1)
    assert (len(album.attachments), album.text, album.is_group) == (2, "look", True)


async def test_files_get_eyes_and_texts_only_blue_ticks(door: Door, ana: Person) -> None:
    text, file = ana.says("hello"), ana.sends_picture(b"1")
    await door.heard(2)
    assert await door.number.fake.arrival(lambda: ana.chat.read >= {text, file} and ana.chat.reactions)
    assert ana.chat.reactions == {file: "👀"}


async def test_a_sign_that_cannot_be_given_disturbs_nothing(door: Door, ana: Person) -> None:
    door.number.fake.fail("MarkRead", "websocket not connected", times=5)
    door.number.fake.fail("SendMessage", "websocket not connected", kind="reaction", times=5)
    ana.sends_picture(b"1")
    await door.heard(1)


async def test_more_than_a_process_can_hold_waits_in_the_database(door: Door, ana: Person) -> None:
    gate = Gate()
    door.inlet.answer = gate
    receiver = door.opens(replace(QUICK, in_hand=3))
    for place in range(10):
        ana.says(str(place))
    await door.kept(10)
    gate.open.set()
    await door.heard(3)
    looking = asyncio.create_task(receiver.run())
    assert sorted(await door.heard(10)) == [str(place) for place in range(10)]
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)


async def test_the_end_waits_for_what_is_being_answered(door: Door, ana: Person) -> None:
    gate = Gate()
    door.inlet.answer = gate
    ana.says("one")
    assert await door.inlet.changes.arrival(lambda: door.inlet.begun, 10)
    stopping = asyncio.create_task(door.number.receiver.stop())
    await asyncio.sleep(0)
    gate.open.set()
    await stopping
    assert [inbound.text for inbound in door.inlet.inbounds] == ["one"]


async def test_what_never_ends_is_left_for_the_next_process(door: Door, ana: Person) -> None:
    door.inlet.answer = Gate()
    receiver = door.opens(replace(QUICK, grace=0.05))
    ana.says("one")
    assert await door.inlet.changes.arrival(lambda: door.inlet.begun, 10)
    await receiver.stop()
    assert door.inlet.done == []
    ana.says("two")
    await door.kept(2)
    door.inlet.answer = None
    await door.opens().take_up_again()
    assert await door.heard(2) == ["one", "two"]


def only(person: Person, answer: Callable[[Inbound], Awaitable[None]]) -> Callable[[Inbound], Awaitable[None]]:
    """An answer for one person; others have none."""

    async def answered(inbound: Inbound) -> None:
        if inbound.sender.aliases == (person.number,):
            await answer(inbound)

    return answered

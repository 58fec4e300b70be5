"""What arrives is kept before anything else, answered in order, and survives what fails."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fakes.telegram_api.recording_sink import BlockingAnswer, RecordingSink
from fakes.whatsapp import IMAGE, WhatsAppPerson, contents
from fakes.world.whatsapp import FAST_INBOUND, WhatsAppBot, open_whatsapp_bot
from fakes.world.world import World

from bots.core.channel import Inbound
from bots.core.inbound import InboundLimits, InboundProcessor
from bots.whatsapp.channel import WHATSAPP_CAPABILITIES
from bots.whatsapp.inbound import WhatsAppAdapter
from models.columns import utc_now
from storage.db import Database


@dataclass
class Door:
    """A number whose conversation only listens."""

    number: WhatsAppBot
    inlet: RecordingSink = field(default_factory=RecordingSink)

    def __post_init__(self) -> None:
        self.opens()

    def opens(
        self, patience: InboundLimits = FAST_INBOUND, clock: Callable[[], datetime] = utc_now
    ) -> InboundProcessor[Any]:
        """Another process takes the number over; what the one before had in hand is left as it was."""
        number = self.number
        adapter = WhatsAppAdapter(number.channel, lambda: number.identity, clock)
        album_seconds = number.channel.capabilities.album_seconds
        number.inbound = InboundProcessor(self.inlet, adapter, album_seconds=album_seconds, limits=patience)
        return number.inbound

    async def heard(self, count: int) -> list[str]:
        """The texts that were answered, once they are so many."""
        return [inbound.text for inbound in await self.inlet.wait_for_inbounds(count)]

    async def kept(self, count: int) -> None:
        assert await self.inlet.condition.wait_async(lambda: len(self.inlet.updates) >= count, 10)


@pytest.fixture
async def door(tmp_path: Path, sqlite: Database) -> AsyncIterator[Door]:
    async with open_whatsapp_bot(
        World.open(tmp_path, sqlite), tmp_path, capabilities=replace(WHATSAPP_CAPABILITIES, album_seconds=1.0)
    ) as number:
        yield Door(number)


@pytest.fixture
def ana(door: Door) -> WhatsAppPerson:
    return door.number.get_person()


@pytest.fixture
def bia(door: Door) -> WhatsAppPerson:
    return door.number.get_person("5531970000002")


async def test_a_message_is_kept_before_it_is_answered(door: Door, ana: WhatsAppPerson) -> None:
    kept: list[int] = []

    async def look(_inbound: Inbound) -> None:
        kept.append(len(door.inlet.updates))

    door.inlet.on_inbound = look
    ana.send_text("one")
    await door.heard(1)
    assert kept == [1]


async def test_what_one_person_sends_is_answered_in_order_while_others_go_on(
    door: Door, ana: WhatsAppPerson, bia: WhatsAppPerson
) -> None:
    gate = BlockingAnswer()
    door.inlet.on_inbound = only(ana, gate)
    for text in ("1", "2", "3"):
        ana.send_text(text)
    bia.send_text("other")
    assert await door.heard(1) == ["other"]
    gate.released.set()
    assert await door.heard(4) == ["other", "1", "2", "3"]


async def test_the_same_message_twice_is_answered_once(door: Door, ana: WhatsAppPerson) -> None:
    ana.send_text("one", new_id="3EB0SAME")
    ana.send_text("one", new_id="3EB0SAME")
    ana.send_text("two")
    assert await door.heard(2) == ["one", "two"]


async def test_while_nothing_can_be_kept_messages_wait_and_keep_their_order(door: Door, ana: WhatsAppPerson) -> None:
    door.inlet.failures_left = 4
    for text in ("1", "2", "3"):
        ana.send_text(text)
    assert await door.heard(3) == ["1", "2", "3"]


async def test_what_fails_is_taken_up_again_and_others_are_not_disturbed(
    door: Door, ana: WhatsAppPerson, bia: WhatsAppPerson
) -> None:
    failing = [RuntimeError("a bug"), OSError("the database is away")]

    async def fail(inbound: Inbound) -> None:
        if inbound.sender.aliases == (ana.number,) and failing:
            raise failing.pop()

    door.inlet.on_inbound = fail
    looking = asyncio.create_task(door.number.inbound.run())
    ana.send_text("unlucky")
    bia.send_text("lucky")
    assert await door.heard(2) == ["lucky", "unlucky"]
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    assert failing == []


async def test_what_a_crash_interrupted_is_answered_by_the_next_process_in_its_order(
    door: Door, ana: WhatsAppPerson
) -> None:
    gate = BlockingAnswer()
    door.inlet.on_inbound = gate
    for text in ("1", "2"):
        ana.send_text(text)
    await door.kept(2)
    door.inlet.on_inbound = None
    await door.opens().resume_pending()
    assert (await door.heard(2))[:2] == ["1", "2"]
    gate.released.set()


async def test_what_was_kept_is_answered_however_long_ago_that_was(door: Door, ana: WhatsAppPerson) -> None:
    door.inlet.on_inbound = BlockingAnswer()
    ana.send_text("yesterday's", at=door.number.fake.get_now() - 23.99 * 3600)
    await door.kept(1)
    door.inlet.on_inbound = None
    await door.opens(clock=lambda: datetime(2040, 1, 1, tzinfo=UTC)).resume_pending()
    assert await door.heard(1) == ["yesterday's"]


async def test_one_that_cannot_be_read_any_more_does_not_keep_the_others(door: Door, ana: WhatsAppPerson) -> None:
    door.inlet.save_update("a-bad-one", {"event": "AAAA"})
    door.inlet.save_update("another", {})
    door.inlet.on_inbound = BlockingAnswer()
    ana.send_text("one")
    await door.kept(3)
    door.inlet.on_inbound = None
    await door.opens().resume_pending()
    assert await door.heard(1) == ["one"]


async def test_an_announced_album_is_complete_with_its_last_item(door: Door, ana: WhatsAppPerson) -> None:
    ana.send_album([b"1", b"2", b"3"])
    (album,) = await door.inlet.wait_for_inbounds(1)
    assert len(album.attachments) == 3
    assert len(album.update_ids) == 3
    assert await door.number.fake.wait_until_async(lambda: len(ana.chat.read_ids) == 3 and ana.chat.reactions)
    assert list(ana.chat.reactions.values()) == ["👀"]  # at the first


async def test_an_album_that_was_interrupted_comes_back_whole(door: Door, ana: WhatsAppPerson) -> None:
    items = [contents.build_image(ana.upload(bytes([place]), IMAGE)) for place in range(2)]
    for item in items:
        ana.send(contents.add_to_album(item, "3EB0PARENT", ana.address))
    await door.kept(2)
    await door.number.inbound.stop()
    assert door.inlet.inbounds == []
    await door.opens().resume_pending()
    (album,) = await door.inlet.wait_for_inbounds(1)
    assert len(album.attachments) == 2


async def test_whoever_goes_on_to_something_else_has_sent_all_of_their_album(door: Door, ana: WhatsAppPerson) -> None:
    item = contents.build_image(ana.upload(b"1", IMAGE))
    ana.send(contents.add_to_album(item, "3EB0PARENT", ana.address))
    ana.send_text("that was it")
    album, text = await door.inlet.wait_for_inbounds(2)
    assert (len(album.attachments), text.text) == (1, "that was it")


async def test_in_a_group_the_rest_of_an_album_belongs_to_its_first_item(door: Door, ana: WhatsAppPerson) -> None:
    group, me = door.number.fake.get_group(phone=door.number.phone), f"{door.number.phone.number}@s.whatsapp.net"
    first = contents.build_image(ana.upload(b"1", IMAGE), f"@{door.number.phone.number} look")
    first.imageMessage.contextInfo.mentionedJID.append(me)
    rest = contents.build_image(ana.upload(b"2", IMAGE))
    for item in (first, rest):
        ana.send(contents.add_to_album(item, "3EB0PARENT", group.chat.id), group=group)
    (album,) = await door.inlet.wait_for_inbounds(1)
    assert (len(album.attachments), album.text, album.is_group) == (2, "look", True)


async def test_files_get_eyes_and_texts_only_blue_ticks(door: Door, ana: WhatsAppPerson) -> None:
    text, file = ana.send_text("hello"), ana.send_picture(b"1")
    await door.heard(2)
    assert await door.number.fake.wait_until_async(lambda: ana.chat.read_ids >= {text, file} and ana.chat.reactions)
    assert ana.chat.reactions == {file: "👀"}


async def test_a_sign_that_cannot_be_given_disturbs_nothing(door: Door, ana: WhatsAppPerson) -> None:
    door.number.fake.fail_calls("MarkRead", "websocket not connected", times=5)
    door.number.fake.fail_calls("SendMessage", "websocket not connected", kind="reaction", times=5)
    ana.send_picture(b"1")
    await door.heard(1)


async def test_more_than_a_process_can_hold_waits_in_the_database(door: Door, ana: WhatsAppPerson) -> None:
    gate = BlockingAnswer()
    door.inlet.on_inbound = gate
    receiver = door.opens(replace(FAST_INBOUND, max_pending=3))
    for place in range(10):
        ana.send_text(str(place))
    await door.kept(10)
    gate.released.set()
    await door.heard(3)
    looking = asyncio.create_task(receiver.run())
    assert await door.heard(10) == [str(place) for place in range(10)]
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)


async def test_the_end_waits_for_what_is_being_answered(door: Door, ana: WhatsAppPerson) -> None:
    gate = BlockingAnswer()
    door.inlet.on_inbound = gate
    ana.send_text("one")
    assert await door.inlet.condition.wait_async(lambda: door.inlet.started, 10)
    stopping = asyncio.create_task(door.number.inbound.stop())
    await asyncio.sleep(0)
    gate.released.set()
    await stopping
    assert [inbound.text for inbound in door.inlet.inbounds] == ["one"]


async def test_what_never_ends_is_left_for_the_next_process(door: Door, ana: WhatsAppPerson) -> None:
    door.inlet.on_inbound = BlockingAnswer()
    receiver = door.opens(replace(FAST_INBOUND, shutdown_seconds=0.05))
    ana.send_text("one")
    assert await door.inlet.condition.wait_async(lambda: door.inlet.started, 10)
    await receiver.stop()
    assert door.inlet.settled_ids == []
    ana.send_text("two")
    await door.kept(2)
    door.inlet.on_inbound = None
    await door.opens().resume_pending()
    assert await door.heard(2) == ["one", "two"]


def only(person: WhatsAppPerson, answer: Callable[[Inbound], Awaitable[None]]) -> Callable[[Inbound], Awaitable[None]]:
    """An answer for one person; others have none."""

    async def answered(inbound: Inbound) -> None:
        if inbound.sender.aliases == (person.number,):
            await answer(inbound)

    return answered

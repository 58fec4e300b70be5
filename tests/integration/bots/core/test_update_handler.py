"""The desk between a channel and the database: repeats, crashes, and people in a hurry."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any

import pytest
from fakes.memory_channel import ALL_CAPABILITIES
from fakes.world.described_files import build_picture, build_video
from fakes.world.users import FakeUser
from fakes.world.world import World
from sqlalchemy import event

from bots.core.channel import ChannelError, RetryLater
from bots.core.context import Context, HandlerResult
from bots.core.conversation.conversation import Conversation
from bots.core.file_receiver import MAX_FETCHES
from models.identity.people import Person
from storage.identity import account_merge
from storage.operations import maintenance


class Crash(Exception):
    """The process ends here."""


class CrashingConversation(Conversation):
    """Answers in full, then the process ends before anything is committed."""

    def answer(self, context: Context) -> HandlerResult:
        super().answer(context)
        raise Crash


async def test_the_same_update_twice_is_answered_once(house: World, ana: FakeUser) -> None:
    greeting = ana.build_inbound(text="/start")
    for _ in range(3):
        await ana.account.handler.handle(greeting)
        await house.deliver_all()
    assert len(ana.messages) == 1


async def test_the_same_update_twice_at_the_same_time_is_answered_once(house: World, ana: FakeUser) -> None:
    sending = ana.build_files_inbound(build_picture())
    await asyncio.gather(*(ana.account.handler.handle(sending) for _ in range(4)))
    await house.deliver_all()
    assert len(ana.messages) == 1
    assert len(house.list_jobs()) == 1


async def test_an_album_of_which_one_part_comes_again_is_not_made_again(house: World, ana: FakeUser) -> None:
    album = ana.build_files_inbound(build_picture(300), build_picture(400))
    object.__setattr__(album, "update_ids", ("a1", "a2"))
    await ana.account.handler.handle(album)
    again = ana.build_files_inbound(build_picture(400))
    object.__setattr__(again, "update_ids", ("a2",))
    await ana.account.handler.handle(again)
    assert len(house.list_jobs()) == 1


async def test_a_crash_before_the_answer_leaves_one_acknowledgement_and_one_film_after_all(
    house: World, ana: FakeUser
) -> None:
    desk = ana.account.handler
    sending = ana.build_files_inbound(build_picture())
    desk.save_update(sending.update_ids[0], {"kept": True})
    desk.conversation = CrashingConversation(house.pipeline)
    with pytest.raises(Crash):
        await desk.handle(sending)
    await house.deliver_all()
    assert [message.text for message in ana.messages] == ["Got it! Having a look…"]
    assert house.list_jobs() == []
    assert [update for update, _ in desk.list_unhandled()] == [sending.update_ids[0]]
    restarted = house.create_handler(ana.account.account, ana.account.channel)
    await restarted.handle(sending)
    await house.deliver_all()
    await house.advance_progress()
    assert [message.text for message in ana.messages] == ["🕐 You're next."]
    assert len(house.list_jobs()) == 1
    assert restarted.list_unhandled() == []


async def test_an_update_that_crashes_every_time_is_answered_with_an_apology_at_last(
    house: World, ana: FakeUser
) -> None:
    desk = ana.account.handler
    sending = ana.build_files_inbound(build_picture())
    desk.save_update(sending.update_ids[0], {})
    desk.conversation = CrashingConversation(house.pipeline)
    for _ in range(3):
        assert desk.list_unhandled()
        with pytest.raises(Crash):
            await desk.handle(sending)
    assert desk.list_unhandled()
    await desk.handle(sending)
    await house.deliver_all()
    assert desk.list_unhandled() == []
    (apology,) = ana.messages
    assert re.fullmatch(r"\(UNEXPECTED · [0-9a-f]{8}\)", apology.text.splitlines()[-1])
    assert house.list_jobs() == []


async def test_an_update_is_remembered_once_and_forgotten_when_it_is_handled(ana: FakeUser) -> None:
    desk = ana.account.handler
    greeting = ana.build_inbound(text="/start")
    assert desk.save_update(greeting.update_ids[0], {"text": "/start"})
    assert not desk.save_update(greeting.update_ids[0], {"text": "/start"})
    assert list(desk.list_unhandled()) == [(greeting.update_ids[0], {"text": "/start"})]
    await desk.handle(greeting)
    assert desk.list_unhandled() == []


async def test_what_needs_no_answer_is_marked_as_handled(ana: FakeUser) -> None:
    ana.account.handler.save_update("u-sticker", {})
    await ana.account.handler.ignore(["u-sticker"])
    assert ana.account.handler.list_unhandled() == []
    assert ana.messages == []


async def test_a_file_that_cannot_be_fetched_is_said_and_nothing_else_lost(house: World, ana: FakeUser) -> None:
    await ana.send_files(ChannelError("connection lost"), build_picture(), names=("lost.png", "good.png"))
    assert house.list_input_names(house.list_jobs()[0]) == ["good.png"]
    assert re.search(r"Nothing was charged\.\n\(UNEXPECTED · [0-9a-f]{8}\)$", ana.last_message.text)
    assert list((house.folder / "passing").iterdir()) == []


async def test_a_file_that_the_messenger_gives_out_later_is_fetched_then(house: World, ana: FakeUser) -> None:
    ana.account.channel.faults["fetch"].extend([RetryLater(0), RetryLater(0)])
    await ana.send_files(build_picture())
    assert len(house.list_jobs()) == 1
    assert ana.account.channel.calls.count("fetch") == 3


async def test_a_file_that_the_messenger_never_gives_out_is_given_up(house: World, ana: FakeUser) -> None:
    ana.account.channel.faults["fetch"].extend([RetryLater(0)] * MAX_FETCHES)
    await ana.send_files(build_picture())
    assert house.list_jobs() == []
    assert "(UNEXPECTED" in ana.last_message.text
    assert not ana.account.channel.faults["fetch"]


async def test_who_writes_too_fast_is_told_once_a_minute_and_then_heard_again(house: World, ana: FakeUser) -> None:
    for _ in range(20):
        await ana.send_text("/start")
    for _ in range(15):
        await ana.send_text("/start")
    assert [message.text.split("\n")[-1] for message in ana.messages[20:]] == ["(TOO_FAST)"]
    assert ana.account.handler.list_unhandled() == []
    house.clock.advance(3)
    assert (await ana.send_text("/start")).text.startswith("Hi!")


async def test_files_that_come_too_fast_are_drawn_when_their_turn_comes(house: World, ana: FakeUser) -> None:
    for _ in range(20):
        await ana.send_text("/start")
    before = house.clock.monotonic()
    await ana.send_files(build_picture())
    assert len(house.list_jobs()) == 1
    assert house.clock.monotonic() - before == pytest.approx(3.0)


async def test_buttons_are_pressed_as_often_as_somebody_likes_and_leave_their_messages(ana: FakeUser) -> None:
    for _ in range(25):
        await ana.choose("set")
    assert (await ana.send_text("/start")).text.startswith("Hi!")


async def test_where_there_are_no_buttons_their_numbers_are_no_messages_either(house: World) -> None:
    plain = house.get_account("plain", capabilities=replace(ALL_CAPABILITIES, has_buttons=False))
    ana = FakeUser(house, plain)
    for _ in range(18):
        await ana.send_text("/settings")
    for _ in range(25):
        await ana.send_text("1")
    assert "Your films." in (await ana.send_text("/settings")).text


async def test_somebody_in_a_hurry_slows_down_nobody_else(house: World, ana: FakeUser) -> None:
    for _ in range(25):
        await ana.send_text("/start")
    assert (await FakeUser(house, ana.account, id="8").send_text("/start")).text.startswith("Hi!")


async def test_a_film_answers_the_message_it_was_made_from(house: World, ana: FakeUser) -> None:
    sending = ana.build_files_inbound(build_video())
    await ana.account.handler.handle(sending)
    house.run_job()
    await house.deliver_all()
    assert [message.reply_to for message in ana.messages] == [sending.message_id, sending.message_id]


async def test_the_acknowledgement_is_owed_before_a_file_is_fetched(house: World, ana: FakeUser) -> None:
    ana.account.channel.fetch_allowed.clear()
    handling = asyncio.create_task(ana.account.handler.handle(ana.build_files_inbound(build_picture())))
    delivering = asyncio.create_task(house.outbox_sender.run())
    await ana.account.channel.wait_until(lambda: bool(ana.messages))
    delivering.cancel()
    assert ana.last_message.text == "Got it! Having a look…"
    assert house.list_jobs() == []
    ana.account.channel.fetch_allowed.set()
    await handling
    assert len(house.list_jobs()) == 1


async def test_a_picture_asks_whether_work_is_taken_and_looks_up_its_sender_once(house: World, ana: FakeUser) -> None:
    await ana.send_text("/start")
    with statements_of(house) as statements:
        await ana.send_files(build_picture())
    assert len(house.list_jobs()) == 1
    assert sum("FROM maintenance" in statement for statement in statements) == 1
    assert sum("person.external_id = ?" in statement for statement in statements) == 1


async def test_what_was_taken_on_arrival_is_made_although_maintenance_begins_meanwhile(
    house: World, ana: FakeUser
) -> None:
    async with fetching(house, ana):
        person = ana.person
        house.run_in_transaction(lambda session: maintenance.turn_on(session, person, "", house.clock()))
    assert "MAINTENANCE" in (await ana.send_files(build_picture())).text
    assert len(house.list_jobs()) == 1


async def test_who_becomes_another_person_while_their_file_is_fetched_is_that_person(
    house: World, ana: FakeUser
) -> None:
    other = FakeUser(house, ana.account, id="8")
    await other.send_text("/start")
    async with fetching(house, ana):
        source, target = ana.person.id, other.person.id
        with house.db.transaction() as session:
            account_merge.merge(
                session, session.get_one(Person, source), session.get_one(Person, target), house.clock()
            )
    (job,) = house.list_jobs()
    assert job.person_id == target


@asynccontextmanager
async def fetching(house: World, user: FakeUser) -> AsyncIterator[None]:
    """While the block runs, a picture of the user is acknowledged and being fetched; at the end it is handled."""
    channel = user.account.channel
    channel.fetch_allowed.clear()
    handling = asyncio.create_task(user.account.handler.handle(user.build_files_inbound(build_picture())))
    delivering = asyncio.create_task(house.outbox_sender.run())
    await channel.wait_until(lambda: any("Got it!" in message.text for message in user.messages))
    delivering.cancel()
    await asyncio.gather(delivering, return_exceptions=True)
    yield
    channel.fetch_allowed.set()
    await handling


@contextmanager
def statements_of(house: World) -> Iterator[list[str]]:
    """The SQL statements executed while the block runs."""
    statements: list[str] = []

    def record(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(house.db.engine, "before_cursor_execute", record)
    yield statements
    event.remove(house.db.engine, "before_cursor_execute", record)

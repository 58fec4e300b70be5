"""Who wants to hear nothing more hears nothing more, until they write again."""

import dataclasses

import pytest
from fakes.memory_channel import ALL_CAPABILITIES
from fakes.world.described_files import build_picture
from fakes.world.users import FakeUser
from fakes.world.world import World
from sqlmodel import select

from models.identity.people import Address
from models.messaging.deliveries import Message, TranslatedText
from storage.billing import ledger
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage

PLAIN = dataclasses.replace(ALL_CAPABILITIES, has_buttons=False, has_opt_out_words=True)


@pytest.fixture
def ana(house: World) -> FakeUser:
    return FakeUser(house, house.get_account("plain", capabilities=PLAIN))


def owe(house: World, ana: FakeUser, key: str) -> None:
    """Something happens that her chat would be told."""
    with house.db.transaction() as session:
        address = session.exec(select(Address)).one()
        message = Message(paragraphs=(TranslatedText(key="name", values={"name": key}),))
        outbox.enqueue(session, address, ana.person.id, OutboxMessage(message, key), house.clock())


def available(house: World, ana: FakeUser) -> int:
    with house.db.transaction() as session:
        return ledger.balance_of(session, ana.person, house.clock()).available


async def test_one_goodbye_and_then_nothing(house: World, ana: FakeUser) -> None:
    await ana.send_text("/start")
    goodbye = await ana.send_text("Parar")
    assert goodbye.text.startswith("That's it: you won't hear from me any more.")
    said = len(ana.messages)
    owe(house, ana, "news")
    await house.deliver_all()
    assert len(ana.messages) == said


async def test_the_films_that_were_being_made_are_cancelled_and_their_credits_come_back(
    house: World, ana: FakeUser
) -> None:
    await ana.send_text("/balance")
    before = available(house, ana)
    progress = await ana.send_files(build_picture())
    await ana.send_files(build_picture())
    await house.advance_progress()
    edits = len(progress.edits)
    goodbye = await ana.send_text("STOP")
    assert goodbye.text.startswith("The 2 films I was working on are cancelled, and nothing was charged.")
    assert {job.status for job in house.list_jobs()} == {"cancelled"}
    assert available(house, ana) == before
    await house.advance_progress()
    await house.advance_progress()
    assert len(progress.edits) == edits  # an edit is a message too
    assert ana.last_message is goodbye


async def test_what_was_still_owed_is_not_sent_any_more(house: World, ana: FakeUser) -> None:
    await ana.send_text("/start")
    owe(house, ana, "late news")
    goodbye = await ana.send_text("stop")
    assert [message.text for message in ana.messages if "late" in message.text] == []
    assert ana.last_message is goodbye


async def test_whoever_writes_again_is_answered_again(house: World, ana: FakeUser) -> None:
    await ana.send_text("stop")
    assert (await ana.send_text("/start")).text.startswith("Hi!")
    owe(house, ana, "news")
    await house.deliver_all()
    assert ana.last_message.text == "news"


async def test_a_film_made_for_another_chat_of_the_same_person_goes_on(house: World, ana: FakeUser) -> None:
    await dataclasses.replace(ana, chat="all", in_group=True).send_files(build_picture())
    await ana.send_text("stop")
    assert [job.status for job in house.list_jobs()] == ["queued"]


async def test_nobody_silences_a_group_for_the_others(ana: FakeUser) -> None:
    here = dataclasses.replace(ana, chat="all", in_group=True)
    assert "/help" in (await here.send_text("stop")).text


async def test_where_a_messenger_has_its_own_button_the_word_means_nothing(house: World) -> None:
    ana = FakeUser(house, house.get_account())
    assert "/help" in (await ana.send_text("stop")).text

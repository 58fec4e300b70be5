"""Who wants to hear nothing more hears nothing more, until they write again."""

import dataclasses

import pytest
from fakes.channels import EVERYTHING
from fakes.house import House, Somebody, picture
from sqlmodel import select

from models.identity.people import Address
from models.messaging.deliveries import Message, TranslatedText
from storage.billing import ledger
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage

PLAIN = dataclasses.replace(EVERYTHING, has_buttons=False, has_opt_out_words=True)


@pytest.fixture
def ana(house: House) -> Somebody:
    return Somebody(house, house.counter("plain", can=PLAIN))


def owe(house: House, ana: Somebody, key: str) -> None:
    """Something happens that her chat would be told."""
    with house.db.transaction() as session:
        address = session.exec(select(Address)).one()
        message = Message(paragraphs=(TranslatedText(key="name", values={"name": key}),))
        outbox.enqueue(session, address, ana.row.id, OutboxMessage(message, key), house.time())


def available(house: House, ana: Somebody) -> int:
    with house.db.transaction() as session:
        return ledger.balance_of(session, ana.row, house.time()).available


async def test_one_goodbye_and_then_nothing(house: House, ana: Somebody) -> None:
    await ana.writes("/start")
    goodbye = await ana.writes("Parar")
    assert goodbye.text.startswith("That's it: you won't hear from me any more.")
    said = len(ana.seen)
    owe(house, ana, "news")
    await house.settle()
    assert len(ana.seen) == said


async def test_the_films_that_were_being_made_are_cancelled_and_their_credits_come_back(
    house: House, ana: Somebody
) -> None:
    await ana.writes("/balance")
    before = available(house, ana)
    progress = await ana.sends(picture())
    await ana.sends(picture())
    await house.tick()
    edits = len(progress.edits)
    goodbye = await ana.writes("STOP")
    assert goodbye.text.startswith("The 2 films I was working on are cancelled, and nothing was charged.")
    assert {job.status for job in house.jobs()} == {"cancelled"}
    assert available(house, ana) == before
    await house.tick()
    await house.tick()
    assert len(progress.edits) == edits  # an edit is a message too
    assert ana.last is goodbye


async def test_what_was_still_owed_is_not_sent_any_more(house: House, ana: Somebody) -> None:
    await ana.writes("/start")
    owe(house, ana, "late news")
    goodbye = await ana.writes("stop")
    assert [message.text for message in ana.seen if "late" in message.text] == []
    assert ana.last is goodbye


async def test_whoever_writes_again_is_answered_again(house: House, ana: Somebody) -> None:
    await ana.writes("stop")
    assert (await ana.writes("/start")).text.startswith("Hi!")
    owe(house, ana, "news")
    await house.settle()
    assert ana.last.text == "news"


async def test_a_film_made_for_another_chat_of_the_same_person_goes_on(house: House, ana: Somebody) -> None:
    await dataclasses.replace(ana, chat="all", in_group=True).sends(picture())
    await ana.writes("stop")
    assert [job.status for job in house.jobs()] == ["queued"]


async def test_nobody_silences_a_group_for_the_others(ana: Somebody) -> None:
    here = dataclasses.replace(ana, chat="all", in_group=True)
    assert "/help" in (await here.writes("stop")).text


async def test_where_a_messenger_has_its_own_button_the_word_means_nothing(house: House) -> None:
    ana = Somebody(house, house.counter())
    assert "/help" in (await ana.writes("stop")).text

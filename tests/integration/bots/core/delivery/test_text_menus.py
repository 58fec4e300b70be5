"""Choosing where there are no buttons: by number, by label, by quoting."""

import dataclasses

import pytest
from fakes.memory_channel import ALL_CAPABILITIES, ChatMessage
from fakes.world.described_files import build_picture, build_video
from fakes.world.users import FakeUser
from fakes.world.world import World

from bots.core.channel import Inbound
from models.errors import ErrorCode, RequestRejected

PLAIN = dataclasses.replace(ALL_CAPABILITIES, has_buttons=False, max_edits=3)


@pytest.fixture
def ana(house: World) -> FakeUser:
    return FakeUser(house, house.get_account("plain", capabilities=PLAIN))


async def written(ana: FakeUser, text: str, quotes: ChatMessage | None = None, **about: object) -> ChatMessage:
    """What the chat shows last after a text that answers a message."""
    inbound: Inbound = ana.build_inbound(text=text, quoted_message_id=quotes.id if quotes else None, **about)
    await ana.account.handler.handle(inbound)
    await ana.world.deliver_all()
    return ana.last_message


async def test_a_number_takes_that_choice_of_the_newest_menu_and_the_answer_is_a_new_message(ana: FakeUser) -> None:
    menu = await ana.send_text("/settings")
    assert menu.labels[1].startswith("✍️ Hand")
    hands = await ana.send_text("2")
    assert hands.text == "Which hand shall draw?"
    settings = await ana.send_text("4")
    assert ana.person.tastes["hand"] == hands.choices[3].data.partition("=")[2]
    assert settings.text.startswith("Your films.")
    assert (menu.edits, hands.edits) == ([], [])


@pytest.mark.parametrize("text", ["3.", "3)", "#3", " 3 ", "3️⃣", "３"])
async def test_a_number_is_read_however_it_is_typed(ana: FakeUser, text: str) -> None:
    await ana.send_text("/language")
    assert (await ana.send_text(text)).text == "Ahora hablo español."


@pytest.mark.parametrize("text", ["0", "4", "99", "-", "1 2", "12345"])
async def test_a_number_outside_of_the_menu_chooses_nothing(ana: FakeUser, text: str) -> None:
    await ana.send_text("/language")
    await ana.send_text(text)
    assert not ana.person.language_chosen


async def test_a_number_without_a_menu_is_not_understood(ana: FakeUser) -> None:
    assert "/help" in (await ana.send_text("1")).text


@pytest.mark.parametrize("label", ["Português", "portugues", "✅ PORTUGUES!"])
async def test_a_label_is_as_good_as_its_number_whatever_its_accents_and_signs(ana: FakeUser, label: str) -> None:
    await ana.send_text("/language")
    await ana.send_text(label)
    assert ana.person.language == "pt-BR"


async def test_a_label_is_understood_in_any_of_our_languages(ana: FakeUser) -> None:
    await ana.send_text("/settings")
    await ana.send_text("2")
    await ana.send_text("Canhota morena")
    assert ana.person.tastes["hand"] == "tan-left"


async def test_the_name_of_a_command_is_the_command_whatever_the_menu_says(ana: FakeUser) -> None:
    await ana.send_text("/settings")
    await ana.send_text("2")
    assert "credits" in (await ana.send_text("balance")).text


async def test_who_quotes_an_older_menu_answers_that_one(ana: FakeUser) -> None:
    languages = await ana.send_text("/language")
    await ana.send_text("/settings")
    await written(ana, "2", quotes=languages)
    assert ana.person.language == "pt-BR"


async def test_a_number_that_quotes_a_message_without_choices_chooses_nothing(ana: FakeUser) -> None:
    welcome = await ana.send_text("/start")
    await ana.send_text("/language")
    await written(ana, "2", quotes=welcome)
    assert not ana.person.language_chosen


async def test_a_menu_is_over_after_a_day(house: World, ana: FakeUser) -> None:
    await ana.send_text("/language")
    house.clock.advance(24 * 3600 + 60)
    await ana.send_text("2")
    assert not ana.person.language_chosen


async def test_a_number_answers_what_was_there_when_it_was_written(house: World, ana: FakeUser) -> None:
    await ana.send_text("/language")
    house.clock.advance(60)
    when = house.clock()
    house.clock.advance(60)
    await ana.send_text("/settings")
    await written(ana, "2", received_at=when)
    assert ana.person.language == "pt-BR"


async def test_the_films_choices_come_with_it_and_again_makes_another(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture())
    house.run_job()
    await house.deliver_all()
    assert ana.last_message.labels == [
        "🔁 Again",
        "⬇️ Original file",
        "⬇️ Picture (PNG)",
        "⬇️ Lines (SVG)",
        "🔢 Change the order",
    ]
    await ana.send_text("1")
    assert [job.parent_id for job in house.list_jobs()] == [None, house.list_jobs()[0].id]


async def test_while_a_film_is_made_its_progress_message_offers_to_cancel_it(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture())
    await house.advance_progress()
    assert (await ana.send_text("1")).text == "Cancelled. Nothing was charged."
    assert [job.status for job in house.list_jobs()] == ["cancelled"]


async def test_a_number_that_quotes_the_progress_of_one_of_two_films_cancels_that_one(
    house: World, ana: FakeUser
) -> None:
    first = await ana.send_files(build_picture())
    await ana.send_files(build_video())
    await written(ana, "1", quotes=first)
    assert [job.status for job in house.list_jobs()] == ["cancelled", "queued"]


async def test_when_a_film_is_done_its_progress_message_offers_nothing_any_more(house: World, ana: FakeUser) -> None:
    progress = await ana.send_files(build_picture())
    house.run_job()
    await house.deliver_all()
    await written(ana, "1", quotes=progress)
    assert [job.status for job in house.list_jobs()] == ["done"]


async def test_the_question_which_language_is_spoken_is_answered_by_number(house: World) -> None:
    bia = FakeUser(house, house.get_account("plain", capabilities=PLAIN), id="8", language="pt-br")
    house.renderer.error = RequestRejected(ErrorCode.LANGUAGE_UNCLEAR)
    await bia.send_files(build_video())
    house.run_job()
    await house.deliver_all()
    await bia.send_text("2")
    assert [job.parameters["language"] for job in house.list_jobs()] == ["auto", "en"]


async def test_a_number_in_a_group_answers_only_what_was_said_to_that_person(ana: FakeUser) -> None:
    group = {"chat": "all", "in_group": True}
    here = dataclasses.replace(ana, **group)
    bea = dataclasses.replace(ana, id="8", name="Bea", **group)
    await here.send_text("/language")
    await bea.send_text("2")
    assert not bea.person.language_chosen
    await here.send_text("2")
    assert here.person.language == "pt-BR"


async def test_a_menu_is_still_known_when_the_chat_has_got_another_name(ana: FakeUser) -> None:
    await ana.send_text("/language")
    moved = dataclasses.replace(ana, chat="chat-7-by-another-name")
    await moved.send_text("2")
    assert ana.person.language == "pt-BR"


async def test_where_there_are_buttons_a_number_is_a_text_like_any_other(house: World) -> None:
    ana = FakeUser(house, house.get_account())
    await ana.send_text("/language")
    assert "/help" in (await ana.send_text("2")).text

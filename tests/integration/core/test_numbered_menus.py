"""Choosing where there are no buttons: by number, by label, by quoting."""

import dataclasses

import pytest
from fakes.channels import EVERYTHING, Shown
from fakes.house import House, Somebody, picture, video

from bots.core.channel import Inbound

PLAIN = dataclasses.replace(EVERYTHING, has_buttons=False, max_edits=3)


@pytest.fixture
def ana(house: House) -> Somebody:
    return Somebody(house, house.counter("plain", can=PLAIN))


async def written(ana: Somebody, text: str, quotes: Shown | None = None, **about: object) -> Shown:
    """What the chat shows last after a text that answers a message."""
    inbound: Inbound = ana.inbound(text=text, quoted_message_id=quotes.id if quotes else None, **about)
    await ana.counter.desk.handle(inbound)
    await ana.house.settle()
    return ana.last


async def test_a_number_takes_that_choice_of_the_newest_menu_and_the_answer_is_a_new_message(ana: Somebody) -> None:
    menu = await ana.writes("/settings")
    assert menu.labels[1].startswith("✍️ Hand")
    hands = await ana.writes("2")
    assert hands.text == "Which hand shall draw?"
    settings = await ana.writes("4")
    assert ana.row.tastes["hand"] == hands.choices[3].data.partition("=")[2]
    assert settings.text.startswith("Your films.")
    assert (menu.edits, hands.edits) == ([], [])


@pytest.mark.parametrize("text", ["3.", "3)", "#3", " 3 ", "3️⃣", "３"])
async def test_a_number_is_read_however_it_is_typed(ana: Somebody, text: str) -> None:
    await ana.writes("/language")
    assert (await ana.writes(text)).text == "Ahora hablo español."


@pytest.mark.parametrize("text", ["0", "4", "99", "-", "1 2", "12345"])
async def test_a_number_outside_of_the_menu_chooses_nothing(ana: Somebody, text: str) -> None:
    await ana.writes("/language")
    await ana.writes(text)
    assert not ana.row.language_chosen


async def test_a_number_without_a_menu_is_not_understood(ana: Somebody) -> None:
    assert "/help" in (await ana.writes("1")).text


@pytest.mark.parametrize("label", ["Português", "portugues", "✅ PORTUGUES!"])
async def test_a_label_is_as_good_as_its_number_whatever_its_accents_and_signs(ana: Somebody, label: str) -> None:
    await ana.writes("/language")
    await ana.writes(label)
    assert ana.row.language == "pt-BR"


async def test_a_label_is_understood_in_any_of_our_languages(ana: Somebody) -> None:
    await ana.writes("/settings")
    await ana.writes("2")
    await ana.writes("Canhota")
    assert ana.row.tastes["hand"] == "left"


async def test_the_name_of_a_command_is_the_command_whatever_the_menu_says(ana: Somebody) -> None:
    await ana.writes("/settings")
    await ana.writes("2")
    assert "credits" in (await ana.writes("balance")).text


async def test_who_quotes_an_older_menu_answers_that_one(ana: Somebody) -> None:
    languages = await ana.writes("/language")
    await ana.writes("/settings")
    await written(ana, "2", quotes=languages)
    assert ana.row.language == "pt-BR"


async def test_a_number_that_quotes_a_message_without_choices_chooses_nothing(ana: Somebody) -> None:
    welcome = await ana.writes("/start")
    await ana.writes("/language")
    await written(ana, "2", quotes=welcome)
    assert not ana.row.language_chosen


async def test_a_menu_is_over_after_a_day(house: House, ana: Somebody) -> None:
    await ana.writes("/language")
    house.time.forward(24 * 3600 + 60)
    await ana.writes("2")
    assert not ana.row.language_chosen


async def test_a_number_answers_what_was_there_when_it_was_written(house: House, ana: Somebody) -> None:
    await ana.writes("/language")
    house.time.forward(60)
    when = house.time()
    house.time.forward(60)
    await ana.writes("/settings")
    await written(ana, "2", received_at=when)
    assert ana.row.language == "pt-BR"


async def test_the_films_choices_come_with_it_and_again_makes_another(house: House, ana: Somebody) -> None:
    await ana.sends(picture())
    house.work()
    await house.settle()
    assert ana.last.labels == ["🔁 Again", "⬇️ Original file"]
    await ana.writes("1")
    assert [job.parent_id for job in house.jobs()] == [None, house.jobs()[0].id]


async def test_while_a_film_is_made_its_progress_message_offers_to_cancel_it(house: House, ana: Somebody) -> None:
    await ana.sends(picture())
    await house.tick()
    assert (await ana.writes("1")).text == "Cancelled. Nothing was charged."
    assert [job.status for job in house.jobs()] == ["cancelled"]


async def test_a_number_that_quotes_the_progress_of_one_of_two_films_cancels_that_one(
    house: House, ana: Somebody
) -> None:
    first = await ana.sends(picture())
    await ana.sends(video())
    await written(ana, "1", quotes=first)
    assert [job.status for job in house.jobs()] == ["cancelled", "queued"]


async def test_when_a_film_is_done_its_progress_message_offers_nothing_any_more(house: House, ana: Somebody) -> None:
    progress = await ana.sends(picture())
    house.work()
    await house.settle()
    await written(ana, "1", quotes=progress)
    assert [job.status for job in house.jobs()] == ["done"]


async def test_the_question_which_language_is_spoken_is_answered_by_number_and_then_is_no_menu_any_more(
    house: House,
) -> None:
    bia = Somebody(house, house.counter("plain", can=PLAIN), id="8", language="pt-br")
    question = await bia.sends(video())
    await bia.writes("1")
    assert [job.parameters["language"] for job in house.jobs()] == ["en"]
    house.work()
    await house.settle()
    await written(bia, "2", quotes=question)
    assert len(house.jobs()) == 1


async def test_a_number_in_a_group_answers_only_what_was_said_to_that_person(ana: Somebody) -> None:
    group = {"chat": "all", "in_group": True}
    here = dataclasses.replace(ana, **group)
    bea = dataclasses.replace(ana, id="8", name="Bea", **group)
    await here.writes("/language")
    await bea.writes("2")
    assert not bea.row.language_chosen
    await here.writes("2")
    assert here.row.language == "pt-BR"


async def test_a_menu_is_still_known_when_the_chat_has_got_another_name(ana: Somebody) -> None:
    await ana.writes("/language")
    moved = dataclasses.replace(ana, chat="chat-7-by-another-name")
    await moved.writes("2")
    assert ana.row.language == "pt-BR"


async def test_where_there_are_buttons_a_number_is_a_text_like_any_other(house: House) -> None:
    ana = Somebody(house, house.counter())
    await ana.writes("/language")
    assert "/help" in (await ana.writes("2")).text

"""Titles in a user's own words: asked for under a film, and remembered for that film alone."""

from dataclasses import replace

import pytest
from fakes.chat_models import build_talk
from fakes.memory_channel import ALL_CAPABILITIES, ChatMessage
from fakes.world.described_files import build_video
from fakes.world.users import FakeUser
from fakes.world.world import World

from models.jobs.editing import MAX_TITLE_LENGTH


@pytest.fixture
def house(house: World) -> World:
    house.renderer.transcript = build_talk(0.5)
    return house


async def make_film(house: World, user: FakeUser) -> ChatMessage:
    await user.send_files(build_video(90))
    return await finish(house, user)


async def finish(house: World, user: FakeUser) -> ChatMessage:
    assert house.run_job()
    await house.deliver_all()
    return [message for message in user.messages if message.kind == "video"][-1]


async def ask(house: World, user: FakeUser, film: ChatMessage | None = None) -> ChatMessage:
    film = film or await make_film(house, user)
    menu = await user.choose(film.get_choice_data("Polish"), film)
    await user.choose(menu.get_choice_data("Zoom"), menu)
    return await user.choose(menu.get_choice_data("Write the title"), menu)


def titles_of(house: World) -> list[tuple[bool, str]]:
    return [(job.parameters["title"], job.parameters["title_text"]) for job in house.list_jobs()]


async def test_the_next_text_is_the_title_of_the_film_made_again_at_the_price_that_was_said(
    house: World, ana: FakeUser
) -> None:
    question = await ask(house, ana)
    assert "at most 90 characters" in question.text
    assert "It costs 1 credit." in question.text
    await ana.send_text("  Five things\nnobody tells you ✨")
    assert titles_of(house) == [(False, ""), (True, "Five things nobody tells you ✨")]
    job = house.list_jobs()[1]
    assert (job.parameters["punch_in"], job.credits) == (True, 1)
    await ana.send_text("thank you")  # is no title any more
    await ana.send_files(build_video(30))
    assert titles_of(house)[2:] == [(False, "")]


async def test_the_title_stays_with_the_versions_of_that_film_until_it_is_chosen_automatically(
    house: World, ana: FakeUser
) -> None:
    await ask(house, ana)
    await ana.send_text("One title")
    film = await finish(house, ana)
    menu = await ana.choose(film.get_choice_data("Polish"), film)
    assert "“One title”" in menu.text
    await ana.choose(menu.get_choice_data("Progress bar"), menu)
    await ana.choose(menu.get_choice_data("Make this film"), menu)
    film = await finish(house, ana)
    question = await ask(house, ana, film)
    await ana.choose(question.get_choice_data("Choose it for me"), question)
    assert titles_of(house)[1:] == [(True, "One title"), (True, "One title"), (True, "")]


@pytest.mark.parametrize(
    ("text", "answer"), [("x" * (MAX_TITLE_LENGTH + 1), "has 91 characters"), ("🎉🎉", "no letter")]
)
async def test_a_title_that_cannot_be_shown_is_asked_for_again(
    house: World, ana: FakeUser, text: str, answer: str
) -> None:
    await ask(house, ana)
    assert answer in (await ana.send_text(text)).text
    assert len(house.list_jobs()) == 1
    await ana.send_text("A good one")
    assert titles_of(house)[1:] == [(True, "A good one")]


async def test_the_way_back_and_commands_are_no_titles(house: World, ana: FakeUser) -> None:
    question = await ask(house, ana)
    assert "credits" in (await ana.send_text("/balance")).text
    assert "I make films" in (await ana.send_text("A title too late")).text
    question = await ask(house, ana, next(message for message in ana.messages if message.kind == "video"))
    menu = await ana.choose(question.get_choice_data("Back"), question)
    assert "✅ 🪝 Title at the start" in menu.labels
    assert "I make films" in (await ana.send_text("A title after all")).text
    assert len(house.list_jobs()) == 1


async def test_a_reply_to_the_question_can_have_any_words(house: World, ana: FakeUser) -> None:
    question = await ask(house, ana)
    await ana.send_text("/help")
    await ana.handle_inbound(ana.build_inbound(text="Help", quoted_message_id=question.id))
    assert titles_of(house)[1:] == [(True, "Help")]


async def test_the_same_title_twice_is_made_and_paid_once(house: World, ana: FakeUser) -> None:
    question = await ask(house, ana)
    for _ in range(2):
        answer = await ana.handle_inbound(ana.build_inbound(text="Twice", quoted_message_id=question.id))
    assert "exactly that already" in answer.text
    assert titles_of(house)[1:] == [(True, "Twice")]


async def test_somebody_else_in_a_group_answers_no_question_that_was_asked_of_another(
    house: World, ana: FakeUser
) -> None:
    member = FakeUser(house, ana.account, chat="group", in_group=True)
    intruder = FakeUser(house, ana.account, id="666", chat="group", in_group=True)
    question = await ask(house, member)
    assert "credit" not in question.text
    await intruder.send_text("Mine")
    await intruder.handle_inbound(intruder.build_inbound(text="Mine", quoted_message_id=question.id))
    assert len(house.list_jobs()) == 1


async def test_without_buttons_a_number_is_a_choice_and_words_are_the_title(house: World) -> None:
    account = house.get_account("typed", capabilities=replace(ALL_CAPABILITIES, has_buttons=False, can_edit=False))
    user = FakeUser(house, account)
    await make_film(house, user)
    menu = await user.send_text("✨ Polish")
    assert len(menu.labels) <= 10
    number = next(number for number, label in enumerate(menu.labels, 1) if "Write the title" in label)
    question = await user.send_text(str(number))
    assert [label for label in question.labels if "Choose it for me" in label]
    await user.send_text("Typed title")
    assert titles_of(house)[1:] == [(True, "Typed title")]


@pytest.mark.parametrize("data", ["title:", "title:x:t", "title:" + "0" * 32 + ":t"])
async def test_hostile_data_of_the_button_is_answered(ana: FakeUser, data: str) -> None:
    assert (await ana.choose(data)).text

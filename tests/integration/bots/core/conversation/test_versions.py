"""Films made again in another style or with edits, from known words: what they show, and what they cost."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fakes.chat_models import build_talk
from fakes.groq_api import FakeGroq
from fakes.memory_channel import ChatMessage
from fakes.world.described_files import build_video
from fakes.world.staged_sandbox import CAPTION, LISTEN, StagedCall, StagedSandbox, build_returner, create_film
from fakes.world.users import FakeUser
from fakes.world.world import World
from sqlmodel import col, select

from models.errors import ErrorCode, RequestRejected
from models.identity.people import Person
from models.jobs.film import Film
from models.jobs.job import Job
from models.jobs.transcript import Transcript, Word
from models.messaging.deliveries import StylePreview
from pipeline.previews.request import find_preview_request
from storage.db import Database

SENTENCE = "Ahn eu ganhei vinte reais."
HEARD = Transcript(
    language="pt",
    engine="local",
    confidence=0.9,
    words=tuple(
        Word(text=text, start=0.5 * number, end=0.5 * number + 0.4) for number, text in enumerate(SENTENCE.split())
    ),
)


@dataclass
class CaptionRecorder:
    """Keeps what the caption engine was asked for, and fails once where there is an error."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    error: RequestRejected | None = None

    def caption(self, call: StagedCall) -> Film:
        error, self.error = self.error, None
        if error is not None:
            raise error
        self.calls.append(dict(call.arguments))
        return create_film(call)


@pytest.fixture
def house(tmp_path: Path, database: Database) -> World:
    return World.open(tmp_path, database)


@pytest.fixture
def sandbox(sandbox: StagedSandbox) -> StagedSandbox:
    sandbox.stage(LISTEN, build_returner(HEARD))
    return sandbox


@pytest.fixture
def films(sandbox: StagedSandbox) -> CaptionRecorder:
    recorder = CaptionRecorder()
    sandbox.stage(CAPTION, *[recorder.caption] * 6)
    return recorder


async def finish(house: World, user: FakeUser) -> ChatMessage:
    assert await asyncio.to_thread(house.run_job)
    await house.deliver_all()
    return [message for message in user.messages if message.kind == "video"][-1]


async def make_film(house: World, user: FakeUser, seconds: int = 200) -> ChatMessage:
    await user.send_files(build_video(seconds))
    return await finish(house, user)


async def use_next_style(house: World, user: FakeUser, film: ChatMessage) -> ChatMessage:
    carousel = await user.choose(film.get_choice_data("Style"), film)
    await user.choose(carousel.get_choice_data("▶️"), carousel)
    await user.choose(carousel.get_choice_data("Use this"), carousel)
    return await finish(house, user)


async def polish(house: World, user: FakeUser, film: ChatMessage, label: str) -> ChatMessage:
    menu = await user.choose(film.get_choice_data("Polish"), film)
    await user.choose(menu.get_choice_data(label), menu)
    await user.choose(menu.get_choice_data("Make this film"), menu)
    return await finish(house, user)


def list_jobs(house: World) -> list[Job]:
    """All jobs, oldest first; no two are created at the same time."""
    with house.db.read_transaction() as session:
        return list(session.exec(select(Job).order_by(col(Job.created_at))))


def list_prices(house: World) -> list[int]:
    return [job.credits for job in list_jobs(house)]


@pytest.mark.usefixtures("films")
async def test_polish_and_style_cost_what_a_correction_does_and_say_so_before(
    house: World, ana: FakeUser, sandbox: StagedSandbox
) -> None:
    film = await make_film(house, ana)
    menu = await ana.choose(film.get_choice_data("Polish"), film)
    assert "It costs 1 credit." in menu.text
    film = await polish(house, ana, film, "Progress bar")
    await use_next_style(house, ana, film)
    assert list_prices(house) == [3, 1, 1]
    assert ana.balance == 5
    assert sandbox.tasks.count(LISTEN) == 1


async def test_short_films_are_polished_for_nothing(house: World, ana: FakeUser, films: CaptionRecorder) -> None:
    film = await make_film(house, ana, seconds=30)
    menu = await ana.choose(film.get_choice_data("Polish"), film)
    assert "costs nothing" in menu.text
    await polish(house, ana, film, "Zoom")
    assert list_prices(house) == [1, 0]
    assert films.calls[1]["options"].punch_in


async def test_the_credits_of_a_version_that_fails_come_back_and_again_makes_that_version(
    house: World, ana: FakeUser, films: CaptionRecorder, sandbox: StagedSandbox
) -> None:
    film = await make_film(house, ana)
    films.error = RequestRejected(ErrorCode.SCRIPT_NOT_DRAWN)
    await polish(house, ana, film, "Progress bar")
    failure = ana.last_message
    assert "Your credit is back." in failure.text
    assert ana.balance == 7
    await ana.choose(failure.get_choice_data("Again"), failure)
    await finish(house, ana)
    assert list_prices(house) == [3, 1, 1]
    assert list_jobs(house)[2].parameters["progress_bar"] is True
    assert ana.balance == 6
    assert sandbox.tasks.count(LISTEN) == 1


@pytest.mark.usefixtures("films")
async def test_versions_beyond_the_allowed_ones_cost_what_a_film_does_however_they_are_chained(
    house: World, ana: FakeUser
) -> None:
    catalogue = house.pipeline.entitlements.catalogue
    few = catalogue.corrections.model_copy(update={"most": 2})
    house.pipeline.entitlements.catalogue = catalogue.model_copy(update={"corrections": few})
    film = await make_film(house, ana)
    film = await polish(house, ana, film, "Progress bar")
    film = await use_next_style(house, ana, film)
    menu = await ana.choose(film.get_choice_data("Polish"), film)
    assert "It costs 3 credits." in menu.text
    await polish(house, ana, film, "Zoom")
    assert list_prices(house) == [3, 1, 1, 3]


@pytest.mark.usefixtures("films")
async def test_the_way_back_to_a_version_that_is_there_is_not_made_and_paid_again(house: World, ana: FakeUser) -> None:
    film = await make_film(house, ana)
    second = await use_next_style(house, ana, film)
    carousel = await ana.choose(second.get_choice_data("Style"), second)
    await ana.choose(carousel.get_choice_data("◀️"), carousel)
    assert "already" in (await ana.choose(carousel.get_choice_data("Use this"), carousel)).text
    assert list_prices(house) == [3, 1]


@pytest.mark.usefixtures("films")
async def test_after_a_change_of_the_brand_a_film_as_it_is_and_a_way_back_are_made_anew_once(
    house: World, ana: FakeUser
) -> None:
    film = await make_film(house, ana)
    first = list_jobs(house)[0]
    polished = await polish(house, ana, film, "Progress bar")
    again, back = f"edited:{list_jobs(house)[1].id.hex}:b", f"edited:{list_jobs(house)[1].id.hex}:-"
    assert "like that already" in (await ana.choose(again, polished)).text
    assert "exactly that already" in (await ana.choose(back, polished)).text
    await ana.send_text("/brand #abcdef")
    for data in (again, back):
        await ana.choose(data, polished)
        await finish(house, ana)
        assert "exactly that already" in (await ana.choose(data, polished)).text
    made = list_jobs(house)[2:]
    assert [(job.parameters["brand"]["colour"], job.parameters["progress_bar"]) for job in made] == [
        ("#ABCDEF", True),
        ("#ABCDEF", False),
    ]
    carousel = await ana.choose(f"style:{first.id.hex}")
    assert "already" in (await ana.choose(carousel.get_choice_data("Use this"), carousel)).text
    await ana.choose("brand:me:colour=none")
    carousel = await ana.choose(f"style:{made[0].id.hex}")
    assert "already" in (await ana.choose(carousel.get_choice_data("Use this"), carousel)).text
    assert len(list_jobs(house)) == 4


@pytest.mark.usefixtures("films")
async def test_a_film_with_a_watermark_is_made_again_without_one_on_a_plan_without(house: World, ana: FakeUser) -> None:
    film = await make_film(house, ana)
    (first,) = list_jobs(house)
    assert first.parameters["watermark"]
    with house.db.transaction() as session:
        session.get_one(Person, ana.person.id).plan = "pro"
    await ana.choose(f"edited:{first.id.hex}:-", film)
    await finish(house, ana)
    assert list_jobs(house)[1].parameters["watermark"] is None


def count_translations(groq: FakeGroq) -> int:
    """Number of requests to translate; the words that stand out are asked for as well."""
    return sum("translate" in call.system for call in groq.chat_calls)


@pytest.mark.parametrize("lines", ["translated", "both"])
async def test_versions_of_a_translated_film_show_its_translation_and_know_what_is_said(
    house: World, ana: FakeUser, films: CaptionRecorder, sandbox: StagedSandbox, groq: FakeGroq, lines: str
) -> None:
    await ana.choose("set:translate=en")
    await ana.choose(f"set:lines={lines}")
    film = await make_film(house, ana)
    assert count_translations(groq) == 1
    film = await use_next_style(house, ana, film)
    await polish(house, ana, film, "Cut pauses")
    first, *others = films.calls
    assert first["spoken"].words == HEARD.words
    for call in others:
        names = ("words", "language", "spoken", "translation")
        assert {name: call[name] for name in names} == {name: first[name] for name in names}
    assert (count_translations(groq), sandbox.tasks.count(LISTEN)) == (1, 1)
    assert first["language"] == ("en" if lines == "translated" else "pt")
    assert (first["translation"] is not None) == (lines == "both")


async def test_a_corrected_translation_keeps_what_is_said_and_its_correction_in_other_versions(
    house: World, ana: FakeUser, films: CaptionRecorder, groq: FakeGroq
) -> None:
    await ana.choose("set:translate=en")
    film = await make_film(house, ana)
    await ana.choose(film.get_choice_data("Correct"), film)
    await ana.send_text("1: UH I WON TWENTY REAIS.")
    film = await finish(house, ana)
    film = await use_next_style(house, ana, film)
    await polish(house, ana, film, "Cut pauses")
    assert [call["spoken"].words for call in films.calls] == [HEARD.words] * 4
    texts = [" ".join(word.text for word in call["words"]) for call in films.calls]
    assert texts == [SENTENCE.upper(), *["UH I WON TWENTY REAIS."] * 3]
    assert count_translations(groq) == 1


async def test_a_correction_of_a_film_in_two_languages_translates_the_changed_line_alone(
    house: World, ana: FakeUser, films: CaptionRecorder, sandbox: StagedSandbox, groq: FakeGroq
) -> None:
    await make_film(house, ana, seconds=30)  # of another video
    sandbox.stage(LISTEN, build_returner(build_talk(1)))
    await ana.choose("set:translate=pt")
    await ana.choose("set:lines=both")
    film = await make_film(house, ana)
    for number, text in ((2, "Here is another one."), (9, "And one more of them.")):
        groq.chat_calls.clear()
        await ana.choose(film.get_choice_data("Correct"), film)
        await ana.send_text(f"{number}: {text}")
        film = await finish(house, ana)
        sent = [line["text"] for call in groq.chat_calls if "translate" in call.system for line in call.user["lines"]]
        assert sent == [text]
    await use_next_style(house, ana, film)
    first, second, third, fourth = (call["translation"].lines for call in films.calls[1:])
    assert [line for number, line in enumerate(third) if number not in (1, 8)] == [
        line for number, line in enumerate(first) if number not in (1, 8)
    ]
    assert (second[1].text, third[1], third[8].text) == ("HERE IS ANOTHER ONE.", second[1], "AND ONE MORE OF THEM.")
    assert fourth == third


async def test_versions_of_a_corrected_film_keep_its_words_and_the_price(
    house: World, ana: FakeUser, films: CaptionRecorder
) -> None:
    film = await make_film(house, ana)
    await ana.choose(film.get_choice_data("Correct"), film)
    await ana.send_text("1: Ahn eu ganhei trinta reais.")
    film = await finish(house, ana)
    film = await use_next_style(house, ana, film)
    film = await polish(house, ana, film, "Cut pauses")
    assert [call["words"][3].text for call in films.calls] == ["vinte", *["trinta"] * 3]
    await ana.choose(film.get_choice_data("Correct"), film)
    await ana.send_text("1: Ahn eu ganhei cem reais.")
    await finish(house, ana)
    assert films.calls[-1]["options"].cut_pauses
    assert films.calls[-1]["words"][3].text == "cem"
    assert list_prices(house) == [3, 1, 1, 1, 1]


async def test_words_that_stand_out_are_still_those_that_are_said_so_that_fillers_are_cut_of_them(
    house: World, ana: FakeUser, films: CaptionRecorder, sandbox: StagedSandbox, groq: FakeGroq
) -> None:
    await make_film(house, ana, seconds=30)  # of another video
    sandbox.stage(LISTEN, build_returner(build_talk(1)))
    groq.chat = lambda _: {"numbers": [3]}
    await ana.choose("set:style=hormozi")
    await ana.choose("set:pauses=on")
    await make_film(house, ana)
    call = films.calls[1]
    assert [word.text for word in call["words"] if word.is_emphasised] == ["a"]
    assert call["spoken"].words == call["words"]


async def test_the_preview_of_a_cut_film_shows_no_filler_and_a_word_that_stands_out(
    house: World, ana: FakeUser, films: CaptionRecorder
) -> None:
    await ana.choose("set:pauses=on")
    await make_film(house, ana)
    assert films.calls[0]["options"].cut_pauses
    (job,) = list_jobs(house)
    with house.db.read_transaction() as session:
        request = find_preview_request(session, StylePreview(options=job.parameters, job_id=job.id), "pt")
    assert [word.text for word in request.words] == SENTENCE.split()[1:]
    assert next(word.text for word in request.words if word.start <= request.moment < word.end) == "ganhei"

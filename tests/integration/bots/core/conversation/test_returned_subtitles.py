"""Subtitle files of films that come back in reply to them: corrections, wherever something was cut out or masked."""

import dataclasses

import pytest
from fakes.memory_channel import ChatMessage
from fakes.world.described_files import build_video
from fakes.world.staged_sandbox import CAPTION, LISTEN, StagedCall, StagedSandbox, build_returner, create_film
from fakes.world.users import FakeUser
from fakes.world.world import World
from sqlmodel import col, update

from models.jobs.film import Film
from models.jobs.job import Job, JobOutput
from models.jobs.transcript import Transcript, Word
from storage.jobs import transcripts

SAID = Transcript(
    language="en",
    engine="local",
    confidence=0.9,
    words=tuple(
        Word(text=text, start=start, end=start + 0.4)
        for text, start in (("Um,", 1.0), ("this", 5.0), ("shit", 5.5), ("works.", 6.0), ("Bye", 12.0), ("now.", 12.5))
    ),
)
CUTS = ((0.5, 4.5), (6.5, 11.5))
FILM_SUBTITLES = "1\n00:00:01,000 --> 00:00:02,400\nThis s**t works.\n\n2\n00:00:03,000 --> 00:00:03,900\nBye now.\n"


def create_cut_film(call: StagedCall) -> Film:
    return dataclasses.replace(create_film(call), cuts=CUTS if call.arguments["options"].cut_pauses else ())


@pytest.fixture
def sandbox(sandbox: StagedSandbox) -> StagedSandbox:
    sandbox.stage(LISTEN, build_returner(SAID))
    sandbox.stage(CAPTION, *[create_cut_film] * 4)
    return sandbox


async def make_film(house: World, user: FakeUser, *settings: str) -> ChatMessage:
    for setting in ("profanity=mask", *settings):
        await user.choose(f"set:{setting}")
    await user.send_files(build_video(20), names=("talk.mp4",))
    assert house.run_job()
    await house.deliver_all()
    return user.last_message


async def reply(user: FakeUser, message: ChatMessage, subtitles: str) -> ChatMessage:
    attachments = user.build_files_inbound(subtitles.encode(), names=("film.srt",)).attachments
    return await user.handle_inbound(user.build_inbound(attachments=attachments, quoted_message_id=message.id))


def read_words(house: World, job: Job) -> tuple[Word, ...]:
    with house.db.read_transaction() as session:
        given = transcripts.find_given(session, job.id)
    assert given is not None
    return given.words


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize("is_to_the_file", [False, True])
async def test_subtitles_of_a_film_that_was_cut_and_masked_correct_the_words_of_the_video(
    house: World, ana: FakeUser, is_to_the_file: bool
) -> None:
    film = await make_film(house, ana, "pauses=on", "style=neon")
    if is_to_the_file:
        await ana.choose(film.get_choice_data("Subtitles"), film)
        film = ana.messages[-3]
        assert film.upload is not None
        assert film.upload.name.endswith(".srt")
    await ana.choose("set:style=classic")
    await reply(ana, film, FILM_SUBTITLES.replace("works", "helps"))
    first, second = house.list_jobs()
    assert (second.parent_id, second.credits, second.parameters["style"]) == (first.id, 0, "neon")
    words = read_words(house, second)
    assert [word.text for word in words] == ["Um,", "this", "shit", "helps.", "Bye", "now."]
    assert [word for word in words if word.text != "helps."] == [word for word in SAID.words if word.text != "works."]
    assert SAID.words[2].start <= words[3].start <= words[3].end <= 6.9


@pytest.mark.usefixtures("sandbox")
async def test_subtitles_that_come_back_as_they_were_make_and_cost_nothing(house: World, ana: FakeUser) -> None:
    film = await make_film(house, ana, "pauses=on")
    assert "the words it has already" in (await reply(ana, film, FILM_SUBTITLES)).text
    assert len(house.list_jobs()) == 1


@pytest.mark.usefixtures("sandbox")
async def test_a_film_whose_cuts_nobody_wrote_down_says_so_and_is_corrected_by_lines(
    house: World, ana: FakeUser
) -> None:
    film = await make_film(house, ana, "pauses=on")
    with house.db.transaction() as session:
        session.execute(update(JobOutput).where(col(JobOutput.cuts).is_not(None)).values(cuts=None))
    answer = await reply(ana, film, FILM_SUBTITLES.replace("works", "helps"))
    assert "Something was cut out of this film" in answer.text
    assert len(house.list_jobs()) == 1
    lines = await ana.choose(film.get_choice_data("Correct"), film)
    assert "Something was cut out" in (await reply(ana, lines, FILM_SUBTITLES.replace("works", "helps"))).text
    await ana.send_text("1: Um, this shit helps.")
    assert [word.text for word in read_words(house, house.list_jobs()[1])][3] == "helps."


@pytest.mark.usefixtures("sandbox")
async def test_a_film_of_which_nothing_was_cut_takes_its_own_subtitles(house: World, ana: FakeUser) -> None:
    film = await make_film(house, ana)
    own = (
        "1\n00:00:01,000 --> 00:00:01,400\nUm,\n\n2\n00:00:05,000 --> 00:00:06,400\nthis s**t helps.\n\n"
        "3\n00:00:12,000 --> 00:00:12,900\nBye now.\n"
    )
    await reply(ana, film, own)
    words = read_words(house, house.list_jobs()[1])
    assert [word.text for word in words] == ["Um,", "this", "shit", "helps.", "Bye", "now."]
    assert words[2] == SAID.words[2]


@pytest.mark.usefixtures("sandbox")
async def test_other_subtitles_in_reply_to_a_film_are_those_of_its_video(house: World, ana: FakeUser) -> None:
    film = await make_film(house, ana, "pauses=on")
    await ana.choose("set:pauses=off")
    await reply(ana, film, "1\n00:00:05,000 --> 00:00:06,400\nIsto aqui funciona.\n")
    second = house.list_jobs()[1]
    assert (second.parent_id, second.parameters["cut_pauses"]) == (None, False)
    assert [word.text for word in read_words(house, second)] == ["Isto", "aqui", "funciona."]
    assert read_words(house, second)[0].start == 5.0

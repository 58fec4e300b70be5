"""Subtitles of captioned films as files, under a button: what is in them, and that they are free."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.memory_channel import ChatMessage
from fakes.sample_files import write_film
from fakes.world.described_files import build_audio, build_picture, build_video
from fakes.world.users import FakeUser
from fakes.world.world import World

from pipeline.jobs.renderer import Renderer
from pipeline.sandbox.client import SandboxClient
from pipeline.speech.transcription import Transcriber
from storage.db import Database
from storage.jobs import jobs
from storage.media import files

FORMATS = ("srt", "vtt", "ass")
SPOKEN = "1\n00:00:00,200 --> 00:00:00,900\nWhat pretty shit\n"


async def finish(house: World, user: FakeUser) -> ChatMessage:
    house.run_job()
    await house.deliver_all()
    return user.last_message


async def press(user: FakeUser, film: ChatMessage, label: str = "Subtitles") -> list[ChatMessage]:
    """Press a button under a film; returns what was sent then."""
    before = len(user.messages)
    await user.choose(film.get_choice_data(label), film)
    return user.messages[before:]


def read_upload(message: ChatMessage) -> str:
    assert message.upload is not None
    return message.upload.path.read_text(encoding="utf-8")


def get_suffix(message: ChatMessage) -> str:
    assert message.upload is not None
    return message.upload.name.rpartition(".")[2]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxClient]:
    with SandboxClient() as started:
        yield started


@pytest.fixture
def studio(tmp_path: Path, sqlite: Database, sandbox: SandboxClient) -> World:
    """A world whose films are made as they are for people."""
    return World.open(tmp_path, sqlite, sandbox=sandbox, renderer=Renderer(sandbox, Transcriber(None)))


@pytest.mark.parametrize(("taps", "shown"), [(1, "What pretty s**t"), (2, "What pretty shit")])
async def test_the_files_have_the_words_of_the_film_with_swear_words_hidden_where_the_user_switched_that_on(
    studio: World, tmp_path: Path, taps: int, shown: str
) -> None:
    ana = FakeUser(studio, studio.get_account())
    menu = await ana.choose("set:captions")
    for _ in range(taps):
        await ana.choose(menu.get_choice_data("Hide swear words"), menu)
    video = write_film(tmp_path / "talk.mp4", seconds=2).read_bytes()
    await ana.send_files(SPOKEN.encode(), video, names=("a.srt", "a.mp4"))
    sent = await press(ana, await finish(studio, ana))
    assert [get_suffix(message) for message in sent] == list(FORMATS)
    assert read_upload(sent[0]) == f"1\n00:00:00,200 --> 00:00:00,900\n{shown}\n"
    assert all(shown.split()[2] in read_upload(message) for message in sent)


async def test_the_files_come_as_documents_with_a_sentence_each_and_cost_nothing(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_video(30))
    film = await finish(house, ana)
    balance = ana.balance
    sent = await press(ana, film)
    assert [(message.kind, message.text) for message in sent] == [
        ("file", f"The subtitles of the film as .{name}, with its times.") for name in FORMATS
    ]
    assert len(await press(ana, film)) == len(FORMATS)  # as often as somebody likes
    assert (ana.balance, len(house.list_jobs())) == (balance, 1)


async def test_a_film_has_at_most_ten_buttons_of_which_three_are_in_a_row(house: World, ana: FakeUser) -> None:
    house.renderer.has_chat_model = True
    await ana.send_files(build_video(30))
    film = await finish(house, ana)
    assert len(film.choices) <= 10  # as many rows as a list of WhatsApp has
    assert max(len(row) for row in film.content.choices) <= 3


async def test_a_transcript_comes_as_ass_too(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_audio(10), names=("a.ogg",))
    (sent,) = await press(ana, await finish(house, ana), ".ass")
    assert (sent.kind, get_suffix(sent)) == ("file", "ass")
    assert sent.text == "The subtitles as .ass, with the times of the words."


async def test_the_files_of_somebody_elses_film_are_not_found(house: World, ana: FakeUser, bia: FakeUser) -> None:
    await ana.send_files(build_video(30))
    film = await finish(house, ana)
    (answer,) = await press(bia, film)
    assert (answer.kind, answer.text) == ("text", "Não encontro mais isso.")


async def test_files_that_are_deleted_are_said_to_be_gone(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_video(30))
    film = await finish(house, ana)
    with house.db.transaction() as session:
        files.release(session, jobs.map_outputs(session, house.list_jobs()[0].id)["vtt"])
    (answer,) = await press(ana, film)
    assert "already deleted" in answer.text


@pytest.mark.parametrize("data", ["subtitles:", "subtitles:zz", "subtitles:" + "0" * 32])
async def test_hostile_data_of_the_button_is_answered(ana: FakeUser, data: str) -> None:
    assert (await ana.choose(data)).text == "I can't find that any more."


async def test_a_drawing_has_no_subtitles(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture())
    await finish(house, ana)
    assert "already deleted" in (await ana.choose(f"subtitles:{house.list_jobs()[0].id.hex}")).text

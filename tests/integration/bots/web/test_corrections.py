"""Words of a film for the page's editor, and what it sends back."""

import asyncio
import json
from pathlib import Path

import pytest
from fakes.page_client import PageClient, open_page_client
from fakes.world.described_files import build_video
from fakes.world.page_jobs import VIDEO, PageWorld, open_page_world
from fakes.world.users import FakeUser
from fakes.world.web import SECRET
from fastapi import FastAPI
from starlette.requests import Request

from bots.web.corrections.endpoints import CorrectionEndpoints, build_corrections_router
from bots.web.links import MediaLinkSigner
from models.jobs.job import Job
from models.jobs.transcript import Transcript, Word
from storage.db import Database
from storage.jobs import jobs, transcripts
from storage.media import files

WORDS = (
    Word(text="Ola", start=0.1, end=0.30000000000000004, is_speaker_change=True),
    Word(text="joao", start=0.7071067811865476, end=1.1),
    Word(text="Tchau.", start=4.5, end=5.0),
)


@pytest.fixture
def house(tmp_path: Path, sqlite: Database) -> PageWorld:
    return open_page_world(tmp_path, sqlite, Transcript(language="pt", words=WORDS, engine="groq", confidence=0.9))


async def make_film(house: PageWorld, client: PageClient) -> tuple[str, str]:
    """A captioned film on the page: the id of its message, and the data of the button under it."""
    await client.send(files=[VIDEO])
    await asyncio.to_thread(house.run_job)
    await client.wait_for_text("Here is your video")
    film = house.find_film()
    (button,) = [each for row in film.body["buttons"] for each in row if each["data"].startswith("correct:")]
    return str(film.id), button["data"]


async def fetch_words(client: PageClient, button: str) -> tuple[int, dict[str, object]]:
    response = await client.http.get(f"/chat/words/{button.removeprefix('correct:')}")
    return response.status_code, response.json()


async def send_words(client: PageClient, message: str, button: str, words: object) -> int:
    content = json.dumps({"language": "pt", "words": words}).encode()
    answer = await client.send(choice=button, message=message, files=[("words.json", content, "application/json")])
    return answer.status_code


async def test_the_words_come_by_line_with_their_times_to_the_last_digit_and_the_price(house: PageWorld) -> None:
    async with open_page_client(house.app) as client:
        _, button = await make_film(house, client)
        status, found = await fetch_words(client, button)
    assert status == 200
    assert found["language"] == "pt"
    assert found["lines"] == [[word.model_dump() for word in WORDS[:2]], [WORDS[2].model_dump()]]
    assert str(found["cost"]).endswith("It costs nothing.")


async def test_edited_words_make_the_film_again_and_those_that_were_not_touched_are_the_same(house: PageWorld) -> None:
    async with open_page_client(house.app) as client:
        message, button = await make_film(house, client)
        _, found = await fetch_words(client, button)
        words = [word for line in found["lines"] for word in line]  # type: ignore[attr-defined]
        words[0] |= {"text": "Olá,", "end": 0.45}
        assert await send_words(client, message, button, words) == 202
        await asyncio.to_thread(house.run_job)
        texts = [each["text"] for each in (await client.fetch_messages())["messages"] if each["author"] == "person"]
    first, second = house.world.list_jobs()
    with house.world.db.read_transaction() as session:
        given = transcripts.find_given(session, second.id)
    assert given is not None
    assert given.words == (Word(text="Olá,", start=0.1, end=0.45, is_speaker_change=True), *WORDS[1:])
    assert second.parent_id == first.id
    assert texts == [""]


async def test_a_film_whose_video_is_gone_has_no_words_and_its_button_says_why(house: PageWorld) -> None:
    async with open_page_client(house.app) as client:
        message, button = await make_film(house, client)
        with house.world.db.transaction() as session:
            for media in jobs.list_inputs(session, house.world.list_jobs()[0].id):
                files.release(session, media)
        assert await fetch_words(client, button) == (404, {})
        await client.send(choice=button, message=message)
        await client.wait_for_text("FILE_GONE")


async def test_the_words_of_somebody_else_are_shown_to_nobody(house: PageWorld) -> None:
    stranger = FakeUser(house.world, house.world.get_account())
    await stranger.send_files(build_video())
    assert house.world.run_job()
    async with open_page_client(house.app) as client:
        await client.send("zzz")
        await client.wait_for_text("I make films")
        assert await fetch_words(client, f"correct:{house.world.list_jobs()[0].id.hex}") == (404, {})
        assert (await client.http.get("/chat/words/nonsense")).status_code == 422


async def test_words_with_another_button_than_the_films_are_refused(house: PageWorld) -> None:
    async with open_page_client(house.app) as client:
        message, _ = await make_film(house, client)
        assert await send_words(client, message, f"correct:{'0' * 32}", [WORDS[0].model_dump()]) == 409
    assert len(house.world.list_jobs()) == 1


async def test_a_film_without_its_pauses_comes_with_the_video_whose_times_the_words_have(house: PageWorld) -> None:
    async with open_page_client(house.app) as client:
        _, button = await make_film(house, client)
        assert (await fetch_words(client, button))[1]["source"] is None
        change_job(house, cut_pauses=True)
        source = (await fetch_words(client, button))[1]["source"]
        assert isinstance(source, dict)
        shown = await client.http.get(source["url"])
    assert (shown.status_code, shown.content) == (200, VIDEO[1])
    assert shown.headers["content-type"] == "video/mp4"


async def test_a_source_that_no_browser_plays_is_not_shown_beside_the_words(house: PageWorld) -> None:
    async with open_page_client(house.app) as client:
        _, button = await make_film(house, client)
        change_job(house, cut_pauses=True)
        with house.world.db.transaction() as session:
            jobs.list_inputs(session, house.world.list_jobs()[0].id)[0].format = "avi"
        found = (await fetch_words(client, button))[1]
    assert (found["keeps_times"], found["source"]) == (False, None)


def change_job(house: PageWorld, **options: object) -> None:
    """The film as if it had been made with these options."""
    with house.world.db.transaction() as session:
        job = session.get_one(Job, house.world.list_jobs()[0].id)
        job.parameters = {**job.parameters, **options}


class SignedOut:
    """An authenticator that knows nobody."""

    def authenticate(self, _request: Request) -> None:
        return None


async def test_who_is_not_signed_in_is_shown_no_words(house: PageWorld) -> None:
    async with open_page_client(house.app) as client:
        _, button = await make_film(house, client)
    app = FastAPI()
    endpoints = CorrectionEndpoints(
        house.world.db, house.world.pipeline, house.page, SignedOut(), MediaLinkSigner(SECRET), house.world.clock
    )
    app.include_router(build_corrections_router(endpoints))
    async with open_page_client(app) as client:
        assert await fetch_words(client, button) == (401, {})

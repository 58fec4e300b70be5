"""Several people at one page: each has their own conversation, films and uploads, and sees nobody else's."""

import asyncio
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.page_client import PAGE_HEADERS, PageClient
from fakes.world.web import WebApp, open_web_app
from starlette.routing import BaseRoute

from bots.core.channel import RenderedMessage
from bots.web.auth.session import page_user_for, page_user_id_for
from bots.web.auth.sign_in import SESSION_COOKIE
from bots.web.chat import MAX_POLLS_PER_USER
from bots.web.message_view import MessageBody
from models.limits import load_limits
from storage.db import Database
from storage.identity import people
from storage.messaging import updates

ANA, BIA = "ana@example.com", "bia@example.org"
PICTURE = ("gato.png", b"\x89PNG" + bytes(5000), "image/png")
OPEN = {
    "/",
    "/health",
    "/static",
    "/static/emoji.ttf",
    "/sign-in",
    "/sign-in/code",
    "/sign-out",
}  # to who is not signed in, with nobody's data


@pytest.fixture
def house(tmp_path: Path, sqlite: Database) -> WebApp:
    return open_web_app(tmp_path, sqlite, has_sign_in=True)


def place(house: WebApp, address: str) -> str:
    return page_user_id_for(house.parts.sign_in.secret, house.account.tenant_id, address)


async def test_each_has_a_conversation_of_their_own(house: WebApp) -> None:
    async with house.open_signed_in_browser(ANA) as ana, house.open_signed_in_browser(BIA) as bia:
        await ana.send("Ana's secret")
        await ana.wait_for_text("You said")
        await bia.send("Bia's secret")
        seen = await bia.wait_for_text("You said")
        assert [message["text"] for message in seen] == ["Bia's secret", "You said: Bia's secret"]
        assert "Bia" not in str(await ana.fetch_messages())
        assert (await ana.fetch_messages())["conversation"] != (await bia.fetch_messages())["conversation"]


async def test_the_same_person_finds_their_conversation_in_another_browser(house: WebApp) -> None:
    async with house.open_signed_in_browser(ANA) as one, house.open_signed_in_browser(ANA) as other:
        await one.send("from the phone")
        assert (await other.wait_for_text("You said"))[0]["text"] == "from the phone"


async def test_who_is_not_signed_in_gets_nothing_from_any_route(house: WebApp) -> None:
    async with house.open_signed_in_browser(ANA) as ana:
        await ana.send("secret", files=[PICTURE])
        film = (await ana.wait_for_text("Your film"))[-1]["film"]["url"]
    async with house.open_browser() as nobody:
        routes = list(_routes(house.app.routes))
        assert {"/chat/messages", "/chat/messages/older", "/media/{token}", "/metrics"} <= {path for path, _ in routes}
        for path, method in routes:
            answer = await nobody.http.request(method, path.replace("/media/{token}", film), headers=PAGE_HEADERS)
            assert "secret" not in answer.text
            assert path in OPEN or answer.status_code in {401, 404, 422}, (method, path, answer.status_code)
        older = await nobody.http.get("/chat/messages/older", params={"before": 1 << 52})
        assert older.status_code == 401
        assert house.sink.downloads == [PICTURE[1]]


@pytest.mark.parametrize("cookie", ["", "x", "0" * 43, "a" * 4000])
async def test_a_made_up_cookie_opens_nothing(house: WebApp, cookie: str) -> None:
    async with house.open_signed_in_browser(ANA), house.open_browser() as stranger:
        stranger.http.cookies.set(SESSION_COOKIE, cookie, domain="rabisco.example")
        assert (await stranger.http.get("/chat/messages")).status_code == 401
        assert (await stranger.send("hi")).status_code == 401
    assert not house.sink.updates
    assert house.list_uploads() == []


async def test_a_link_to_a_film_opens_for_its_owner_alone_and_until_they_sign_out(house: WebApp) -> None:
    async with (
        house.open_signed_in_browser(ANA) as ana,
        house.open_signed_in_browser(BIA) as bia,
        house.open_browser() as nobody,
    ):
        await ana.send(files=[PICTURE])
        film = (await ana.wait_for_text("Your film"))[-1]["film"]
        for address in (film["url"], film["save"]):
            assert (await ana.http.get(address)).status_code == 200
            assert (await bia.http.get(address)).status_code == 404
            assert (await nobody.http.get(address)).status_code == 404
        await ana.http.post("/sign-out", headers=PAGE_HEADERS)
        assert (await ana.http.get(film["url"])).status_code == 404


async def test_a_button_under_somebody_elses_message_cannot_be_pressed(house: WebApp) -> None:
    async with house.open_signed_in_browser(ANA) as ana, house.open_signed_in_browser(BIA) as bia:
        await ana.send("colours")
        asked = (await ana.wait_for_text("You said"))[1]
        answer = await bia.send(choice="blue", message=asked["id"])
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "GONE")
        assert (await ana.send(choice="blue", message=asked["id"])).status_code == 202


async def test_a_message_under_somebody_elses_id_neither_shows_nor_stops_anything(house: WebApp) -> None:
    message = str(uuid.uuid4())
    async with house.open_signed_in_browser(ANA) as ana, house.open_signed_in_browser(BIA) as bia:
        await ana.send("mine", id=message)
        await ana.wait_for_text("You said: mine")
        assert (await bia.send("hers", id=message)).json() == {"accepted": True, "repeated": False}
        await bia.wait_for_text("You said: hers")
        assert "hers" not in str(await ana.fetch_messages())
        assert "mine" not in str(await bia.fetch_messages())
    assert [inbound.text for inbound in house.sink.handled] == ["mine", "hers"]


async def test_news_for_one_wake_only_them(house: WebApp) -> None:
    mine, other = page_user_for(place(house, ANA)).chat_ref, page_user_for(place(house, BIA)).chat_ref
    async with house.open_signed_in_browser(ANA) as ana:
        waiting = asyncio.create_task(ana.fetch_messages(0, 20))
        await house.page.send_text(other, RenderedMessage("for Bia"))
        await house.page.send_text(mine, RenderedMessage("for Ana"))
        async with asyncio.timeout(10):
            assert [message["text"] for message in (await waiting)["messages"]] == ["for Ana"]


async def test_who_scrolls_up_finds_everything_that_was_ever_said_to_them(house: WebApp) -> None:
    start = datetime(2026, 5, 4, 12, tzinfo=UTC)
    house.db.clock = lambda: start
    mine, other = page_user_for(place(house, ANA)).chat_ref, page_user_for(place(house, BIA)).chat_ref
    for number in range(450):
        house.page.save_user_message(mine, uuid.uuid4(), _body(f"a{number}"))
    house.page.save_user_message(other, uuid.uuid4(), _body("Bia's"))
    house.db.clock = lambda: start + timedelta(seconds=1)
    async with house.open_signed_in_browser(ANA) as ana:
        found = (await ana.fetch_messages())["messages"]
        assert len(found) == 200
        while page := await _older(ana, found[0]["at"]):
            found = page + found
    assert [message["text"] for message in found] == [f"a{number}" for number in range(450)]


async def test_a_persons_page_speaks_the_language_they_have_chosen(house: WebApp) -> None:
    async with house.open_signed_in_browser(ANA) as ana:
        headers = {"accept-language": "en"}
        assert 'lang="en"' in (await ana.http.get("/", headers=headers)).text
        with house.db.transaction() as session:
            person = people.get_or_create_person(session, house.account, place(house, ANA), name="", language="es")
            person.language_chosen = True
        assert 'lang="es"' in (await ana.http.get("/", headers=headers)).text


async def test_one_person_cannot_fill_the_disk(house: WebApp) -> None:
    waiting = {"sender": {"external_id": place(house, ANA)}, "attachments": [{"size": 3_999_000_000}]}
    with house.db.transaction() as session:
        updates.save(session, house.account.id, "stored by another process", waiting, house.db.clock())
    async with house.open_signed_in_browser(ANA) as ana, house.open_signed_in_browser(BIA) as bia:
        big = ("v.mp4", bytes(8_000_000), "video/mp4")
        answer = await ana.send(files=[big])
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "TOO_MUCH")
        assert (await ana.send("a word still goes")).status_code == 202
        assert (await bia.send(files=[big])).status_code == 202


async def test_a_picture_over_its_limit_is_stopped_on_the_way_in(house: WebApp) -> None:
    async with house.open_signed_in_browser(ANA) as ana:
        answer = await ana.send(files=[("big.png", bytes(50_000_001), "image/png")])
        assert (answer.status_code, answer.json()["error"]["limit"]) == (413, 50)
    assert house.list_uploads() == []


async def test_who_sends_too_much_too_fast_is_told_to_wait(house: WebApp) -> None:
    async with house.open_signed_in_browser(ANA) as ana, house.open_signed_in_browser(BIA) as bia:
        limit = load_limits().person.posts_per_minute
        answers = [(await ana.send("")).status_code for _ in range(limit + 1)]
        assert answers == [400] * limit + [429]
        assert (await bia.send("hi")).status_code == 202


async def test_one_person_cannot_have_the_server_wait_for_them_without_end(house: WebApp) -> None:
    async with house.open_signed_in_browser(ANA) as ana, house.open_signed_in_browser(BIA) as bia:
        ana_chat = page_user_for(place(house, ANA)).chat_ref
        waiting = [asyncio.create_task(ana.fetch_messages(0, 20)) for _ in range(MAX_POLLS_PER_USER)]
        async with asyncio.timeout(10):
            while house.page.notifier.count_waiting(ana_chat) < MAX_POLLS_PER_USER:  # noqa: ASYNC110 - a bell does not tell who comes to listen
                await asyncio.sleep(0)
        assert (await ana.http.get("/chat/messages")).status_code == 429
        assert (await bia.http.get("/chat/messages")).status_code == 200
        house.page.notifier.close()
        await asyncio.gather(*waiting)


def _routes(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Every path and method there is, also those of routers that were included."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from _routes(included.routes)
        else:
            yield from ((route.path, method) for method in getattr(route, "methods", None) or {"GET"})


async def _older(client: PageClient, before: int) -> list[dict[str, object]]:
    answer = await client.http.get("/chat/messages/older", params={"before": before})
    return list(answer.json()["messages"])


def _body(text: str) -> MessageBody:
    return MessageBody(text=text)

import asyncio
import time
import uuid
from pathlib import Path

import pytest
from fakes.page_client import PAGE_HEADERS, open_page_client
from fakes.world.web import WebApp, add_account, open_web_app

from bots.core.channel import AttachmentKind, ChatRef, Choice, RenderedMessage
from bots.web.page import LOCAL_CHAT, PageChannel
from models.limits import load_limits
from storage.db import Database

PICTURE = ("gato.png", b"\x89PNG" + bytes(5000), "image/png")
THUMBNAIL = "data:image/jpeg;base64,/9j/AA=="


def texts(messages: list[dict[str, object]]) -> list[tuple[object, object]]:
    return [(message["author"], message["text"]) for message in messages]


async def test_a_text_is_shown_and_answered(house: WebApp) -> None:
    async with open_page_client(house.app) as client:
        answer = await client.send("Olá")
        assert (answer.status_code, answer.json()) == (202, {"accepted": True, "repeated": False})
        messages = await client.wait_for_text("You said")
    assert texts(messages) == [("person", "Olá"), ("bot", "You said: Olá")]
    assert messages[1]["reply_to"] == messages[0]["id"]


async def test_the_conversation_gets_what_was_sent_and_the_browsers_language(house: WebApp) -> None:
    message = str(uuid.uuid4())
    headers = {**PAGE_HEADERS, "accept-language": "pt-BR,pt;q=0.9"}
    async with open_page_client(house.app) as client:
        await client.send("Legenda", id=message, files=[PICTURE, ("v.mp4", b"video", "video/mp4")], headers=headers)
        await client.wait_for_text("Your film")
    (inbound,) = house.sink.handled
    assert (inbound.update_ids, inbound.message_id, inbound.text) == ((message,), message, "Legenda")
    assert (inbound.sender.external_id, inbound.sender.language, inbound.chat_ref) == (
        "owner",
        "pt-br",
        ChatRef("page"),
    )
    assert [(one.kind, one.name, one.size) for one in inbound.attachments] == [
        (AttachmentKind.PICTURE, "gato.png", 5004),
        (AttachmentKind.VIDEO, "v.mp4", 5),
    ]
    assert house.sink.downloads == [PICTURE[1], b"video"]


async def test_a_reload_shows_what_the_person_sent(house: WebApp) -> None:
    async with open_page_client(house.app) as client:
        await client.send(files=[PICTURE, ("notas.txt", b"x", "text/plain")], thumbnails=[THUMBNAIL, ""])
        await client.wait_for_text("Your film")
        first = (await client.fetch_messages())["messages"][0]
    assert first["sent"] == [
        {"kind": "picture", "name": "gato.png", "thumbnail": THUMBNAIL},
        {"kind": "file", "name": "notas.txt", "thumbnail": None},
    ]


async def test_thumbnails_beyond_those_of_an_hour_are_not_kept(house: WebApp) -> None:
    """They lie in the database with the message, and come with any file, however small."""
    most = load_limits().person.thumbnails_per_hour
    files = [(f"{number}.png", b"x", "image/png") for number in range(10)]
    async with open_page_client(house.app) as client:
        for _ in range(most // 10 + 2):
            await client.send(files=files, thumbnails=[THUMBNAIL] * 10)
        sent = [file for each in (await client.fetch_messages())["messages"] for file in each["sent"]]
    assert len(sent) == most + 20
    assert sum(file["thumbnail"] is not None for file in sent) == most


async def test_uploads_are_gone_once_they_were_answered(house: WebApp) -> None:
    async with open_page_client(house.app) as client:
        await client.send(files=[PICTURE])
        await client.wait_for_text("Your film")
    assert house.list_uploads() == []


async def test_sending_twice_answers_once(house: WebApp) -> None:
    message = str(uuid.uuid4())
    async with open_page_client(house.app) as client:
        await client.send("once", id=message)
        await client.wait_for_text("You said")
        again = await client.send("once", id=message, files=[PICTURE])
        assert again.json() == {"accepted": True, "repeated": True}
        assert len((await client.fetch_messages())["messages"]) == 2
    assert len(house.sink.handled) == 1
    assert house.list_uploads() == []


async def test_a_button_is_pressed_under_its_message_and_leaves_none_of_its_own(house: WebApp) -> None:
    async with open_page_client(house.app) as client:
        await client.send("colours")
        asked = (await client.wait_for_text("You said"))[1]
        answer = await client.send(choice="blue", message=asked["id"])
        assert answer.status_code == 202
        messages = await client.wait_for_text("Chosen")
    assert texts(messages) == [("person", "colours"), ("bot", "Chosen: blue")]
    assert messages[1]["buttons"] == []
    assert (house.sink.handled[1].choice, house.sink.handled[1].message_id) == ("blue", asked["id"])


@pytest.mark.parametrize(("choice", "own"), [("green", False), ("red", True), ("", False)])
async def test_a_button_that_is_not_there_cannot_be_pressed(house: WebApp, choice: str, own: bool) -> None:
    async with open_page_client(house.app) as client:
        await client.send("colours")
        person, bot = await client.wait_for_text("You said")
        answer = await client.send(choice=choice, message=(person if own else bot)["id"])
    assert answer.status_code in {400, 409}
    assert answer.json()["error"]["code"] in {"GONE", "EMPTY"}
    assert len(house.sink.updates) == 1


async def test_messages_are_answered_one_after_the_other(house: WebApp) -> None:
    house.sink.pause_seconds = 0.02
    async with open_page_client(house.app) as client:
        for number in range(3):
            await client.send(str(number), files=[PICTURE])
        await client.send("last")
        await client.wait_for_text("You said: last")
    assert [inbound.text for inbound in house.sink.handled] == ["0", "1", "2", "last"]


async def test_progress_edits_one_message(house: WebApp) -> None:
    seen: list[str] = []
    house.sink.pause_seconds = 0.05
    async with open_page_client(house.app) as client:
        await client.send(files=[PICTURE])
        version, bot = 0, set()
        while not any("film" in text for text in seen):
            news = await client.fetch_messages(version, 5)
            version = news["version"]
            bot |= {message["id"] for message in news["messages"] if message["author"] == "bot"}
            seen += [message["text"] for message in news["messages"] if message["author"] == "bot"]
    assert len(bot) == 2
    assert len([text for text in seen if text.startswith("Drawing")]) >= 3


@pytest.mark.parametrize(
    ("text", "fields", "status", "code"),
    [
        ("", {}, 400, "EMPTY"),
        ("  \n ", {}, 400, "EMPTY"),
        ("x" * 5000, {}, 413, "TEXT_TOO_LONG"),
        ("x", {"id": "not an id"}, 400, "BAD_FORM"),
    ],
)
async def test_a_refusal_says_why_and_keeps_nothing(
    house: WebApp, text: str, fields: dict[str, str], status: int, code: str
) -> None:
    async with open_page_client(house.app) as client:
        answer = await client.send(text, headers={**PAGE_HEADERS, "accept-language": "es"}, **fields)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
        assert answer.json()["error"]["message"]
        assert (await client.fetch_messages())["messages"] == []
    assert not house.sink.updates
    assert house.list_uploads() == []


async def test_too_many_pictures_are_refused_in_a_friendly_way(house: WebApp) -> None:
    async with open_page_client(house.app) as client:
        answer = await client.send(files=[PICTURE] * 11)
    assert answer.status_code == 413
    assert "10" in answer.json()["error"]["message"]
    assert house.list_uploads() == []


async def test_an_upload_that_breaks_off_leaves_nothing(house: WebApp) -> None:
    async def half():  # type: ignore[no-untyped-def]
        yield b'--e\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n' + bytes(3_000_000)
        raise ConnectionError("the cable was pulled")

    async with open_page_client(house.app) as client:
        kind = {**PAGE_HEADERS, "content-type": "multipart/form-data; boundary=e"}
        with pytest.raises(ConnectionError):
            await client.http.post("/chat/messages", content=half(), headers=kind)
    assert house.list_uploads() == []


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_another_page_cannot_send_in_the_persons_name(house: WebApp, origin: str | None) -> None:
    async with open_page_client(house.app) as client:
        answer = await client.send("hi", headers={"origin": origin} if origin else {})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "FORBIDDEN")
    assert not house.sink.updates


async def test_the_page_itself_sends_with_its_origin(house: WebApp) -> None:
    async with open_page_client(house.app) as client:
        assert (await client.send("hi", headers={"origin": "http://127.0.0.1:8000"})).status_code == 202
        await client.wait_for_text("You said")


@pytest.mark.parametrize("path", ["/", "/chat/messages", "/static/page.js", "/metrics"])
async def test_a_foreign_name_for_this_machine_is_turned_away(house: WebApp, path: str) -> None:
    async with open_page_client(house.app, "http://rebound.example:8000") as client:
        assert (await client.http.get(path)).status_code == 421
    async with open_page_client(house.app, "http://[::1]:8000") as client:
        assert (await client.http.get(path)).status_code == 200


async def test_the_configured_address_is_ours(tmp_path: Path, sqlite: Database) -> None:
    house = open_web_app(tmp_path, sqlite, public_url="http://casa.example:9000/")
    async with open_page_client(house.app, "http://casa.example:9000") as client:
        assert (await client.http.get("/")).status_code == 200


async def test_waiting_for_news_ends_when_there_is_some(house: WebApp) -> None:
    async with open_page_client(house.app) as client:
        await house.page.send_text(LOCAL_CHAT, RenderedMessage("first"))
        version = (await client.fetch_messages())["version"]
        waiting = asyncio.create_task(client.fetch_messages(version, 20))
        started = time.monotonic()
        await asyncio.sleep(0)
        await house.page.send_text(LOCAL_CHAT, RenderedMessage("second"))
        news = await waiting
    assert [message["text"] for message in news["messages"]] == ["second"]
    assert news["version"] > version
    assert time.monotonic() - started < 5


async def test_news_of_another_process_are_found_without_a_bell(house: WebApp) -> None:
    other = PageChannel(house.db, house.account.id, house.page.uploads)
    async with open_page_client(house.app) as client:
        waiting = asyncio.create_task(client.fetch_messages(0, 20))
        await asyncio.sleep(0)
        await other.send_text(LOCAL_CHAT, RenderedMessage("from afar"))
        async with asyncio.timeout(10):
            assert [message["text"] for message in (await waiting)["messages"]] == ["from afar"]


async def test_when_nothing_is_new_the_version_stays(house: WebApp) -> None:
    async with open_page_client(house.app) as client:
        await house.page.send_text(LOCAL_CHAT, RenderedMessage("only"))
        version = (await client.fetch_messages())["version"]
        news = await client.fetch_messages(version, 0.05)
    assert (news["version"], news["messages"]) == (version, [])


async def test_one_account_never_sees_anothers_messages(house: WebApp) -> None:
    other = PageChannel(house.db, add_account(house.db, "other").id, house.page.uploads)
    message = await other.send_text(LOCAL_CHAT, RenderedMessage("secret", ((Choice("a", "A"),),)))
    async with open_page_client(house.app) as client:
        assert (await client.fetch_messages())["messages"] == []
        assert (await client.send(choice="a", message=message)).status_code == 409


async def test_the_page_comes_in_the_browsers_language_and_asks_nobody_else(house: WebApp) -> None:
    async with open_page_client(house.app) as client:
        page = await client.http.get("/", headers={"accept-language": "pt-PT,en;q=0.5"})
        assert 'lang="pt-BR"' in page.text
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http://" not in page.text.replace("http://www.w3.org", "")
        assert "https://" not in page.text
        assert page.headers["x-content-type-options"] == "nosniff"
        script = await client.http.get("/static/page.js")
        assert (script.status_code, script.headers["cache-control"]) == (200, "no-cache")
        assert "javascript" in script.headers["content-type"]
        assert (await client.http.get("/static/../app.py")).status_code == 404
        assert (await client.http.get("/static/%2e%2e/app.py")).status_code == 404


@pytest.mark.parametrize("path", ["/", "/chat/messages", "/static/page.js", "/docs", "/openapi.json"])
async def test_production_has_no_page(tmp_path: Path, sqlite: Database, path: str) -> None:
    house = open_web_app(tmp_path, sqlite, mode="production")
    async with open_page_client(house.app, "https://rabisco.example") as client:
        answer = await client.http.get(path)
        assert answer.status_code == 404
        assert answer.json() == {"detail": "Not Found"}
        assert (await client.send("hi")).status_code == 404
        assert (await client.http.get("/health")).status_code == 200


async def test_the_conversation_is_known_by_its_id(house: WebApp) -> None:
    async with open_page_client(house.app) as client:
        assert (await client.fetch_messages())["conversation"] == ""
        await house.page.send_text(LOCAL_CHAT, RenderedMessage("x"))
        uuid.UUID((await client.fetch_messages())["conversation"])


@pytest.mark.parametrize("query", ["after=-1", "after=1e3", f"after={10**30}", "wait=nan", "wait=inf", "wait=-1"])
async def test_rubbish_in_an_address_is_refused(house: WebApp, query: str) -> None:
    async with open_page_client(house.app) as client:
        assert (await client.http.get(f"/chat/messages?{query}")).status_code == 422


async def test_signs_no_database_keeps_are_left_out_of_a_text(house: WebApp) -> None:
    async with open_page_client(house.app) as client:
        await client.send("a\0b")
        assert (await client.wait_for_text("You said"))[0]["text"] == "ab"

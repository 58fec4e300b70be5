import uuid
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fakes.page_client import open_page_client
from fakes.world.web import WebApp

from bots.core.channel import Inbound
from bots.web.app import create_app
from bots.web.inbound import sweep_uploads
from bots.web.page import PageChannel
from bots.web.uploads.upload_folder import UploadFolder
from bots.web.uploads.upload_store import UploadStore

PICTURE = ("gato.png", b"\x89PNG" + bytes(500), "image/png")


class Stuck(Exception):
    """The process dies here."""


def restarted(house: WebApp) -> WebApp:
    """The same house after a new start: nothing of the old process but what it wrote down."""
    page = PageChannel(house.db, house.account.id, UploadStore(house.db, house.media, house.account.id))
    house.sink.channel = page
    parts = replace(house.parts, page=page)
    return replace(house, page=page, parts=parts, app=create_app(parts))


async def test_what_a_crash_interrupted_is_answered_after_the_start(house: WebApp) -> None:
    answer = house.sink.handle

    async def dies(_inbound: Inbound) -> None:
        raise Stuck

    house.sink.handle = dies  # type: ignore[method-assign]
    async with open_page_client(house.app) as client:
        assert (await client.send("Legenda", files=[PICTURE])).status_code == 202
    house.sink.handle = answer  # type: ignore[method-assign]
    async with open_page_client(restarted(house).app) as client:
        messages = await client.wait_for_text("Your film")
    assert [message["text"] for message in messages] == ["Legenda", "Done", "Your film is ready."]
    assert house.sink.downloads == [PICTURE[1]]
    assert [inbound.text for inbound in house.sink.handled] == ["Legenda"]


async def test_an_answer_that_fails_does_not_hold_up_the_next(house: WebApp) -> None:
    answer = house.sink.handle

    async def fails_once(inbound: Inbound) -> None:
        if inbound.text == "bad":
            raise Stuck
        await answer(inbound)

    house.sink.handle = fails_once  # type: ignore[method-assign]
    async with open_page_client(house.app) as client:
        await client.send("bad")
        await client.send("good")
        await client.wait_for_text("You said: good")


async def test_an_update_that_cannot_be_read_any_more_is_put_aside(house: WebApp) -> None:
    house.sink.updates["old"] = {"of": "another version"}
    async with open_page_client(house.app) as client:
        await client.send("new")
        await client.wait_for_text("You said: new")
    assert house.sink.ignored == ["old"]


async def test_stopping_waits_for_answers_under_way(house: WebApp) -> None:
    house.sink.pause_seconds = 0.05
    async with open_page_client(house.app) as client:
        await client.send(files=[PICTURE])
    assert len(house.sink.handled) == 1


async def test_uploads_nobody_took_are_swept_after_a_day(house: WebApp) -> None:
    folder = UploadFolder(house.parts.data_folder / "uploads")
    (folder.create_folder() / "0").write_bytes(b"left behind")
    tomorrow = datetime.now(UTC) + timedelta(hours=25)
    for now, left in ((tomorrow - timedelta(hours=2), 1), (tomorrow, 0)):
        assert await sweep_uploads(folder, lambda now=now: now) == 1 - left
        assert len(list(folder.root.iterdir())) == left


async def test_the_persons_message_is_there_even_if_the_crash_came_before_it_was_remembered(house: WebApp) -> None:
    remember, message = house.sink.save_update, str(uuid.uuid4())

    def dies(_update: str, _body: dict[str, object]) -> bool:
        raise Stuck

    house.sink.save_update = dies  # type: ignore[method-assign]
    async with open_page_client(house.app) as client:
        with suppress(Stuck):
            await client.send("Olá", id=message)
        house.sink.save_update = remember  # type: ignore[method-assign]
        assert (await client.send("Olá", id=message)).json() == {"accepted": True, "repeated": False}
        messages = await client.wait_for_text("You said")
    assert [message["text"] for message in messages] == ["Olá", "You said: Olá"]

"""Areas of a picture on the chat page as a person taps them, by pointer and by keyboard, in a real browser."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fakes.browser import ChatPage, find_chromium, open_page
from fakes.echo_sink import EchoSink
from fakes.web_server import serve_web_app
from fakes.world.web import WebApp, open_web_app
from PIL import Image
from playwright.sync_api import Browser

from bots.core.channel import Choice, Inbound, RenderedMessage
from bots.web.page import LOCAL_CHAT
from models.columns import utc_now
from storage.db import Database

pytestmark = pytest.mark.skipif(find_chromium() is None, reason="there is no Chromium on this machine")

AREAS = ((0.0, 0.0, 1.0, 1.0), (0.5, 0.25, 0.25, 0.5))  # the second lies on the first


def build_still(chosen: str, answers: str | None = None) -> RenderedMessage:
    raw = BytesIO()
    Image.new("RGB", (800, 400), (90, 120, 160)).save(raw, "JPEG")
    rows = ((Choice("order:a", "1 · table"), Choice("order:b", "2 · cup")), (Choice("draw", "Draw it like this"),))
    areas = AREAS if chosen != "draw" else ()
    return RenderedMessage(f"Chosen: {chosen}", rows, picture=raw.getvalue(), answers=answers, areas=areas)


@dataclass
class Still:
    """A message that is edited by each tap, and shows what was tapped."""

    sink: EchoSink
    message: str = ""
    taps: list[str] = field(default_factory=list)

    async def handle(self, inbound: Inbound) -> None:
        assert self.sink.channel is not None
        assert inbound.choice is not None
        self.taps.append(inbound.choice)
        await self.sink.channel.edit(LOCAL_CHAT, self.message, build_still(inbound.choice, inbound.update_ids[0]))


def run(work: Any) -> Any:
    """Done in a thread of its own: the browser's driver has an event loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@pytest.fixture
def web_house(tmp_path: Path, sqlite: Database) -> WebApp:
    sqlite.clock = utc_now  # a browser has no other
    return open_web_app(tmp_path, sqlite)


@pytest.fixture
def chat_page(web_house: WebApp, browser: Browser) -> Iterator[ChatPage]:
    still = Still(web_house.sink)
    web_house.sink.answer_choice = still.handle
    with serve_web_app(web_house.app, web_house.page.notifier) as address:
        still.message = run(web_house.page.send_text(LOCAL_CHAT, build_still("nothing")))
        with open_page(address, browser) as page:
            yield page
            assert page.foreign_requests == []


def test_the_smaller_of_two_areas_is_tapped_where_both_are(chat_page: ChatPage) -> None:
    chat_page.wait_for_message("Chosen: nothing")
    picture = chat_page.tab.locator("img.picture").bounding_box()
    assert picture is not None
    for share, tapped in (((0.6, 0.5), "order:b"), ((0.1, 0.5), "order:a")):
        chat_page.tab.mouse.click(
            picture["x"] + share[0] * picture["width"], picture["y"] + share[1] * picture["height"]
        )
        chat_page.wait_for_message(f"Chosen: {tapped}")


def test_areas_have_names_and_keep_the_keyboard(chat_page: ChatPage) -> None:
    chat_page.wait_for_message("Chosen: nothing")
    areas = chat_page.tab.locator(".area")
    assert [areas.nth(index).get_attribute("aria-label") for index in range(2)] == ["1 · table", "2 · cup"]
    areas.nth(1).focus()
    chat_page.tab.keyboard.press("Enter")
    chat_page.wait_for_message("Chosen: order:b")
    assert chat_page.tab.evaluate("document.activeElement.getAttribute('aria-label')") == "2 · cup"


def test_a_picture_that_has_no_areas_any_more_can_be_tapped_no_more(chat_page: ChatPage) -> None:
    chat_page.wait_for_message("Chosen: nothing")
    chat_page.press_button("Draw it like this")
    chat_page.wait_for_message("Chosen: draw")
    assert chat_page.tab.locator(".area").count() == 0
    assert chat_page.tab.locator("img.picture").is_visible()

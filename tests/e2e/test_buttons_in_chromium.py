"""Buttons under messages of the chat page as a person presses them, in a real browser."""

import asyncio
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fakes.browser import ChatPage, find_chromium, open_page
from fakes.echo_sink import EchoSink
from fakes.web_server import serve_web_app
from fakes.world.web import WebApp, open_web_app
from PIL import Image
from playwright.sync_api import Browser, Locator, Route

from bots.core.channel import Choice, Inbound, MessageNotModified, RenderedMessage
from bots.web.page import LOCAL_CHAT
from models.columns import utc_now
from storage.db import Database

pytestmark = pytest.mark.skipif(find_chromium() is None, reason="there is no Chromium on this machine")

MESSAGES = "**/chat/messages"
NOTE = "li.message .note:not(:empty)"


def draw_preview(number: int) -> bytes:
    raw = BytesIO()
    Image.new("RGB", (540, 960), (number * 40 % 256, 90, 120)).save(raw, "JPEG")
    return raw.getvalue()


def build_carousel(number: int, answers: str | None = None) -> RenderedMessage:
    rows = (
        (Choice(f"show:{number - 1}", "◀️"), Choice(f"show:{number + 1}", "▶️")),
        (Choice("same", "Same"), Choice("order", "Make it"), Choice("slow", "Slow")),
    )
    return RenderedMessage(f"Style {number}", rows, picture=draw_preview(number), answers=answers)


@dataclass
class Carousel:
    """A message that is edited in place, and whose other buttons leave it or begin a new one."""

    sink: EchoSink
    message: str = ""

    async def handle(self, inbound: Inbound) -> None:
        channel = self.sink.channel
        assert channel is not None
        assert inbound.choice is not None
        name, _, number = inbound.choice.partition(":")
        (update_id,) = inbound.update_ids
        if name == "order":
            await channel.send_text(LOCAL_CHAT, RenderedMessage("Your film is in the queue", answers=update_id))
        elif name == "same":
            with suppress(MessageNotModified):
                await channel.edit(LOCAL_CHAT, self.message, build_carousel(1, update_id))
        elif name == "show":
            await channel.edit(LOCAL_CHAT, self.message, build_carousel(int(number), update_id))


@pytest.fixture
def web_house(tmp_path: Path, sqlite: Database) -> WebApp:
    sqlite.clock = utc_now  # a browser has no other
    return open_web_app(tmp_path, sqlite)


@pytest.fixture
def address(web_house: WebApp) -> Iterator[str]:
    carousel = Carousel(web_house.sink)
    web_house.sink.answer_choice = carousel.handle
    with serve_web_app(web_house.app, web_house.page.notifier) as address:
        for number in range(12):
            run(web_house.page.send_text(LOCAL_CHAT, RenderedMessage(f"Earlier message {number}")))
        carousel.message = run(web_house.page.send_text(LOCAL_CHAT, build_carousel(1)))
        yield address


@pytest.fixture
def chat_page(address: str, browser: Browser) -> Iterator[ChatPage]:
    with open_page(address, browser, language="pt-BR") as page:
        yield page
        assert page.foreign_requests == []


def run(work: Any) -> Any:
    """Done in a thread of its own: the browser's driver has an event loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def top_of(message: Locator) -> float:
    box = message.bounding_box()
    assert box is not None
    return box["y"]


def is_in_view(page: ChatPage, message: Locator) -> bool:
    """Whether a message is shown whole, between what is above and below the conversation."""
    box, space = message.bounding_box(), page.tab.locator("#scroller").bounding_box()
    assert box is not None
    assert space is not None
    return space["y"] <= box["y"] and box["y"] + box["height"] <= space["y"] + space["height"]


@pytest.mark.parametrize("is_at_the_end", [True, False])
def test_a_message_that_is_edited_stays_where_it_is_and_nothing_is_added(
    chat_page: ChatPage, web_house: WebApp, is_at_the_end: bool
) -> None:
    message = chat_page.wait_for_message("Style 1")
    if not is_at_the_end:
        for number in range(9):
            run(web_house.page.send_text(LOCAL_CHAT, RenderedMessage(f"Later message {number}")))
        chat_page.wait_for_message("Later message 8")
        chat_page.tab.locator("#scroller").hover()
        chat_page.tab.mouse.wheel(0, -300)
        chat_page.tab.locator("#latest").wait_for(state="visible")
    message = chat_page.tab.locator("li.message:has(.picture)")
    message.scroll_into_view_if_needed()
    assert is_in_view(chat_page, message)
    count, top = chat_page.tab.locator("li.message").count(), top_of(message)
    for number in (2, 3):
        message.get_by_role("button", name="Próximo").click()
        chat_page.wait_for_message(f"Style {number}")
        assert chat_page.tab.locator("li.message").count() == count
        assert top_of(message) == pytest.approx(top, abs=1)
        assert is_in_view(chat_page, message)
        focused = chat_page.tab.evaluate("document.activeElement.getAttribute('aria-label')")
        assert focused == "Próximo"
    assert not chat_page.tab.locator("#typing").is_visible()


def test_a_button_is_busy_until_the_answer_and_no_other_can_be_pressed(chat_page: ChatPage, web_house: WebApp) -> None:
    message = chat_page.wait_for_message("Style 1")
    with chat_page.tab.expect_response(lambda response: response.request.method == "POST"):
        message.get_by_role("button", name="Slow").click()
    message.get_by_role("button", name="Próximo").click(force=True)
    assert message.get_by_role("button", name="Slow").get_attribute("aria-busy") == "true"
    assert message.get_by_role("button", name="Próximo").is_disabled()
    answers = web_house.sink.handled[0].update_ids[0]
    run(web_house.page.edit(LOCAL_CHAT, message.get_attribute("data-id") or "", build_carousel(7, answers)))
    chat_page.wait_for_message("Style 7").get_by_role("button", name="Slow", disabled=False).wait_for()
    assert [inbound.choice for inbound in web_house.sink.handled] == ["slow"]


@pytest.mark.parametrize("is_edit", [True, False])
def test_a_message_about_something_else_is_no_answer(chat_page: ChatPage, web_house: WebApp, is_edit: bool) -> None:
    message = chat_page.wait_for_message("Style 1")
    with chat_page.tab.expect_response(lambda response: response.request.method == "POST"):
        message.get_by_role("button", name="Slow").click()
    if is_edit:
        identity = message.get_attribute("data-id") or ""
        run(web_house.page.edit(LOCAL_CHAT, identity, build_carousel(7, str(uuid.uuid4()))))
    else:
        run(web_house.page.send_text(LOCAL_CHAT, RenderedMessage("Another film is done", answers=str(uuid.uuid4()))))
        run(web_house.page.send_text(LOCAL_CHAT, RenderedMessage("The plans have changed")))
    chat_page.wait_for_message("Style 7" if is_edit else "The plans have changed")
    slow = chat_page.tab.locator("li.message:has(.picture)").get_by_role("button", name="Slow")
    assert (slow.get_attribute("aria-busy"), slow.is_disabled()) == ("true", True)
    answers = web_house.sink.handled[0].update_ids[0]
    run(web_house.page.send_text(LOCAL_CHAT, RenderedMessage("Here it is", answers=answers)))
    chat_page.wait_for_message("Here it is")
    chat_page.wait_until("() => !document.querySelector('[aria-busy]')")
    assert slow.is_enabled()


def test_an_answer_that_changes_nothing_lets_the_button_go(chat_page: ChatPage) -> None:
    button = chat_page.wait_for_message("Style 1").get_by_role("button", name="Same")
    button.click()
    chat_page.wait_until("() => !document.querySelector('[aria-busy]')")
    assert chat_page.tab.locator(NOTE).count() == 0


def test_progress_is_no_answer_to_the_button_below_it(chat_page: ChatPage, web_house: WebApp) -> None:
    cancel = ((Choice("slow", "Cancel"),),)
    progress = run(web_house.page.send_text(LOCAL_CHAT, RenderedMessage("Drawing… 10 %\n▰▱▱", cancel)))
    chat_page.wait_for_message("Drawing… 10 %")
    message = chat_page.tab.locator("li.message").last
    message.get_by_role("button", name="Cancel").click()
    run(web_house.page.edit(LOCAL_CHAT, progress, RenderedMessage("Drawing… 20 %\n▰▰▱", cancel)))
    chat_page.wait_for_message("Drawing… 20 %")
    assert message.get_by_role("button", name="Cancel").get_attribute("aria-busy") == "true"
    run(web_house.page.edit(LOCAL_CHAT, progress, RenderedMessage("Cancelled")))
    chat_page.wait_for_message("Cancelled")
    assert message.get_by_role("button").count() == 0


def test_a_new_message_that_a_press_begins_is_scrolled_to(chat_page: ChatPage, web_house: WebApp) -> None:
    for number in range(25):
        run(web_house.page.send_text(LOCAL_CHAT, RenderedMessage(f"Later message {number}")))
    chat_page.wait_for_message("Later message 24")
    message = chat_page.tab.locator("li.message:has(.picture)")
    chat_page.tab.locator("#scroller").hover()
    chat_page.tab.mouse.wheel(0, -1500)
    chat_page.tab.locator("#latest").wait_for(state="visible")
    message.get_by_role("button", name="Make it").click()
    answer = chat_page.wait_for_message("Your film is in the queue")
    chat_page.tab.locator("#latest").wait_for(state="hidden")
    assert is_in_view(chat_page, answer)
    assert chat_page.tab.locator("[aria-busy]").count() == 0


def test_an_error_stands_at_the_message_whose_button_was_pressed(chat_page: ChatPage) -> None:
    message = chat_page.wait_for_message("Style 1")

    def refuse(route: Route) -> None:
        route.fulfill(status=429, json={"error": {"code": "TOO_FAST", "message": "", "limit": None}})

    chat_page.tab.route(MESSAGES, refuse)
    message.get_by_role("button", name="Próximo").click()
    note = message.get_by_role("alert").filter(has_text="Foi muita coisa de uma vez")
    note.wait_for()
    assert message.get_by_role("button", name="Próximo").is_enabled()
    chat_page.tab.unroute(MESSAGES, refuse)
    message.get_by_role("button", name="Próximo").click()
    chat_page.wait_for_message("Style 2")
    assert chat_page.tab.locator(NOTE).count() == 0


def test_the_place_of_a_picture_is_kept_before_it_can_be_shown(chat_page: ChatPage, web_house: WebApp) -> None:
    preview = draw_preview(5)
    header = preview[: preview.index(b"\xff\xc0") + 12]  # its size, and nothing to be decoded
    run(web_house.page.send_text(LOCAL_CHAT, RenderedMessage("Half a preview", picture=header)))
    picture = chat_page.wait_for_message("Half a preview").locator("img.picture")
    whole = chat_page.wait_for_message("Style 1").locator("img.picture")
    assert picture.evaluate("image => image.naturalWidth") == 0
    assert whole.evaluate("image => image.naturalWidth") == 540
    assert picture.bounding_box() | {"y": 0} == whole.bounding_box() | {"y": 0}  # type: ignore[operator]


def test_the_place_of_a_film_is_kept_before_it_is_loaded(address: str, browser: Browser, web_house: WebApp) -> None:
    film = replace(web_house.sink.create_film_upload(width=180, height=320), thumbnail=None)
    run(web_house.page.send_video(LOCAL_CHAT, film))
    with open_page(address, browser) as page:
        page.inspect_film()
        loaded = page.wait_for_message("Your film is ready").bounding_box()
        page.tab.route("**/media/*", lambda _: None)  # never answered
        page.open()
        video = page.wait_for_message("Your film is ready").locator("video")
        assert video.evaluate("video => video.readyState") == 0
        box = page.wait_for_message("Your film is ready").bounding_box()
        assert loaded is not None
        assert box is not None
        assert (box["width"], box["height"]) == (loaded["width"], loaded["height"])


@pytest.mark.parametrize("size", [(390, 844), (1280, 800)])
def test_a_carousel_fits_the_screen_with_all_its_buttons(address: str, browser: Browser, size: tuple[int, int]) -> None:
    with open_page(address, browser, size=size) as page:
        message = page.wait_for_message("Style 1")
        assert is_in_view(page, message)
        for button in message.get_by_role("button").all():
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= 44
            assert button.evaluate("button => button.scrollWidth <= button.clientWidth")

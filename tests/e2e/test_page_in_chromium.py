"""The chat page as a person sees it, in a real browser, with a conversation made by hand behind it."""

import asyncio
import re
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fakes.browser import ChatPage, find_chromium, open_page
from fakes.echo_sink import write_film
from fakes.web_server import serve_web_app
from fakes.world.web import WebApp, open_web_app
from PIL import Image
from playwright.sync_api import Browser

from bots.core.channel import Choice, RenderedMessage
from bots.web.app import create_app
from bots.web.page import LOCAL_CHAT
from models.columns import utc_now
from storage.db import Database

pytestmark = pytest.mark.skipif(find_chromium() is None, reason="there is no Chromium on this machine")


@pytest.fixture
def web_house(tmp_path: Path, sqlite: Database) -> WebApp:
    sqlite.clock = utc_now  # a browser has no other
    return open_web_app(tmp_path, sqlite)


@pytest.fixture
def chat_page(web_house: WebApp, browser: Browser) -> Iterator[ChatPage]:
    with (
        serve_web_app(web_house.app, web_house.page.notifier) as address,
        open_page(address, browser, language="pt-BR") as page,
    ):
        yield page
        assert page.errors == []
        assert page.foreign_requests == []


def elsewhere(work: Coroutine[Any, Any, Any]) -> Any:
    """Done in a thread of its own: the browser's driver has an event loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def picture(shade: int) -> bytes:
    raw = BytesIO()
    Image.linear_gradient("L").point(lambda value: (value + shade) % 256).save(raw, "PNG")
    return raw.getvalue()


def test_a_conversation_with_text_buttons_and_a_reload(chat_page: ChatPage, web_house: WebApp) -> None:
    assert chat_page.tab.locator("html").get_attribute("lang") == "pt-BR"
    assert chat_page.tab.get_by_role("heading", name="Mande uma imagem ou um vídeo").is_visible()
    chat_page.type_text("Olá <img src=x onerror=alert(1)> https://example.org/a_(b).")
    asked = chat_page.wait_for_message("You said: Olá <img src=x onerror=alert(1)>")
    assert asked.locator(".text a").get_attribute("href") == "https://example.org/a_(b)"
    assert asked.locator(".text img").count() == 0
    assert asked.get_by_role("link", name="Help").get_attribute("rel") == "noopener noreferrer"
    assert not chat_page.tab.locator("#empty").is_visible()
    chat_page.press_button("Blue")
    changed = chat_page.wait_for_message("Chosen: blue")
    assert changed.get_by_role("button", name="Blue").count() == 0
    assert len(chat_page.list_texts("person")) == 1
    before = chat_page.list_texts()
    chat_page.open()
    chat_page.wait_for_message("Chosen: blue")
    assert chat_page.list_texts() == before
    assert web_house.sink.handled[0].sender.language == "pt-br"


def test_a_picture_becomes_a_film_that_plays_and_can_be_saved(
    chat_page: ChatPage, web_house: WebApp, tmp_path: Path
) -> None:
    web_house.sink.pause_seconds = 0.3
    source = tmp_path / "gato.png"
    source.write_bytes(picture(0))
    chat_page.send(source)
    working = chat_page.wait_for_message(re.compile(r"Drawing… \d+ %"))
    assert working.get_by_role("progressbar").get_attribute("aria-valuenow")
    assert "▰" not in working.inner_text()
    assert working.get_by_role("button", name="Cancel").is_enabled()
    bot = working.get_attribute("data-id")
    done = chat_page.wait_for_message("Done")
    assert done.get_attribute("data-id") == bot
    assert done.get_by_role("progressbar").count() == 0
    film = chat_page.inspect_film()
    assert (film["width"], film["height"], film["error"]) == (320, 240, None)
    assert film["duration"] == pytest.approx(2, abs=0.1)
    assert film["poster"].startswith("data:image/jpeg")
    assert chat_page.seek(1.5) == pytest.approx(1.5, abs=0.1)
    saved = tmp_path / "saved.mp4"
    assert chat_page.save_film(saved) == "desenho – café.mp4"
    assert saved.read_bytes()[4:8] == b"ftyp"
    mine = chat_page.tab.locator('li[data-author="person"] .sent img')
    assert mine.get_attribute("alt") == "gato.png"
    assert mine.evaluate("image => image.naturalWidth") == 256
    assert web_house.sink.downloads == [source.read_bytes()]


def test_several_pictures_at_once_are_an_album_and_a_video_stands_alone(
    chat_page: ChatPage, web_house: WebApp, tmp_path: Path
) -> None:
    files = [tmp_path / f"{number}.png" for number in range(3)]
    for number, file in enumerate(files):
        file.write_bytes(picture(number * 50))
    video = tmp_path / "falando.mp4"
    write_film(video, 160, 120, seconds=1)
    chat_page.send(files[0], video, *files[1:], caption="Minhas férias")
    chat_page.tab.locator("li.message video").nth(1).wait_for()
    sent = {inbound.text: [one.name for one in inbound.attachments] for inbound in web_house.sink.handled}
    assert sorted(sent.values()) == [["0.png", "1.png", "2.png"], ["falando.mp4"]]
    assert "Minhas férias" in sent
    assert chat_page.tab.locator('li[data-author="person"] .sent img').count() == 4
    assert chat_page.tab.locator("#text").input_value() == ""


def test_what_is_chosen_first_is_sent_first(chat_page: ChatPage, web_house: WebApp, tmp_path: Path) -> None:
    video, subtitles = tmp_path / "falando.mp4", tmp_path / "falando.srt"
    write_film(video, 160, 120, seconds=1)  # whose thumbnail takes a moment
    subtitles.write_text("1\n00:00:00,000 --> 00:00:01,000\nOi\n")
    chat_page.send(video)
    chat_page.send(subtitles)
    chat_page.tab.locator("li.message video").nth(1).wait_for()
    assert [inbound.attachments[0].name for inbound in web_house.sink.handled] == ["falando.mp4", "falando.srt"]


def test_emoji_have_a_font_on_a_system_without_one(chat_page: ChatPage) -> None:
    font = chat_page.tab.evaluate(
        "async () => (await document.fonts.load('16px \"Page Emoji\"', '🎨')).map(one => one.status)"
    )
    assert font == ["loaded"]


def test_files_can_be_dropped_and_pasted(chat_page: ChatPage, web_house: WebApp) -> None:
    chat_page.drop_file("solto.png", "image/png", picture(0))
    chat_page.tab.locator("li.message video").first.wait_for()
    chat_page.paste_file("colado.png", "image/png", picture(9))
    chat_page.tab.locator("li.message video").nth(1).wait_for()
    assert [inbound.attachments[0].name for inbound in web_house.sink.handled] == ["solto.png", "colado.png"]
    assert web_house.sink.downloads == [picture(0), picture(9)]


def test_a_film_goes_on_playing_while_its_words_change(chat_page: ChatPage, web_house: WebApp) -> None:
    message = elsewhere(web_house.page.send_video(LOCAL_CHAT, web_house.sink.create_film_upload()))
    chat_page.wait_for_message("Your film is ready")
    chat_page.tab.evaluate("window.video = document.querySelector('video')")
    chat_page.seek(1.0)
    elsewhere(web_house.page.edit(LOCAL_CHAT, message, RenderedMessage("Other words", ((Choice("x", "X"),),))))
    chat_page.wait_for_message("Other words")
    assert chat_page.tab.evaluate("window.video === document.querySelector('video') && window.video.currentTime") == 1.0


def test_what_is_written_while_the_server_is_away_arrives_when_it_is_back(web_house: WebApp, browser: Browser) -> None:
    with serve_web_app(web_house.app, web_house.page.notifier) as address:
        port = int(address.rsplit(":", 1)[1])
        visit = open_page(address, browser)
        page = visit.__enter__()
    try:
        page.tab.locator("#banner").wait_for(state="visible")
        assert "No connection" in page.tab.locator("#banner").inner_text()
        page.type_text("still there?")
        page.wait_for_message("still there?", "person").get_by_text("Waiting for the connection").wait_for()
        web_house.page.notifier.is_closed = False
        with serve_web_app(create_app(web_house.parts), web_house.page.notifier, port):
            page.wait_for_message("You said: still there?")
            assert not page.tab.locator("#banner").is_visible()
        assert len(web_house.sink.handled) == 1
    finally:
        visit.__exit__(None, None, None)


def test_a_refused_upload_is_told_where_it_stands(chat_page: ChatPage, web_house: WebApp) -> None:
    chat_page.tab.evaluate(
        """() => {
            const file = new File(["x"], "filme.mov", {type: "video/quicktime"});
            Object.defineProperty(file, "size", {value: 3e9});
            const drop = new Event("drop", {bubbles: true, cancelable: true});
            Object.defineProperty(drop, "dataTransfer", {value: {types: ["Files"], files: [file]}});
            document.body.dispatchEvent(drop);
        }"""
    )
    chat_page.wait_for_message("filme.mov", "person").get_by_text("2000 MB").wait_for()
    assert not web_house.sink.updates
    chat_page.press_button("Descartar")
    assert chat_page.tab.locator("#empty").is_visible()


@pytest.mark.parametrize(("size", "dark"), [((390, 844), False), ((1280, 800), True)])
def test_the_page_fits_the_screen_and_can_be_read(
    web_house: WebApp, browser: Browser, size: tuple[int, int], dark: bool
) -> None:
    with (
        serve_web_app(web_house.app, web_house.page.notifier) as address,
        open_page(address, browser, size=size, is_dark=dark) as page,
    ):
        page.type_text("word " * 60 + "x" * 300)
        page.wait_for_message("You said")
        assert page.tab.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert page.tab.evaluate("document.getElementById('scroller').scrollWidth") <= size[0]
        for selector in ("#send", "#attach", "#text"):
            box = page.tab.locator(selector).bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= size[0]
            assert box["y"] + box["height"] <= size[1]
            assert min(box["width"], box["height"]) >= 44
        assert _contrast(page, 'li[data-author="bot"] .text') >= 7
        assert _contrast(page, 'li[data-author="person"] .text') >= 4.5


def _contrast(page: ChatPage, selector: str) -> float:
    """The contrast of a text with what lies behind it, by the formula of WCAG 2."""
    colours = page.tab.locator(selector).first.evaluate(
        """text => [getComputedStyle(text).color, getComputedStyle(text.closest('.bubble')).backgroundColor]
            .map(colour => colour.match(/[\\d.]+/g).slice(0, 3).map(Number))"""
    )
    light, dark = sorted((_luminance(colour) for colour in colours), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: list[float]) -> float:
    parts = [value / 255 for value in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

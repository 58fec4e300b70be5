"""Signing in and having something drawn, in a real browser, on a page in production."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.app_process import run_app
from fakes.browser import ChatPage, find_chromium, open_page
from fakes.simulated_users import create_photograph
from fakes.smtp_server import SmtpServer
from fakes.web_server import serve_web_app
from fakes.world.web import WebApp, open_web_app
from PIL import Image
from playwright.sync_api import Browser

from bots.web.auth.session import page_user_for, page_user_id_for
from bots.web.message_view import MessageBody
from models.columns import generate_id, utc_now
from storage.db import Database

pytestmark = pytest.mark.skipif(find_chromium() is None, reason="there is no Chromium on this machine")

ANA = "ana@example.com"


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def house(tmp_path: Path, sqlite: Database, port: int) -> WebApp:
    sqlite.clock = utc_now  # a browser has no other
    return open_web_app(tmp_path, sqlite, has_sign_in=True, public_url=f"http://localhost:{port}")


@pytest.fixture
def visitor(house: WebApp, port: int, browser: Browser) -> Iterator[ChatPage]:
    address = f"http://localhost:{port}"
    with (
        serve_web_app(house.app, house.page.notifier, port),
        open_page(address, browser, language="pt-BR", ready="#email") as page,
    ):
        yield page
        assert page.foreign_requests == []


def signs_in(page: ChatPage, house: WebApp, address: str = ANA) -> None:
    page.tab.get_by_label("E-mail").fill(address)
    page.tab.get_by_role("button", name="Receber o código").click()
    page.tab.get_by_label("Código").fill(house.email_sender.wait_for_code(address))
    page.tab.get_by_role("button", name="Entrar").click()
    page.tab.locator("#state.online").wait_for(state="attached")


def test_somebody_signs_in_has_a_picture_drawn_and_signs_out(visitor: ChatPage, house: WebApp, tmp_path: Path) -> None:
    signs_in(visitor, house)
    source = tmp_path / "gato.png"
    Image.linear_gradient("L").save(source)
    visitor.send(source)
    visitor.wait_for_message("Your film is ready")
    film = visitor.inspect_film()
    assert (film["width"], film["error"]) == (320, None)
    saved = tmp_path / "saved.mp4"
    visitor.save_film(saved)
    assert saved.read_bytes()[4:8] == b"ftyp"
    (inbound,) = house.sink.handled
    assert inbound.sender.external_id == page_user_id_for(house.parts.sign_in.secret, house.account.tenant_id, ANA)
    visitor.press_button("Menu")
    visitor.press_button("Sair")
    visitor.tab.get_by_label("E-mail").wait_for()
    visitor.tab.go_back()
    assert visitor.tab.get_by_text("Your film is ready").count() == 0
    assert visitor.errors == []


def test_the_whole_product_draws_for_who_has_signed_in(tmp_path: Path, port: int, browser: Browser) -> None:
    address = f"http://localhost:{port}"
    with SmtpServer() as mail:
        settings = {"MODE": "production", "PUBLIC_URL": address, "SMTP_URL": mail.url}
        with run_app(tmp_path, settings, ("up", "--port", str(port))) as product:
            product.wait_for_output(f"The chat page: {address}")
            with open_page(address, browser, ready="#email", timeout=90) as page:
                page.tab.get_by_label("E-mail").fill(ANA)
                page.tab.get_by_role("button", name="Send me a code").click()
                code = _code(page, mail)
                page.tab.get_by_label("Code").fill(code)
                page.tab.get_by_role("button", name="Sign in").click()
                page.tab.locator("#state.online").wait_for(state="attached")
                picture = tmp_path / "photo.png"
                picture.write_bytes(create_photograph())
                page.send(picture)
                page.wait_for_message("Here is your drawing")
                assert page.inspect_film()["error"] is None
                page.press_button("Menu")
                page.press_button("Credits")
                page.wait_for_message("You have 9 credits")  # metered: whoever signs in is no owner
                assert page.errors == page.foreign_requests == []
            said = "".join(product.output)
    assert ANA not in said
    assert code not in said


def _code(page: ChatPage, mail: SmtpServer) -> str:
    """The code in the one letter there is; it is sent after the page that asks for it."""
    page.tab.get_by_label("Code").wait_for()
    while not mail.emails:
        page.tab.wait_for_timeout(50)
    (letter,) = mail.emails
    assert letter.recipients == [ANA]
    return re.findall(r"\b\d{6}\b", letter.text)[0]


def test_a_wrong_code_is_told_and_the_next_try_may_be_right(visitor: ChatPage, house: WebApp) -> None:
    visitor.tab.get_by_label("E-mail").fill(ANA)
    visitor.tab.get_by_role("button", name="Receber o código").click()
    wrong = f"{(int(house.email_sender.wait_for_code(ANA)) + 1) % 10**6:06}"
    visitor.tab.get_by_label("Código").fill(wrong)
    visitor.tab.get_by_role("button", name="Entrar").click()
    visitor.tab.get_by_role("alert").get_by_text("O código não está certo").wait_for()
    visitor.tab.get_by_label("Código").fill(house.email_sender.wait_for_code(ANA))
    visitor.tab.get_by_role("button", name="Entrar").click()
    visitor.tab.locator("#state.online").wait_for(state="attached")


def test_the_menu_writes_what_it_stands_for(visitor: ChatPage, house: WebApp) -> None:
    signs_in(visitor, house)
    visitor.press_button("Menu")
    visitor.press_button("Comprar créditos")
    visitor.wait_for_message("You said: /plans")
    assert not visitor.tab.locator("#menu").is_visible()


def test_an_upload_shows_how_far_it_is(visitor: ChatPage, house: WebApp, tmp_path: Path) -> None:
    signs_in(visitor, house)
    session = visitor.tab.context.new_cdp_session(visitor.tab)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 2_000_000}
    session.send("Network.emulateNetworkConditions", slow)
    video = tmp_path / "longo.mp4"
    video.write_bytes(bytes(5_000_000))
    visitor.send(video)
    bar = visitor.wait_for_message("longo.mp4", "person").get_by_role("progressbar", name="Enviando")
    visitor.wait_until(
        "bar => Number(bar.getAttribute('aria-valuenow')) > 10 && Number(bar.getAttribute('aria-valuenow')) < 95",
        bar.element_handle(),
    )
    session.send("Network.emulateNetworkConditions", slow | {"uploadThroughput": -1})
    visitor.wait_for_message("Your film is ready")
    assert [len(raw) for raw in house.sink.downloads] == [5_000_000]


def test_a_session_that_ends_leads_back_to_the_way_in(visitor: ChatPage, house: WebApp) -> None:
    signs_in(visitor, house)
    visitor.tab.context.clear_cookies()
    visitor.type_text("still there?")
    visitor.tab.get_by_label("E-mail").wait_for()


def test_older_messages_come_as_one_scrolls_up(visitor: ChatPage, house: WebApp) -> None:
    guest = page_user_for(page_user_id_for(house.parts.sign_in.secret, house.account.tenant_id, ANA))
    for number in range(450):
        house.page.save_user_message(guest.chat_ref, generate_id(), MessageBody(text=f"message {number:03}"))
    signs_in(visitor, house)
    visitor.wait_for_message("message 449", "person")
    messages = visitor.tab.locator("li.message")
    assert messages.count() == 200
    for expected in (400, 450):
        before = visitor.tab.locator("li.message").first.get_attribute("data-id")
        visitor.tab.evaluate("document.getElementById('scroller').scrollTop = 0")
        visitor.wait_until("count => document.querySelectorAll('li.message').length >= count", expected)
        stays = visitor.tab.locator(f'li[data-id="{before}"]').bounding_box()
        assert stays is not None
        assert -100 < stays["y"] < 800  # what was being read is still in sight
    assert [re.sub(r"\D", "", text) for text in messages.locator(".text").all_inner_texts()] == [
        f"{number:03}" for number in range(450)
    ]

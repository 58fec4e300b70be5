"""One scenario, told once, played through every channel: a person who comes, tries everything, and runs out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.browser import find_chromium, opened
from fakes.product import catalogue, running
from fakes.screenings import screened
from fakes.telegram_api import TOKEN, FakeTelegram, served
from fakes.visitors import PageVisitor, TelegramVisitor, Visitor, photograph
from fakes.whatsapp.premises import settled
from fakes.whatsapp.visitor import WhatsAppVisitor

CREDITS = 3
LONG = 30  # seconds of film: still being drawn when a message may be edited for the first time
SECONDS = 6


@pytest.fixture
def telegram_visitor(tmp_path: Path) -> Iterator[Visitor]:
    fake = FakeTelegram()
    with served(fake.app) as address:
        settings = {
            "CATALOGUE": str(catalogue(tmp_path, CREDITS)),
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": address,
        }
        with running(tmp_path, settings) as product:
            product.address()
            yield TelegramVisitor(fake.person(4711, language_code="pt-br"), fake.wait_until)


@pytest.fixture
def page_visitor(tmp_path: Path) -> Iterator[Visitor]:
    if find_chromium() is None:
        pytest.skip("there is no Chromium on this machine")
    settings = {"CATALOGUE": str(catalogue(tmp_path, CREDITS)), "STRIPE_SECRET_KEY": "sk_test_nothing_is_bought_here"}
    with running(tmp_path, settings) as product, opened(product.address(), language="pt-BR", seconds=90) as page:
        yield PageVisitor(page, tmp_path)


@pytest.fixture
def whatsapp_visitor(tmp_path: Path) -> Iterator[Visitor]:
    with settled(tmp_path, {"CATALOGUE": str(catalogue(tmp_path, CREDITS))}) as premises:
        yield WhatsAppVisitor(premises.fake.person(name="Ana"))


@pytest.mark.parametrize("channel", ["telegram_visitor", "page_visitor", "whatsapp_visitor"])
def test_somebody_comes_has_films_made_and_runs_out_of_credits(
    channel: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    visitor: Visitor = request.getfixturevalue(channel)
    is_welcomed_and_changes_the_language(visitor)
    chooses_drawings_of(LONG, visitor, before=10)
    has_a_picture_drawn(visitor, tmp_path)
    changes_their_mind(visitor)
    chooses_drawings_of(SECONDS, visitor, before=LONG)
    sends_what_cannot_be_drawn(visitor)
    wants_it_once_more(visitor, tmp_path)
    has_an_album_drawn(visitor, tmp_path)
    runs_out_of_credits(visitor)


def is_welcomed_and_changes_the_language(visitor: Visitor) -> None:
    visitor.says("/start")
    visitor.sees("Eu sou o Rabisco")
    visitor.says("/language")
    visitor.presses("English")
    visitor.sees("I speak English now")


def chooses_drawings_of(seconds: int, visitor: Visitor, *, before: int) -> None:
    visitor.says("/settings")
    visitor.presses(f"⏱️ Length of drawings: {before} s")
    visitor.presses(f"{seconds} s")
    visitor.sees(f"Your films|Length of drawings: {seconds} s")


def has_a_picture_drawn(visitor: Visitor, folder: Path) -> None:
    visitor.sends_pictures(photograph(1))
    visitor.sees(r"Drawing… \d+ %|I'm drawing…")  # the latter where messages are seldom edited
    film = screened(visitor.film(1, folder / "first.mp4"))
    assert film.seconds == LONG
    visitor.sees("Here is your drawing")
    visitor.sees("✅ Done")


def changes_their_mind(visitor: Visitor) -> None:
    visitor.sends_pictures(photograph(2, size=(2400, 1600)))  # which takes longer than changing one's mind
    visitor.presses("✖️ Cancel")
    visitor.sees("✖️ Cancelled.\\s+Your credit is back")


def sends_what_cannot_be_drawn(visitor: Visitor) -> None:
    visitor.says("/balance")
    visitor.sees("You have 2 credits")  # so everything before it has come
    before = visitor.messages()
    visitor.sends_file(b"This is a letter, whatever its name says.\n" * 40, "holiday.mp4")
    said = visitor.sees("NOT_MEDIA")
    assert "Nothing was charged" in said
    assert visitor.messages() == before + 1


def wants_it_once_more(visitor: Visitor, folder: Path) -> None:
    visitor.presses("🔁 Again")
    assert screened(visitor.film(2, folder / "again.mp4")).seconds == SECONDS


def has_an_album_drawn(visitor: Visitor, folder: Path) -> None:
    visitor.sends_pictures(photograph(3), photograph(4))
    assert screened(visitor.film(3, folder / "album.mp4")).seconds == SECONDS


def runs_out_of_credits(visitor: Visitor) -> None:
    visitor.says("/balance")
    visitor.sees(f"You have 0 credits.\\s+Your plan gives you {CREDITS} credits a month; new ones come on")
    visitor.sends_pictures(photograph(5))
    said = visitor.sees("NOT_ENOUGH_CREDITS")
    assert "You have no credits left, and this film costs 1. New ones come on" in said

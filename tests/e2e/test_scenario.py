"""One scenario, told once, played through every channel: a person who comes, tries everything, and runs out."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.all_channels import CHANNELS, AllChannels, run_all_channels
from fakes.app_process import run_app, write_catalogue
from fakes.browser import find_chromium, open_page
from fakes.film_probe import probe_film
from fakes.sample_speech import read_samples, write_wav
from fakes.simulated_users import SimulatedPageUser, SimulatedUser, create_photograph

CREDITS = 3
LONG = 60  # seconds of film: still being drawn when a message may be edited for the first time
SECONDS = 6


@pytest.fixture(scope="module")
def channels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AllChannels]:
    folder = tmp_path_factory.mktemp("product")
    settings = {
        "CATALOGUE": str(write_catalogue(folder, CREDITS)),
        "STRIPE_SECRET_KEY": "sk_test_nothing_is_bought_here",  # else the page's user would be the owner
    }
    with run_all_channels(folder, settings) as running:
        yield running


@pytest.fixture(params=CHANNELS)
def visitor(request: pytest.FixtureRequest, channels: AllChannels, tmp_path: Path) -> Iterator[SimulatedUser]:
    with channels.open_chat(request.param, "pt-BR", tmp_path) as somebody:
        yield somebody


@pytest.fixture(params=CHANNELS)
def speaker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SimulatedUser]:
    """Somebody else. The page has one user, who would write too fast if they did it all."""
    if request.param != "page":
        with request.getfixturevalue("channels").open_chat(request.param, "pt-BR", tmp_path) as somebody:
            yield somebody
    elif find_chromium() is None:
        pytest.skip("there is no Chromium on this machine")
    else:
        with (
            run_app(tmp_path, {}) as product,
            open_page(product.wait_for_address(), language="pt-BR", timeout=90) as page,
        ):
            yield SimulatedPageUser(page, tmp_path)


def test_somebody_comes_has_films_made_and_runs_out_of_credits(visitor: SimulatedUser, tmp_path: Path) -> None:
    is_welcomed_and_changes_the_language(visitor)
    chooses_drawings_of(LONG, visitor, before=10)
    has_a_picture_drawn(visitor, tmp_path)
    changes_their_mind(visitor)
    chooses_drawings_of(SECONDS, visitor, before=LONG)
    sends_what_cannot_be_drawn(visitor)
    wants_it_once_more(visitor, tmp_path)
    has_an_album_drawn(visitor, tmp_path)
    runs_out_of_credits(visitor)


def test_a_voice_note_is_answered_with_its_text_and_with_subtitles(speaker: SimulatedUser, tmp_path: Path) -> None:
    note = write_wav(tmp_path / "note.wav", read_samples(seconds=6))
    speaker.send_file(note.read_bytes(), "note.wav")
    speaker.wait_for_text(r"Aqui está o que é dito(.|\n)*the best of times")
    speaker.press_button("⬇️ .srt")
    subtitles = speaker.save_document(tmp_path / "note.srt").read_text()
    assert re.match(r"1\n00:00:0\d,\d{3} --> 00:00:0\d,\d{3}\n.*best of times", subtitles)
    speaker.correct_word("✏️ Corrigir palavras", "best", "melhor")
    speaker.wait_for_text(r"Aqui está o que é dito(.|\n)*was the melhor of times")


def is_welcomed_and_changes_the_language(visitor: SimulatedUser) -> None:
    visitor.send_text("/start")
    visitor.wait_for_text("Eu sou o Rabisco")
    visitor.send_text("/language")
    visitor.press_button("English")
    visitor.wait_for_text("I speak English now")


def chooses_drawings_of(seconds: int, visitor: SimulatedUser, *, before: int) -> None:
    visitor.send_text("/settings")
    visitor.press_button(f"⏱️ Length of drawings: {before} s")
    visitor.press_button(f"{seconds} s")
    visitor.wait_for_text(f"Your films|Length of drawings: {seconds} s")


def has_a_picture_drawn(visitor: SimulatedUser, folder: Path) -> None:
    visitor.send_pictures(create_photograph(1))
    visitor.wait_for_text(r"Drawing… \d+ %|I'm drawing…")  # the latter where messages are seldom edited
    film = probe_film(visitor.save_film(1, folder / "first.mp4"))
    assert film.seconds == LONG
    visitor.wait_for_text("Here is your drawing")
    visitor.wait_for_text("✅ Done")


def changes_their_mind(visitor: SimulatedUser) -> None:
    visitor.send_pictures(create_photograph(2, size=(2400, 1600)))  # which takes longer than changing one's mind
    visitor.press_button("✖️ Cancel")
    visitor.wait_for_text("✖️ Cancelled.\\s+Your credit is back")


def sends_what_cannot_be_drawn(visitor: SimulatedUser) -> None:
    visitor.send_text("/balance")
    visitor.wait_for_text("You have 2 credits")  # so everything before it has come
    before = visitor.count_messages()
    visitor.send_file(b"This is a letter, whatever its name says.\n" * 40, "holiday.mp4")
    said = visitor.wait_for_text("NOT_MEDIA")
    assert "Nothing was charged" in said
    assert visitor.count_messages() == before + 1


def wants_it_once_more(visitor: SimulatedUser, folder: Path) -> None:
    visitor.press_button("🔁 Again")
    assert probe_film(visitor.save_film(2, folder / "again.mp4")).seconds == SECONDS


def has_an_album_drawn(visitor: SimulatedUser, folder: Path) -> None:
    visitor.send_pictures(create_photograph(3), create_photograph(4))
    assert probe_film(visitor.save_film(3, folder / "album.mp4")).seconds == SECONDS


def runs_out_of_credits(visitor: SimulatedUser) -> None:
    visitor.send_text("/balance")
    visitor.wait_for_text(f"You have 0 credits.\\s+Your plan gives you {CREDITS} credits a month; new ones come on")
    visitor.send_pictures(create_photograph(5))
    said = visitor.wait_for_text("NOT_ENOUGH_CREDITS")
    assert "You have no credits left, and this film costs 1. New ones come on" in said

"""What nobody should send: one friendly message with a code, nothing charged, nothing left behind, the bot goes on."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import files
from fakes.product import running
from fakes.telegram_api import TOKEN, FakeTelegram, served
from fakes.visitors import TelegramVisitor, photograph


@pytest.fixture(scope="module")
def bad_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TelegramVisitor, Path]]:
    folder = tmp_path_factory.mktemp("bad")
    fake = FakeTelegram()
    with served(fake.app) as address:
        settings = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": address}
        with running(folder, settings) as product:
            product.address()
            yield TelegramVisitor(fake.person(4711, language_code="en"), fake.wait_until), folder / "data"


def big(path: Path) -> Path:
    """25 MB, which Telegram's cloud gives to no bot."""
    path.write_bytes(b"\xff\xd8\xff\xe0" + bytes(25_000_000))
    return path


def cut_short(path: Path) -> Path:
    whole = files.film(path.with_suffix(".whole.mp4"))
    return files.truncated(path, whole)


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "empty.jpg": (files.empty, "EMPTY_FILE"),
    "letter.mp4": (files.text, "NOT_MEDIA"),
    "playlist.mp4": (files.hls, "NOT_MEDIA"),
    "neighbour.mp4": (files.ffconcat, "NOT_MEDIA"),
    "logo.jpg": (files.svg, "NOT_MEDIA"),
    "bomb.png": (files.png_bomb, "TOO_MANY_PIXELS"),
    "half.mp4": (cut_short, "BROKEN_FILE"),
    "huge.jpg": (big, "FILE_TOO_BIG"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gets_one_friendly_answer_with_its_code(
    bad_day: tuple[TelegramVisitor, Path], name: str, tmp_path: Path
) -> None:
    visitor, data = bad_day
    make, code = BAD[name]
    before = visitor.messages()
    visitor.sends_file(make(tmp_path / name).read_bytes(), name)
    said = visitor.sees(f"\\({code}\\)", since=before)
    assert "Nothing was charged." in said
    assert visitor.messages() == before + 1
    assert not list((data / "passing").iterdir())
    assert not [path for path in (data / "media").rglob("*") if path.is_file()]


def test_after_all_that_a_picture_is_drawn_and_costs_one_credit(
    bad_day: tuple[TelegramVisitor, Path], tmp_path: Path
) -> None:
    visitor, _ = bad_day
    visitor.sends_pictures(photograph())
    visitor.film(1, tmp_path / "film.mp4")
    visitor.says("/balance")
    visitor.sees("You have 9 credits")

"""What nobody should send: one friendly message with a code, nothing charged, nothing left behind, the bot goes on."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import sample_files
from fakes.app_process import run_app
from fakes.simulated_users import SimulatedTelegramUser, create_photograph
from fakes.telegram_api import TOKEN, FakeTelegram, serve_app


@pytest.fixture(scope="module")
def bad_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SimulatedTelegramUser, Path]]:
    folder = tmp_path_factory.mktemp("bad")
    fake = FakeTelegram()
    with serve_app(fake.app) as address:
        settings = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": address}
        with run_app(folder, settings) as product:
            product.wait_for_address()
            yield SimulatedTelegramUser(fake.get_person(4711, language_code="en"), fake.wait_until), folder / "data"


def big(path: Path) -> Path:
    """25 MB, which Telegram's cloud gives to no bot."""
    path.write_bytes(b"\xff\xd8\xff\xe0" + bytes(25_000_000))
    return path


def cut_short(path: Path) -> Path:
    whole = sample_files.write_film(path.with_suffix(".whole.mp4"))
    return sample_files.write_truncated(path, whole)


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "empty.jpg": (sample_files.write_empty_file, "EMPTY_FILE"),
    "letter.mp4": (sample_files.write_text_file, "NOT_MEDIA"),
    "playlist.mp4": (sample_files.write_hls, "NOT_MEDIA"),
    "neighbour.mp4": (sample_files.write_ffconcat, "NOT_MEDIA"),
    "logo.jpg": (sample_files.write_svg, "NOT_MEDIA"),
    "bomb.png": (sample_files.write_png_bomb, "TOO_MANY_PIXELS"),
    "half.mp4": (cut_short, "BROKEN_FILE"),
    "huge.jpg": (big, "FILE_TOO_BIG"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gets_one_friendly_answer_with_its_code(
    bad_day: tuple[SimulatedTelegramUser, Path], name: str, tmp_path: Path
) -> None:
    visitor, data = bad_day
    make, code = BAD[name]
    before = visitor.count_messages()
    visitor.send_file(make(tmp_path / name).read_bytes(), name)
    said = visitor.wait_for_text(f"\\({code}\\)", skip=before)
    assert "Nothing was charged." in said
    assert visitor.count_messages() == before + 1
    assert not list((data / "passing").iterdir())
    assert not [path for path in (data / "media").rglob("*") if path.is_file()]


def test_after_all_that_a_picture_is_drawn_and_costs_one_credit(
    bad_day: tuple[SimulatedTelegramUser, Path], tmp_path: Path
) -> None:
    visitor, _ = bad_day
    visitor.send_pictures(create_photograph())
    visitor.save_film(1, tmp_path / "film.mp4")
    visitor.send_text("/balance")
    visitor.wait_for_text("You have 9 credits")

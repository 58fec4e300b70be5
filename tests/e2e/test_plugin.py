"""A kind of job from outside the product: a package on the path, with its kind, feature and texts, and nothing else."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from fakes.app_process import ROOT, run_app, start_app, write_catalogue
from fakes.browser import open_page
from fakes.command_line import run_rabisco
from fakes.film_probe import compute_difference, probe_film, read_luma_frames
from fakes.sample_speech import write_video
from fakes.simulated_users import SimulatedPageUser, SimulatedTelegramUser, SimulatedUser
from fakes.telegram_api import TOKEN, FakeTelegram, serve_app

PLUGIN = ROOT / "tests" / "plugin"
PATH = os.pathsep.join(map(str, (ROOT, PLUGIN)))
ADMIN = 4711
CREDITS = 10
PRICES = """
[prices.reverse]
steps = [{ minutes = 1, credits = 2 }]
per_minute = 2
"""
SECONDS = 3.0
LOOPS = 60  # of a video, which are still being made when somebody changes their mind
HELD_CREDITS = 6  # for three minutes
FILM_CREDITS = 2


@pytest.fixture
def settings(tmp_path: Path) -> Mapping[str, str]:
    catalogue = write_catalogue(tmp_path, CREDITS)
    catalogue.write_text(catalogue.read_text() + PRICES)
    return {"CATALOGUE": str(catalogue), "PYTHONPATH": PATH, "ADMIN_IDS": f"telegram:{ADMIN}"}


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return write_video(tmp_path / "talk.mp4", None, seconds=SECONDS, size=(960, 540))


def test_a_plugins_films_are_asked_for_paid_cancelled_repeated_and_reported(
    tmp_path: Path, video: Path, settings: Mapping[str, str]
) -> None:
    telegram = FakeTelegram()
    metered = {**settings, "STRIPE_SECRET_KEY": "sk_test_nothing_is_bought_here", "TELEGRAM_BOT_TOKEN": TOKEN}
    with (
        serve_app(telegram.app) as address,
        run_app(tmp_path, {**metered, "TELEGRAM_API_URL": address}, start=start_app) as product,
        open_page(product.wait_for_address(), language="en", timeout=90) as page,
    ):
        has_films_made(SimulatedTelegramUser(telegram.get_person(7), telegram.wait_until), video, tmp_path)
        has_films_made(SimulatedPageUser(page, tmp_path), video, tmp_path)
        assert "⏪ Backwards: 4" in print_report(tmp_path, settings)
        admin = SimulatedTelegramUser(telegram.get_person(ADMIN), telegram.wait_until)
        admin.send_text("/stats")
        admin.wait_for_text("⏪ Backwards: done 4 · failed 0 · cancelled 2")


def has_films_made(visitor: SimulatedUser, video: Path, folder: Path) -> None:
    visitor.send_text("/help")
    assert "/reverse – Play a video backwards" in visitor.wait_for_text("Playing backwards costs 2 credits a minute")
    visitor.send_text("/reverse")
    visitor.wait_for_text("Send me a video and I'll play it backwards")
    changes_their_mind(visitor, video)
    has_a_video_played_backwards(visitor, video, folder)
    visitor.press_button("🔁 Again")
    assert probe_film(visitor.save_film(2, folder / "again.mp4")).seconds == 2 * SECONDS
    visitor.send_text("/balance")
    visitor.wait_for_text(f"You have {CREDITS - 2 * FILM_CREDITS} credits")


def changes_their_mind(visitor: SimulatedUser, video: Path) -> None:
    chooses_loops(visitor, 1, LOOPS)
    visitor.send_video(video.read_bytes(), "/reverse")
    visitor.wait_for_text(r"Turning it around… \d+ %|I'm turning it around…")
    visitor.send_text("/balance")
    visitor.wait_for_text(f"You have {CREDITS - HELD_CREDITS} credits")
    visitor.press_button("✖️ Cancel")
    visitor.wait_for_text("✖️ Cancelled.")
    visitor.send_text("/balance")
    visitor.wait_for_text(f"You have {CREDITS} credits")


def has_a_video_played_backwards(visitor: SimulatedUser, video: Path, folder: Path) -> None:
    chooses_loops(visitor, LOOPS, 2)
    visitor.send_text("backwards")  # of the video that was sent last
    film = visitor.save_film(1, folder / "backwards.mp4")
    visitor.wait_for_text("Here is your video, backwards!")
    assert_is_backwards(film, video, loops=2)


def chooses_loops(visitor: SimulatedUser, before: int, loops: int) -> None:
    visitor.send_text("/settings")
    visitor.press_button(f"⏪ Backwards: {before} times")
    visitor.press_button(f"{loops} times")
    visitor.wait_for_text(f"Your films|Backwards: {loops} times")


def assert_is_backwards(film: Path, video: Path, *, loops: int) -> None:
    expected = read_luma_frames(video)[::-1] * loops
    frames = read_luma_frames(film)
    assert len(frames) == len(expected)
    assert all(compute_difference(*pair) < 4 for pair in zip(frames, expected, strict=True))


def print_report(folder: Path, settings: Mapping[str, str]) -> str:
    """The report of the installation there, from a process in which the plug-in is installed too."""
    environment = {**settings, "PATH": os.environ["PATH"], "DATA_DIR": str(folder / "data")}
    command = [sys.executable, str(PLUGIN / "print_report.py")]
    return subprocess.run(command, env=environment, cwd=folder, check=True, capture_output=True, text=True).stdout


def test_a_plugins_kind_is_rendered_on_the_command_line_with_its_options(tmp_path: Path, video: Path) -> None:
    out = tmp_path / "backwards.mp4"
    result = run_rabisco("render", "reverse", video, "-o", out, "--set", "loops=2", folder=tmp_path, PYTHONPATH=PATH)
    assert result.exit_code == 0, result.err
    assert_is_backwards(out, video, loops=2)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("reverse", "--set", "loops=many"), "loops"),
        (("reverse", "--set", "speed=2"), "speed"),
        (("reverse", "--set", "loops"), "name=value"),
        (("hologram",), "hologram"),
    ],
)
def test_impossible_options_and_kinds_are_refused_on_the_command_line(
    arguments: tuple[str, ...], problem: str, tmp_path: Path, video: Path
) -> None:
    kind, *options = arguments
    out = tmp_path / "out.mp4"
    result = run_rabisco("render", kind, video, "-o", out, *options, folder=tmp_path, PYTHONPATH=PATH)
    assert (result.exit_code, result.error_code) == (2, "USAGE")
    assert problem in result.err
    assert not out.exists()


def remove_a_text(plugin: Path) -> None:
    catalogue = plugin / "rabisco_reverse" / "locales" / "es.ftl"
    catalogue.write_text(catalogue.read_text().replace("reverse-ready", "reverse-red"))


def remove_the_engine(plugin: Path) -> None:
    kind = plugin / "rabisco_reverse" / "kind.py"
    kind.write_text(kind.read_text().replace("def run(", "def run_away("))


def remove_the_kind(plugin: Path) -> None:
    (plugin / "rabisco_reverse" / "kind.py").unlink()


def offer_something_else(plugin: Path) -> None:
    entry_points = plugin / "rabisco_reverse-1.0.dist-info" / "entry_points.txt"
    entry_points.write_text(entry_points.read_text().replace("kind:REVERSE", "kind:ReverseOptions"))


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (remove_a_text, "reverse-ready"),
        (remove_the_engine, "cannot be run"),
        (remove_the_kind, "cannot be loaded"),
        (offer_something_else, "is no JobKind"),
    ],
)
def test_a_broken_plugin_stops_the_product_at_its_start(
    damage: Callable[[Path], None], problem: str, tmp_path: Path, settings: Mapping[str, str]
) -> None:
    plugin = Path(shutil.copytree(PLUGIN, tmp_path / "plugin"))
    damage(plugin)
    app = start_app(tmp_path, {**settings, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, plugin)))})
    assert app.process.wait(60) == 2
    app.reader_thread.join(5)
    assert problem in "".join(app.output)
    assert "USAGE" in "".join(app.output)

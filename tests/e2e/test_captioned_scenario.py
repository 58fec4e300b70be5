"""What people do with a captioned film, told once and played through every channel: another style, edits, a title, a
summary and chapters."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pysubs2
import pytest
from fakes.all_channels import CHANNELS, AllChannels, run_all_channels
from fakes.app_process import write_catalogue
from fakes.film_probe import probe_film
from fakes.groq_api import FakeGroq, GroqCall
from fakes.groq_chat import ChatCall
from fakes.sample_speech import write_spoken_video
from fakes.simulated_users import SimulatedUser
from fakes.telegram_api import serve_app

SECONDS = 44
CREDITS = 30


def refuse_speech(_: GroqCall) -> dict[str, Any]:
    """So that this machine hears, whose words are those of the recording."""
    raise ValueError("no speech is heard here")


def answer_chat(call: ChatCall) -> dict[str, Any]:
    """A summary, a word that stands out, or three chapters whose lines begin more than ten seconds after each other."""
    name = call.parameters["response_format"]["json_schema"]["name"]
    if name == "EmphasisedWords":
        return {"numbers": [5]}
    lines = call.user["lines"]
    if name == "RecordingSummary":
        return {"overview": "Two cities are compared.", "points": ["It was the best of times."]}
    starts = [lines[len(lines) * share // 7] for share in (0, 3, 5)]
    return {"chapters": [{"line": line["number"], "title": f"Part {line['number']}"} for line in starts]}


@pytest.fixture(scope="module")
def channels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AllChannels]:
    folder, groq = tmp_path_factory.mktemp("product"), FakeGroq()
    groq.hear, groq.chat = refuse_speech, answer_chat
    with serve_app(groq) as url:
        settings = {
            "CATALOGUE": str(write_catalogue(folder, CREDITS)),
            "STRIPE_SECRET_KEY": "sk_test_nothing_is_bought_here",
            "GROQ_API_KEY": groq.key,
            "GROQ_BASE_URL": url,
        }
        with run_all_channels(folder, settings) as running:
            yield running


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("video")
    return write_spoken_video(folder / "talk.mp4", seconds=SECONDS, size=(180, 320), fps=10).read_bytes()


@pytest.fixture(params=CHANNELS)
def visitor(request: pytest.FixtureRequest, channels: AllChannels, tmp_path: Path) -> Iterator[SimulatedUser]:
    with channels.open_chat(request.param, "en", tmp_path) as somebody:
        yield somebody


def test_a_captioned_film_gets_another_style_and_edits_and_is_summed_up(
    visitor: SimulatedUser, video: bytes, tmp_path: Path
) -> None:
    visitor.send_video(video)
    assert receives_film(1, visitor, tmp_path) == pytest.approx(SECONDS, abs=0.3)
    has_its_subtitles_sent(visitor, tmp_path)
    takes_the_next_style(visitor)
    assert receives_film(2, visitor, tmp_path) == pytest.approx(SECONDS, abs=0.3)
    has_it_polished(visitor)
    assert receives_film(3, visitor, tmp_path) == pytest.approx(SECONDS + 2.5, abs=0.3)  # with the card at its end
    has_it_summed_up(visitor)


def receives_film(number: int, visitor: SimulatedUser, folder: Path) -> float:
    """The seconds of the film of that number. The answer to a question after it shows that it is known to have come."""
    film = probe_film(visitor.save_film(number, folder / f"{number}.mp4"))
    visitor.send_text("/balance")
    visitor.wait_for_text(f"You have {CREDITS - number} credits")
    return film.seconds


def has_its_subtitles_sent(visitor: SimulatedUser, folder: Path) -> None:
    visitor.press_button("📄 Subtitles")
    visitor.wait_for_text("The subtitles of the film as .ass")
    written = visitor.save_document(folder / "subtitles").read_text(encoding="utf-8")
    subtitles = pysubs2.SSAFile.from_string(written)  # in whichever of the formats comes first or last
    assert "it was the best of times" in " ".join(" ".join(each.plaintext for each in subtitles).split()).lower()


def takes_the_next_style(visitor: SimulatedUser) -> None:
    """Where pictures are edited in place by arrows, elsewhere from the list of all styles."""
    visitor.press_button("🎨 Style")
    visitor.take_style("Hormozi")
    visitor.press_button("✅ Use this")
    visitor.wait_for_text("making your film again in this style: Hormozi")


def has_it_polished(visitor: SimulatedUser) -> None:
    visitor.press_button("✨ Polish")
    visitor.wait_for_text("What shall I do with your film")
    visitor.press_button("🏁 Card at the end")
    visitor.wait_for_button("✅ 🏁 Card at the end")
    visitor.press_button("✏️ Write the title")
    visitor.wait_for_text("Which title shall the film have")
    visitor.send_text("The best of times")


def has_it_summed_up(visitor: SimulatedUser) -> None:
    visitor.press_button("📋 Summary")
    visitor.wait_for_text("Two cities are compared")
    visitor.press_button("🔖 Chapters")
    visitor.wait_for_text(r"0:00 Part 1\n0:\d\d Part \d+\n0:\d\d Part \d+")

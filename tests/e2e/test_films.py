"""A photograph and a spoken video, sent by a person, and what comes back."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from fakes import sample_pictures
from fakes.app_process import run_app
from fakes.browser import ChatPage, find_chromium, open_page
from fakes.film_probe import (
    compute_difference,
    compute_ink_share,
    find_colour_box,
    probe_film,
    read_colour_frames,
    read_luma_frames,
)
from fakes.sample_speech import write_spoken_video
from fakes.simulated_users import SimulatedTelegramUser, create_photograph
from fakes.telegram_api import TOKEN, FakeTelegram, serve_app
from numpy.typing import NDArray
from PIL import Image

PHOTO = (1280, 800)  # a megapixel
HIGHLIGHT = (255, 229, 0)  # of the word being spoken
IDS = itertools.count(4711)
EDIT_PAUSE = 3.0  # seconds between two edits of one message, as the product promises


@dataclass
class Stage:
    fake: FakeTelegram
    visitor: SimulatedTelegramUser


@pytest.fixture(scope="module")
def telegram() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture(scope="module", autouse=True)
def address(telegram: FakeTelegram, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The product, in Telegram and on its page, and where the page is."""
    with serve_app(telegram.app) as api:
        settings = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": api}
        with run_app(tmp_path_factory.mktemp("product"), settings) as product:
            yield product.wait_for_address()


@pytest.fixture(scope="module")
def page(address: str) -> Iterator[ChatPage]:
    if find_chromium() is None:
        pytest.skip("there is no Chromium on this machine")
    with open_page(address, timeout=90) as opened_page:
        yield opened_page
        assert opened_page.errors == []
        assert opened_page.foreign_requests == []


@pytest.fixture
def stage(telegram: FakeTelegram) -> Stage:
    """Somebody new."""
    return Stage(
        telegram, SimulatedTelegramUser(telegram.get_person(next(IDS), language_code="en"), telegram.wait_until)
    )


def assert_progress_was_polite(stage: Stage) -> None:
    """One progress message, never edited twice within three seconds, never with an unchanged text."""
    for message in stage.visitor.person.chat.messages:
        times = [edit.edited_at for edit in message.edits]
        assert all(later - earlier > EDIT_PAUSE - 0.2 for earlier, later in pairwise(times)), message.edits
        shown = [(edit.text, edit.buttons) for edit in message.edits]
        assert all(before != after for before, after in pairwise(shown)), shown


def test_a_photograph_in_telegram_becomes_a_film_of_its_drawing(stage: Stage, tmp_path: Path) -> None:
    sent = stage.visitor.person.send_photo(create_photograph(size=PHOTO, image_format="JPEG"))
    film = stage.visitor.save_film(1, tmp_path / "drawing.mp4")
    stage.visitor.wait_for_text("✅ Done")

    facts = probe_film(film)
    assert (facts.codec, facts.pixel_format, facts.is_faststart) == ("h264", "yuv420p", True)
    assert (facts.frames, facts.frame_rate) == (300, 30)
    assert facts.size[0] / facts.size[1] == pytest.approx(PHOTO[0] / PHOTO[1], rel=0.01)

    [message] = stage.visitor.list_films()
    media = message.media
    assert media is not None
    assert (media.width, media.height) == facts.size
    assert media.duration == 10
    assert media.thumbnail
    assert message.reply_to == sent["message_id"]
    assert stage.fake.list_calls("sendVideo")[-1].parameters["supports_streaming"] in {True, "true"}
    assert_progress_was_polite(stage)

    frames = read_luma_frames(film)
    assert compute_ink_share(frames[0]) < 0.35  # a white board, and perhaps the hand
    shares = [compute_ink_share(frame) for frame in frames[::15]]
    assert max(after - before for before, after in pairwise(shares)) < 0.25  # nothing pops
    wanted = np.asarray(Image.fromarray(sample_pictures.draw_photo(*PHOTO)).convert("L").resize(facts.size))
    assert np.abs(frames[-1].astype(int) - wanted).mean() < 8  # it ends as the picture


def test_ink_grows_along_strokes_when_no_hand_hides_it(stage: Stage, tmp_path: Path) -> None:
    visitor = stage.visitor
    visitor.send_text("/settings")
    visitor.press_button("✍️ Hand: 🖐🏼 Medium skin")
    visitor.press_button("No hand")
    visitor.wait_for_text("Hand: No hand|Your films")
    visitor.send_pictures(create_photograph(size=PHOTO))
    film = visitor.save_film(1, tmp_path / "strokes.mp4")
    inked = [frame < 110 for frame in read_luma_frames(film, first=150)]  # lines, no colour yet

    for earlier, later in pairwise(inked):
        assert np.mean(earlier & ~later) < 0.0005  # what is drawn stays
    new = [later & ~earlier for earlier, later in pairwise(inked)]
    blobs = [_blobs(each) for each in new if each.sum() > 20]
    assert len(blobs) > 100  # something is drawn in nearly every frame
    assert np.median(blobs) <= 3  # a pen is in one place at a time
    assert max(each.mean() for each in new) < 0.01  # and nothing appears at once


def test_a_spoken_video_in_telegram_comes_back_with_captions(stage: Stage, tmp_path: Path) -> None:
    video = write_spoken_video(tmp_path / "talk.mp4", seconds=8, size=(640, 360))
    stage.visitor.person.send_video(video.read_bytes(), size=(640, 360), seconds=8)
    film = stage.visitor.save_film(1, tmp_path / "captioned.mp4")

    facts, source = probe_film(film), probe_film(video)
    assert (facts.codec, facts.pixel_format, facts.size, facts.frames) == ("h264", "yuv420p", (640, 360), source.frames)
    assert facts.audio_codec == "aac"
    assert stage.visitor.list_films()[0].reply_to is not None
    assert_progress_was_polite(stage)

    before, after = read_luma_frames(video), read_luma_frames(film)
    silent, spoken = round(0.4 * 25), [round(seconds * 25) for seconds in (1.5, 2.0, 2.5)]  # the first word: 1.17 s
    assert compute_difference(before[silent], after[silent], (0, 240, 640, 100)) < 3
    frames, plain = (read_colour_frames(each, [silent, *spoken]) for each in (film, video))
    assert not any(find_colour_box(frame, HIGHLIGHT) for frame in (frames[silent], *plain.values()))
    boxes = {number: find_colour_box(frames[number], HIGHLIGHT) for number in spoken}
    for number, box in boxes.items():  # a word stands there, and letters are not what was in the picture
        assert box is not None
        assert box[1] >= 240
        assert box[3] >= 14
        assert compute_difference(before[number], after[number], box) > 40
    assert len(set(boxes.values())) == len(spoken)  # another word each time


def test_a_spoken_video_on_the_page_comes_back_with_captions_at_the_times_of_its_words(
    page: ChatPage, tmp_path: Path
) -> None:
    video = write_spoken_video(tmp_path / "talk.mp4", seconds=6, size=(640, 360))
    page.send(video)
    page.wait_for_message("Here is your video with captions")
    shown = page.inspect_film()
    page.save_film(tmp_path / "captioned.mp4")
    assert (shown["width"], shown["height"], shown["error"]) == (640, 360, None)
    assert shown["duration"] == pytest.approx(6, abs=0.1)

    frames = read_luma_frames(tmp_path / "captioned.mp4")
    transcript = tmp_path / "words.json"
    words = _words_heard(video, transcript)
    lower = (0, 240, 640, 100)
    moves = {
        index for index in range(1, len(frames)) if compute_difference(frames[index - 1], frames[index], lower) > 2.5
    }
    starts = [round(word["start"] * 25) for word in words if word["end"] - word["start"] > 0.12]
    near = [any(abs(move - start) <= 2 for move in moves) for start in starts]
    assert len(starts) >= 8
    assert sum(near) >= 0.8 * len(near), (starts, sorted(moves))


def test_a_photograph_on_the_page_becomes_a_film_that_plays_there(page: ChatPage, tmp_path: Path) -> None:
    source = tmp_path / "photo.jpg"
    source.write_bytes(create_photograph(image_format="JPEG"))
    page.send(source)
    page.wait_for_message("Here is your drawing")
    shown = page.inspect_film()
    page.save_film(tmp_path / "drawing.mp4")
    assert shown["error"] is None
    assert shown["duration"] == pytest.approx(10, abs=0.05)
    assert probe_film(tmp_path / "drawing.mp4").frames == 300


def _blobs(ink: NDArray[np.bool_], least: int = 10) -> int:
    """How many patches of ink there are, without what the encoder's noise brings over the threshold."""
    _, _, measured, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    return int((measured[1:, cv2.CC_STAT_AREA] >= least).sum())


def _words_heard(video: Path, target: Path) -> list[dict[str, float]]:
    from bots.cli import run

    assert run(["transcribe", str(video), "-o", str(target)]) == 0
    words: list[dict[str, float]] = json.loads(target.read_text())["words"]
    return words

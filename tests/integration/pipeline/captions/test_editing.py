"""What is edited in films beside their captions: progress bar, title, punch-in and end card, as the film shows them."""

import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from fakes import sample_files
from fakes.film_scenes import Head, write_film
from fakes.flash_films import write_flashes

from models.captions.placement import load_safe_zones
from models.jobs.film import EncodingOptions, Film, X264Preset
from models.jobs.options import CaptionOptions
from models.jobs.transcript import Word
from pipeline.captions.avoidance.costs import compute_covered_share
from pipeline.captions.boxes import Box
from pipeline.captions.editing.end_card import CARD_SECONDS
from pipeline.captions.editing.punch_in import SCALE
from pipeline.captions.film import make
from pipeline.vision.faces import find_faces

FAST = EncodingOptions(preset=X264Preset.ULTRAFAST, crf=10)
SIZE = (360, 640)
SECONDS = 8
YELLOW = (255, 214, 10)  # the accent of hormozi
WORDS = [
    Word(text=text, start=1 + 0.5 * n, end=1.4 + 0.5 * n)
    for n, text in enumerate(["we", "saw", "90", "of", "them.", "All", "fine"])
]


def edit(source: Path, *, words: Sequence[Word] = WORDS, **switches: object) -> Film:
    options = CaptionOptions.model_validate({"style": "hormozi", "encoding": FAST, **switches})
    out = source.with_name("edited.mp4")
    return make(source, words, out, options, lambda *_: None, layout=source.with_name("layout.json"))


def read_frames(path: Path) -> dict[float, np.ndarray]:
    with av.open(str(path)) as container:
        return {round(float(frame.time), 3): frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)}


def frame_at(frames: dict[float, np.ndarray], seconds: float) -> np.ndarray:
    return frames[max(time for time in frames if time <= seconds + 1e-6)]


def find_colour(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    return np.abs(picture.astype(int) - colour).max(axis=2) < 40


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return sample_files.write_film(tmp_path / "a.mp4", seconds=SECONDS, size=SIZE)


@pytest.fixture
def grey(tmp_path: Path) -> Path:
    return write_flashes(tmp_path / "a.mp4", [Fraction(n, 25) for n in range(25 * SECONDS)], [])


def test_the_bar_grows_with_time_inside_every_safe_zone(source: Path) -> None:
    frames = read_frames(edit(source, words=WORDS[:1], progress_bar=True).path)
    width, height = SIZE
    shares = []
    for seconds in (2.5, 4.0, 6.0, 7.9):
        rows, columns = np.nonzero(find_colour(frame_at(frames, seconds), YELLOW))
        for zone in load_safe_zones().values():
            assert rows.max() < (1 - zone.bottom) * height
            assert columns.min() >= zone.left * width - 1
            assert columns.max() <= (1 - zone.right) * width + 1
        shares.append((columns.max() - columns.min()) / width)
    full = 1 - 2 * 0.11
    assert shares == pytest.approx([full * seconds / SECONDS for seconds in (2.5, 4.0, 6.0, 7.9)], abs=0.02)


def test_captions_leave_room_for_the_bar(source: Path) -> None:
    edit(source, progress_bar=True, place="bottom", size="large", style="beast")
    groups = json.loads(source.with_name("layout.json").read_text())["groups"]
    bar = round(0.8 * SIZE[1]) - 6
    assert all(group["box"][1] + group["box"][3] <= bar for group in groups)


def test_a_title_is_there_for_three_seconds_at_the_top(source: Path) -> None:
    frames = read_frames(edit(source, title=True, title_text="Nine things nobody says").path)
    covered = {
        seconds: find_colour(frame_at(frames, seconds), YELLOW)[: SIZE[1] // 2] for seconds in (0.0, 0.5, 2.9, 3.1)
    }
    assert [bool(each.sum() > 3000) for each in covered.values()] == [True, True, True, False]
    rows, columns = np.nonzero(covered[0.5])
    assert rows.min() >= 0.14 * SIZE[1] - 1
    assert columns.min() + columns.max() == pytest.approx(SIZE[0], abs=6)


def test_a_title_is_at_the_bottom_where_captions_are_at_the_top(source: Path) -> None:
    frames = read_frames(edit(source, title=True, place="top", words=WORDS[4:]).path)
    rows, _ = np.nonzero(find_colour(frame_at(frames, 0.5), YELLOW))
    assert rows.min() > SIZE[1] / 2
    assert rows.max() < 0.8 * SIZE[1]


@pytest.mark.parametrize("size", [(270, 480), (400, 400), (640, 360)])
@pytest.mark.parametrize("height", [0.3, 0.42])
def test_a_title_covers_no_mouth(height: float, size: tuple[int, int], tmp_path: Path) -> None:
    source = write_film(tmp_path / "talk.mp4", lambda _: Head(0.5, height, 0.5), size, 3.5, key_frames=10)
    found = next(iter(find_faces(read_frames(source)[0.0])))
    frames = read_frames(edit(source, title=True, title_text="Nine things nobody ever says", words=WORDS[4:]).path)
    rows, columns = np.nonzero(find_colour(frame_at(frames, 1.0), YELLOW))
    title = Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    mouth = found.mouth
    covered = Box(*map(round, (mouth.x, mouth.y, mouth.x + mouth.width, mouth.y + mouth.height)))
    assert title.width > size[0] / 4
    assert compute_covered_share(title, covered) == 0


def test_a_punch_in_enlarges_the_picture_around_its_upper_part_and_goes_back(source: Path) -> None:
    """The zoom begins with "90", at 2 s; the same film without it is what is enlarged here by OpenCV in RGB."""
    options = {"words": [word for word in WORDS if word.text == "90"]}
    still = read_frames(edit(source, **options).path)
    zoomed = read_frames(edit(source, punch_in=True, **options).path)
    assert list(still) == list(zoomed)
    assert np.array_equal(frame_at(still, 1.96), frame_at(zoomed, 1.96))
    assert np.abs(frame_at(still, 5.0).astype(int) - frame_at(zoomed, 5.0)).mean() < 2
    before, after = frame_at(still, 3.0), frame_at(zoomed, 3.0)
    focus = 0.5 * SIZE[0], 0.38 * SIZE[1]
    shifts = [side * (1 - SCALE) - 0.5 * (1 - SCALE) for side in focus]
    expected = cv2.warpAffine(
        before, np.array([[SCALE, 0, shifts[0]], [0, SCALE, shifts[1]]]), SIZE, flags=cv2.INTER_CUBIC
    )
    upper = slice(0, SIZE[1] // 2)  # above the captions
    from_expected, from_before = (np.abs(after[upper].astype(int) - each[upper]).mean() for each in (expected, before))
    assert from_expected < 2.5
    assert from_before > 2 * from_expected


def test_captions_are_as_large_as_ever_while_the_picture_is_enlarged(grey: Path) -> None:
    still = read_frames(edit(grey).path)
    zoomed = read_frames(edit(grey, punch_in=True).path)
    assert np.abs(frame_at(still, 3.0).astype(int) - frame_at(zoomed, 3.0)).mean() < 1


def test_an_end_card_follows_the_film_with_the_name_on_its_last_picture(source: Path) -> None:
    plain, film = edit(source), edit(source, end_card=True, card_name="Padaria São João")
    frames = read_frames(film.path)
    last = max(time for time in frames if time < SECONDS)
    assert film.seconds == pytest.approx(plain.seconds + float(CARD_SECONDS), abs=0.1)
    assert max(frames) == pytest.approx(SECONDS + float(CARD_SECONDS), abs=0.1)
    card = frames[max(frames)]
    assert frame_at(frames, SECONDS + 0.2).mean() > card.mean()
    assert card[: SIZE[1] // 4].mean() < 0.6 * frames[last][: SIZE[1] // 4].mean()
    assert find_colour(card, (255, 255, 255)).sum() > 300
    assert find_colour(card, YELLOW).sum() > 50


def test_an_end_card_shows_a_logo_with_its_transparency(source: Path, tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    picture = np.zeros((200, 400, 4), np.uint8)
    cv2.circle(picture, (200, 100), 90, (0, 200, 0, 255), -1)
    cv2.imwrite(str(logo), picture)
    options = CaptionOptions(style="hormozi", encoding=FAST, end_card=True, card_name="unused")
    film = make(source, WORDS, tmp_path / "x.mp4", options, lambda *_: None, logo=logo)
    frames = read_frames(film.path)
    rows, columns = np.nonzero(find_colour(frames[max(frames)], (0, 200, 0)))
    assert columns.mean() == pytest.approx(SIZE[0] / 2, abs=3)
    assert (columns.max() - columns.min()) == pytest.approx(rows.max() - rows.min(), abs=3)
    assert len(rows) == pytest.approx(np.pi / 4 * (rows.max() - rows.min()) ** 2, rel=0.1)


def test_sound_is_still_copied_with_everything_but_cuts(source: Path) -> None:
    film = edit(source, punch_in=True, progress_bar=True, title=True, end_card=True, card_name="x")
    with av.open(str(source)) as before, av.open(str(film.path)) as after:
        packets = [[bytes(packet) for packet in each.demux(audio=0) if packet.size] for each in (before, after)]
    assert packets[0] == packets[1]


def test_a_card_follows_a_film_that_is_cut_at_its_end(source: Path) -> None:
    film = edit(source, cut_pauses=True, end_card=True, card_name="x")
    assert max(read_frames(film.path)) == pytest.approx(film.seconds, abs=0.1)


def test_emoji_stand_above_their_words_in_the_film_within_the_box_of_the_layout(source: Path) -> None:
    texts = ["So.", "Love.", "Money.", "We.", "Fire."]
    words = [Word(text=text, start=1 + n, end=1.8 + n) for n, text in enumerate(texts)]
    plain = read_frames(edit(source, words=words, avoid_faces="off").path)
    marked = read_frames(edit(source, words=words, avoid_faces="off", emoji=True).path)
    groups = json.loads(source.with_name("layout.json").read_text())["groups"]
    changed = {}
    for seconds in (1.5, 2.5, 3.5, 5.5):
        group = next(each for each in groups if each["start"] <= seconds < each["end"])
        left, top, width, height = group["box"]
        difference = np.abs(frame_at(marked, seconds).astype(int) - frame_at(plain, seconds)).max(axis=2)
        changed[seconds] = difference[top : top + height, left : left + width].max() > 100
        difference[top : top + height, left : left + width] = 0
        assert difference.max() < 60
    assert changed == {1.5: False, 2.5: True, 3.5: True, 5.5: False}

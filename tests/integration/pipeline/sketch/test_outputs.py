"""What is made beside a film, and how films end, judged by the files that were made."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import av
import cv2
import numpy as np
import pytest
from fakes import sample_pictures
from PIL import Image

from models.jobs.options import SketchOptions
from pipeline.media.pictures.picture import Picture
from pipeline.sketch import film
from pipeline.sketch.outputs import gif
from pipeline.sketch.outputs.extra_files import ExtraFiles

PICTURE = sample_pictures.draw_line_drawing(320, 240)


class Made(NamedTuple):
    """The files of a film, its frames as RGB, and its track."""

    files: ExtraFiles
    frames: np.ndarray
    phases: list[str]
    seconds: float


Make = Callable[..., Made]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(*pictures: np.ndarray, **options: Any) -> Made:
        asked = SketchOptions(**{"seconds": 3, "fps": 20, "width": 320, "height": 240, **options})
        names = {"track": "track.json", "still": "a.png", "svg": "a.svg", "gif": "a.gif"}
        files = ExtraFiles(**{key: tmp_path / name for key, name in names.items()})
        out = tmp_path / "film.mp4"
        drawn = [Picture(each) for each in pictures or (PICTURE,)]
        done = film.make(drawn, out, asked, lambda _stage, _share: None, extras=files)
        with av.open(str(out)) as container:
            frames = np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])
        assert files.track is not None
        track = json.loads(files.track.read_text())
        return Made(files, frames, [frame["phase"] for frame in track["frames"]], done.seconds)

    return made


def read_rgb(path: Path | None) -> np.ndarray:
    assert path is not None
    return np.asarray(Image.open(path).convert("RGB"))


def parse_svg(path: Path) -> ET.Element:
    return ET.fromstring(path.read_text())  # noqa: S314 - we wrote it


@pytest.mark.parametrize("seconds", [3, 3.37, 7.5])
@pytest.mark.parametrize("fps", [10, 24, 30, 60])
def test_a_film_is_as_long_as_asked_for_to_the_frame(make: Make, seconds: float, fps: int) -> None:
    made = make(seconds=seconds, fps=fps, width=160, height=120, hand="none", finish="lines")
    assert len(made.frames) == round(seconds * fps)


def test_the_longest_film_is_a_minute(make: Make) -> None:
    assert len(make(seconds=60, fps=10, width=128, height=96, hand="none", finish="lines").frames) == 600


def test_the_still_is_the_drawing_of_the_last_frame(make: Make) -> None:
    made = make()
    error = np.abs(read_rgb(made.files.still).astype(int) - made.frames[-1])
    assert error.mean() < 2
    assert (error.max(axis=2) > 40).mean() < 0.002


def test_the_still_of_a_film_that_ends_empty_is_its_finished_drawing(make: Make) -> None:
    made = make(loop=True)
    still = read_rgb(made.files.still)
    assert (still.min(axis=2) < 200).mean() > 0.02
    last_held = len(made.phases) - 1 - made.phases[::-1].index("colour")
    assert np.abs(still.astype(int) - made.frames[last_held + 9]).mean() < 3


def test_a_watermark_is_on_the_still_and_beside_the_lines(make: Make) -> None:
    plain, marked = make(finish="lines"), make(finish="lines", watermark="made <&> with Rabisco")
    assert marked.files.svg is not None
    assert plain.files.svg is not None
    texts = parse_svg(marked.files.svg).findall("{http://www.w3.org/2000/svg}text")
    assert [text.text for text in texts] == ["made <&> with Rabisco"]
    assert np.abs(read_rgb(marked.files.still).astype(int) - marked.frames[-1]).mean() < 2


def test_the_svg_has_the_strokes_of_the_drawing_with_their_widths(make: Make) -> None:
    made = make(finish="lines", hand="none")
    assert made.files.svg is not None
    root = parse_svg(made.files.svg)
    assert root.attrib["viewBox"] == "0 0 320 240"
    covered = np.full((240, 320), 255, np.uint8)
    for path in root.iter("{http://www.w3.org/2000/svg}path"):
        numbers = [float(number) for number in re.findall(r"-?\d+\.\d", path.attrib["d"])]
        points = np.array(numbers).reshape(-1, 2)
        width = float(path.attrib["stroke-width"])
        assert 0.5 < width < 12
        cv2.polylines(covered, [(points - 0.5).round().astype(np.int32)], False, 0, max(1, round(width)))
    ink = made.frames[-1].mean(axis=2) < 110
    drawn = cv2.erode(covered, np.ones((3, 3))) == 0
    assert ink.sum() > 400
    assert (ink & drawn).sum() / ink.sum() > 0.97
    assert ((covered == 0) & ~cv2.dilate(ink.astype(np.uint8), np.ones((5, 5))).astype(bool)).sum() < 0.02 * ink.sum()


def test_the_gif_shows_the_film_at_half_its_rate_and_loops(make: Make) -> None:
    made = make(seconds=4, fps=25)
    assert made.files.gif is not None
    with Image.open(made.files.gif) as picture:
        assert picture.info["loop"] == 0
        assert picture.size == (320, 240)
        durations, last = [], np.zeros(0)
        for number in range(picture.n_frames):
            picture.seek(number)
            durations.append(picture.info["duration"])
            last = np.asarray(picture.convert("RGB")).astype(int)
    assert sum(durations) == pytest.approx(4000, abs=100)
    assert 40 <= len(durations) <= 50
    assert np.abs(last - made.frames[-1]).mean() < 8


def test_a_gif_of_a_large_film_is_made_smaller_until_messengers_take_it(make: Make) -> None:
    made = make(sample_pictures.draw_photo(640, 480), width=960, height=640)
    assert made.files.gif is not None
    with Image.open(made.files.gif) as picture:
        assert picture.size == (480, 320)
    full, film_path = made.files.gif.stat().st_size, made.files.gif.with_name("film.mp4")
    gif.write_gif(film_path, made.files.gif, max_bytes=full // 3)
    assert made.files.gif.stat().st_size <= full // 3


@pytest.mark.parametrize(("hold", "frames"), [("auto", 10), (0, 0), (1, 20), (30, 36)])
def test_the_finished_drawing_is_held_as_long_as_asked_for(make: Make, hold: Any, frames: int) -> None:
    made = make(hold=hold)
    assert len(made.frames) == 60
    assert made.phases.count("hold") == frames


@pytest.mark.parametrize("pictures", [1, 2])
def test_a_film_that_loops_ends_on_the_board_it_begins_on(make: Make, pictures: int) -> None:
    made = make(*[PICTURE] * pictures, loop=True, seconds=5, hand="none")
    assert len(made.frames) == 100
    assert np.abs(made.frames[-1].astype(int) - made.frames[0]).mean() < 1.5
    assert made.frames[-1].min() > 235
    held = made.frames[-1 - round(0.9 * 20) - 4]
    assert (held.min(axis=2) < 200).mean() > 0.02


def test_the_hand_has_left_when_a_film_starts_over(make: Make) -> None:
    made = make(loop=True)
    assert made.frames[-1].min() > 235
    assert made.frames[-5].min() < 200


def test_the_thumbnail_shows_most_of_the_finished_drawing(make: Make) -> None:
    made = make(sample_pictures.draw_photo(320, 240), hand="none")
    assert made.files.gif is not None
    thumbnail = read_rgb(made.files.gif.with_name("film.jpg")).astype(int)
    finished = cv2.resize(made.frames[-1], thumbnail.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert (np.abs(thumbnail - finished).max(axis=2) > 60).mean() < 0.25


def test_ink_is_seen_within_the_first_second(make: Make) -> None:
    made = make(seconds=20, hand="none")
    assert (made.frames[19].mean(axis=2) < 130).sum() > 20


def test_stored_options_of_old_jobs_are_read() -> None:
    options = SketchOptions.model_validate({"seconds": 10, "fps": 30, "hand": "left", "finish": "lines"})
    assert (options.hold, options.loop, options.gif) == ("auto", False, False)

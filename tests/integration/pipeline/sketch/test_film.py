"""Whole films of pictures made by formula, judged by what was delivered."""

import json
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import av
import cv2
import numpy as np
import pytest
from fakes import sample_pictures
from PIL import Image
from skimage.metrics import structural_similarity

from models.jobs.film import EncodingOptions, Film
from models.jobs.options import SketchOptions
from pipeline.media.pictures.picture import Picture
from pipeline.sketch import film
from pipeline.sketch.outputs.extra_files import ExtraFiles
from pipeline.sketch.planes import YuvPlanes

INK = 130  # luma below which a pixel of the lines counts as ink


class Delivered(NamedTuple):
    """A film, its track and its decoded planes (frames x height x width)."""

    film: Film
    track: dict[str, Any]
    luma: np.ndarray
    chroma: np.ndarray

    @property
    def lines(self) -> int:
        return sum(moment["phase"] == "lines" for moment in self.track["frames"])


Make = Callable[..., Delivered]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(*drawn: np.ndarray | Picture, **options: Any) -> Delivered:
        out, track = tmp_path / "film.mp4", tmp_path / "track.json"
        asked = SketchOptions(**{"seconds": 3, "fps": 20, **options})
        pictures = [each if isinstance(each, Picture) else Picture(each) for each in drawn]
        done = film.make(pictures, out, asked, lambda _stage, _share: None, extras=ExtraFiles(track=track))
        return Delivered(done, json.loads(track.read_text()), *planes(out))

    return made


def planes(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with av.open(str(path), format="mp4") as container:
        frames = [frame.to_ndarray() for frame in container.decode(video=0)]
        height = container.streams.video[0].height
    stack = np.stack(frames)
    return stack[:, :height], stack[:, height:]


def born(luma: np.ndarray) -> np.ndarray:
    """The first frame from which on each pixel stays ink, -1 where none is at the end."""
    still, first = luma[-1] < INK, np.full(luma.shape[1:], -1)
    for frame in range(len(luma) - 1, -1, -1):
        still = still & (luma[frame] < INK)
        first[still] = frame
    return first


def test_a_film_is_what_messengers_play(make: Make) -> None:
    done = make(sample_pictures.draw_photo(640, 480))
    with av.open(str(done.film.path), format="mp4") as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.name, context.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
        assert (context.color_range, context.colorspace) == (1, 1)
        assert (context.color_primaries, context.color_trc) == (1, 1)
        assert stream.frames == done.film.frames == 60
        assert float(stream.duration * stream.time_base) == pytest.approx(done.film.seconds)
    head = done.film.path.read_bytes()
    assert 0 < head.index(b"moov") < head.index(b"mdat")
    assert done.film.size == len(head)
    with Image.open(done.film.thumbnail) as still:
        assert still.format == "JPEG"
        assert still.size == (320, 240)


@pytest.mark.parametrize(("seconds", "fps", "frames"), [(3, 10, 30), (3.33, 24, 80), (7.5, 12, 90), (60, 10, 600)])
def test_a_film_has_exactly_the_frames_it_was_asked_for(make: Make, seconds: float, fps: int, frames: int) -> None:
    done = make(sample_pictures.draw_line_drawing(160, 120), seconds=seconds, fps=fps, width=160, height=120)
    assert done.film.frames == len(done.luma) == len(done.track["frames"]) == frames


def test_ink_grows_along_strokes_at_the_tip_of_the_pen(make: Make) -> None:
    done = make(sample_pictures.draw_photo(640, 480), hand="none", seconds=6)
    first = born(done.luma[: done.lines])
    cuts, away = [], []
    for frame in range(done.lines):
        new = np.argwhere(first == frame)
        moment = done.track["frames"][frame]
        if len(new):
            old, coming = (first >= 0) & (first <= frame), first > frame
            cuts.append(((old[:, :-1] & coming[:, 1:]) | (coming[:, :-1] & old[:, 1:])).sum())
        if len(new) and moment["down"]:
            away.append(np.hypot(*(new[:, ::-1] - moment["pen"]).T).min())
    assert np.mean(cuts) < 60  # about 15 strokes of 4 pixels; a wipe has hundreds
    assert np.quantile(away, 0.9) < 8


def test_the_lines_come_without_colour_and_the_colour_without_a_jump(make: Make) -> None:
    done = make(sample_pictures.draw_photo(640, 480), hand="none", seconds=6, fps=30)
    assert done.lines >= 0.5 * sum(moment["phase"] != "hold" for moment in done.track["frames"])
    assert np.abs(done.chroma[: done.lines].astype(int) - 128).max() <= 4
    changes = [(cv2.absdiff(now, then) > 12).mean() for then, now in pairwise(done.luma)]
    assert max(changes) < 0.03


@pytest.mark.parametrize("hand", ["medium", "left", "none"])
def test_the_film_ends_in_the_pure_picture(make: Make, hand: str) -> None:
    picture = sample_pictures.draw_photo(640, 480)
    done = make(picture, hand=hand)
    with av.open(str(done.film.path), format="mp4") as container:
        last = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)][-1]
    grey = [cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in (picture, last)]
    assert structural_similarity(*grey) > 0.97
    assert np.abs(last.astype(int) - picture).mean() < 4


def test_the_board_begins_white(make: Make) -> None:
    done = make(sample_pictures.draw_photo(640, 480), hand="none")
    assert (done.luma[0] == 235).mean() > 0.99
    assert (done.chroma[0] == 128).all()


@pytest.mark.parametrize("finish", ["colour", "lines"])
def test_what_is_white_on_nothing_is_drawn_on_a_dark_board(make: Make, finish: str) -> None:
    done = make(draw_white_ring(), hand="none", finish=finish, width=480, height=320)
    assert (done.luma[0] < 60).mean() > 0.99
    assert (done.luma[:, :, :80] < 60).all()  # beside the picture too
    line = done.luma[done.lines - 1, 160, 130:140].astype(int)  # across the ring's outer edge, at its left
    assert line.max() > 210
    assert (line - line.min()).sum() >= 2.5 * (line.max() - line.min())  # of light, as in a line this many pixels wide
    share = [(frame > 150).mean() for frame in done.luma[:: len(done.luma) // 6]]
    assert share == sorted(share)
    assert (abs(done.chroma[-1].astype(int) - 128) < 4).all()


def draw_white_ring() -> Picture:
    """320 x 320 pixels, seen on a dark board."""
    pixels = np.full((320, 320, 3), 38, np.uint8)
    cv2.circle(pixels, (160, 160), 100, (255, 255, 255), 12, cv2.LINE_AA)
    return Picture(pixels, 38)


def test_a_board_is_wiped_to_that_of_the_next_picture(make: Make) -> None:
    drawn = [sample_pictures.draw_line_drawing(320, 320), draw_white_ring(), sample_pictures.draw_photo(320, 320)]
    done = make(*drawn, seconds=9, hand="none", width=320, height=320)
    phases = [moment["phase"] for moment in done.track["frames"]]
    begins = [k for k in range(1, len(phases)) if phases[k - 1] == "hold" and phases[k] == "lines"]
    assert (done.luma[begins[0] - 1] < 60).mean() > 0.99
    assert (done.luma[begins[1] - 1] > 225).mean() > 0.99


def test_lines_only_end_in_lines(make: Make) -> None:
    done = make(sample_pictures.draw_photo(640, 480), finish="lines", hand="none")
    assert np.abs(done.chroma.astype(int) - 128).max() <= 4
    assert 0.005 < (done.luma[-1] < INK).mean() < 0.15
    assert {moment["phase"] for moment in done.track["frames"]} == {"lines", "hold"}


def test_the_hand_holds_the_pen_and_leaves(make: Make) -> None:
    bare, held = (make(sample_pictures.draw_photo(640, 480), hand=hand) for hand in ("none", "marker"))
    differs = [(cv2.absdiff(one, other) > 40).mean() for one, other in zip(bare.luma, held.luma, strict=True)]
    assert np.median(differs[3 : bare.lines]) > 0.02
    assert max(differs[-3:]) < 0.001


def test_a_watermark_is_in_every_frame(make: Make) -> None:
    bare, marked = (
        make(sample_pictures.create_uniform(255, 640, 480), watermark=text, hand="none") for text in (None, "rabisco")
    )
    corner = (slice(None), slice(420, 480), slice(400, 640))
    differs = (cv2.absdiff(bare.luma[corner], marked.luma[corner]) > 30).mean(axis=(1, 2))
    assert differs.min() > 0.01
    assert (cv2.absdiff(bare.luma[:, :400], marked.luma[:, :400]) > 30).mean() < 0.001


def test_a_watermark_stays_as_it_is_from_the_first_frame_to_the_last(make: Make) -> None:
    done = make(sample_pictures.create_uniform(255, 640, 480), watermark="rabisco", hand="none")
    corner = done.luma[:, 420:, 400:].astype(int)
    assert abs(corner[-1] - corner[0]).max() < 16
    assert (corner[0] < 220).mean() > 0.01


@pytest.mark.parametrize(
    "picture",
    [
        sample_pictures.draw_photo(16, 16), sample_pictures.draw_photo(100, 100),
        sample_pictures.draw_photo(800, 40), sample_pictures.draw_photo(40, 800),
        sample_pictures.create_uniform(255), sample_pictures.create_uniform(0),
        sample_pictures.create_noise(200, 150), sample_pictures.draw_dark_photo(320, 180),
    ],
    ids=["tiny", "small", "flat", "thin", "white", "black", "noise", "dark"],
)  # fmt: skip
def test_any_picture_becomes_a_film(make: Make, picture: np.ndarray) -> None:
    done = make(picture, fps=10)
    assert done.film.frames == 30
    assert min(done.film.width, done.film.height) >= 400
    assert any(moment["down"] for moment in done.track["frames"])


def test_an_album_is_drawn_picture_by_picture_on_a_wiped_board(make: Make) -> None:
    drawn = [
        sample_pictures.draw_photo(320, 240),
        sample_pictures.draw_line_drawing(320, 240),
        sample_pictures.draw_text_page(320, 240, rows=3),
    ]
    done = make(*drawn, seconds=9, hand="none", width=320, height=240)
    phases = [moment["phase"] for moment in done.track["frames"]]
    begins = [k for k in range(1, len(phases)) if phases[k - 1] == "hold" and phases[k] == "lines"]
    assert len(begins) == 2
    assert all((done.luma[k - 1] > 225).mean() > 0.99 for k in begins)
    assert done.film.frames == 180


def test_a_size_is_kept_and_the_picture_lies_undistorted_on_white(make: Make) -> None:
    done = make(sample_pictures.create_uniform(0, 200, 100), width=200, height=300)
    assert (done.film.width, done.film.height) == (200, 300)
    assert (done.luma[-1][:96] > 230).all()
    assert (done.luma[-1][104:196] < 20).all()


def test_a_film_stays_below_the_bytes_it_may_have(make: Make) -> None:
    done = make(sample_pictures.create_noise(320, 240), encoding=EncodingOptions(max_bytes=100_000), fps=10)
    assert done.film.size <= 100_000


def test_progress_rises_to_one_without_long_silence(tmp_path: Path) -> None:
    heard: list[tuple[float, float]] = [(time.process_time(), 0.0)]
    film.make(
        [Picture(sample_pictures.draw_photo(640, 480))],
        tmp_path / "film.mp4",
        SketchOptions(seconds=6),
        lambda _stage, share: heard.append((time.process_time(), share)),
    )
    shares = [share for _, share in heard]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    silences = [now[0] - then[0] for then, now in pairwise(heard)]
    assert max(silences) < 1.0


def test_a_title_is_written_above_the_picture_before_that_is_drawn(make: Make) -> None:
    done = make(sample_pictures.draw_photo(640, 360), title="Our old house", width=640, height=360, hand="none")
    first = born(done.luma[: done.lines])
    rows = np.flatnonzero((first >= 0).any(axis=1))
    gaps = np.flatnonzero(np.diff(rows) > 6)
    bottom = int(rows[gaps[0]])
    writing, drawing = first[: bottom + 1], first[bottom + 1 :]
    assert bottom < 0.3 * 360
    assert writing[writing >= 0].max() <= drawing[drawing >= 0].min() + 2
    left_to_right = [np.median(writing[:, part][writing[:, part] >= 0]) for part in np.array_split(range(640), 4)[1:3]]
    assert left_to_right[0] < left_to_right[1]


def test_the_title_of_a_coloured_drawing_stays_as_it_was_written(make: Make) -> None:
    done = make(sample_pictures.draw_photo(640, 360), title="Our house", width=640, height=360, hand="none")
    bottom = round(0.12 * 360)
    lines, last = done.luma[done.lines - 1][:bottom].astype(int), done.luma[-1][:bottom].astype(int)
    assert (lines < INK).any()
    assert np.abs(lines - last).max() < 40
    assert np.abs(done.chroma[-1].astype(int) - 128)[: bottom // 4].max() < 8


def test_a_film_sized_by_its_picture_is_taller_by_its_title(make: Make) -> None:
    plain, titled = (make(sample_pictures.draw_photo(640, 360), title=title).film for title in ("", "Our house"))
    assert titled.width == plain.width
    assert plain.height * 1.1 < titled.height < plain.height * 1.4


def test_only_the_first_picture_of_an_album_has_the_title(make: Make) -> None:
    pictures = [sample_pictures.draw_photo(640, 360, seed) for seed in (1, 2)]
    done = make(*pictures, title="Our house", width=640, height=360, hand="none", seconds=6)
    last = done.luma[-1].astype(int)
    expected = [YuvPlanes.from_rgb(picture).y.astype(int) for picture in pictures]
    assert np.abs(last - expected[1]).mean() < 4
    assert np.abs(done.luma[len(done.luma) // 2 - 20].astype(int) - expected[0]).mean() > 20


@pytest.mark.parametrize("transition", ["page", "slide"])
def test_an_album_goes_on_without_an_eraser_where_that_is_asked_for(make: Make, transition: str) -> None:
    pictures = [sample_pictures.draw_photo(320, 180, seed) for seed in (1, 2)]
    done = make(*pictures, transition=transition, width=320, height=180, seconds=6, finish="lines")
    assert done.film.frames == 120
    middle = len(done.luma) // 2
    ink = (done.luma < INK).mean(axis=(1, 2))
    assert ink[middle - 14] > 0.005
    assert ink[middle - 1] < 0.002
    assert not any(moment["down"] for moment in done.track["frames"][middle - 10 : middle])
    assert ink[-1] > 0.005


def test_pictures_side_by_side_stay_on_one_board_until_the_end(make: Make) -> None:
    pictures = [sample_pictures.draw_photo(320, 240, seed) for seed in (1, 2)]
    done = make(*pictures, album="side", width=640, height=320, seconds=6, hand="none")
    middle, last = done.luma[len(done.luma) // 2 - 2].astype(int), done.luma[-1].astype(int)
    left, right = (slice(60, 260), slice(40, 300)), (slice(60, 260), slice(350, 600))
    assert np.abs(middle[left] - last[left]).mean() < 3
    assert (middle[right] > 225).all()
    assert (last[right] < 200).mean() > 0.3
    for frame in done.luma[len(done.luma) // 2 :]:
        assert np.abs(frame[left].astype(int) - last[left]).mean() < 6

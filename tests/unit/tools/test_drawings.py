"""The figures of drawn films, of films and pictures whose answers are known."""

import math
from typing import Any

import cv2
import numpy as np
import pytest
from fakes import sample_pictures

from pipeline.vision.irises import Iris
from tools.drawings import bars, contours, faces, report
from tools.drawings.delivered_film import DeliveredFilm, find_births, measure_change
from tools.drawings.reveal import count_hops, measure_open_cut, measure_reveal, measure_stroke_width

HEIGHT, WIDTH, BOARD, INK = 200, 300, 235, 34


def draw_film(*frames_of_lines: list[tuple[tuple[int, int], tuple[int, int]]], thickness: int = 5) -> np.ndarray:
    """Births of ink of a film in each of whose frames some lines are added."""
    luma, frame = [], np.full((HEIGHT, WIDTH), BOARD, np.uint8)
    for lines in frames_of_lines:
        frame = frame.copy()
        for start, end in lines:
            cv2.line(frame, start, end, INK, thickness)
        luma.append(frame)
    return find_births(luma)


def stroke(count: int, y: int = 100, x: int = 20) -> list[list[tuple[tuple[int, int], tuple[int, int]]]]:
    """A line to the right, 8 pixels a frame."""
    return [[((x + 8 * k, y), (x + 8 * k + 8, y))] for k in range(count)]


def film_of(born: np.ndarray, pen: list[dict[str, Any]] | None = None) -> DeliveredFilm:
    count = int(born.max()) + 1
    still = {"pen": [0, 0], "down": False, "phase": "lines"}
    blank = np.full((*born.shape, 3), 255, np.uint8)
    return DeliveredFilm(born, [], blank, blank, blank, [], {"fps": 30, "frames": pen or [still] * count}, count)


def test_ink_is_born_in_the_frame_from_which_on_it_stays() -> None:
    luma = [np.full((2, 2), BOARD, np.uint8) for _ in range(4)]
    for frame in (1, 3):
        luma[frame][0, 0] = INK  # comes, goes and comes again
    for frame in (2, 3):
        luma[frame][1, 1] = INK
    assert find_births(luma).tolist() == [[3, -1], [-1, 2]]


def test_the_wavering_of_an_encoder_is_no_new_ink() -> None:
    luma = [np.full((1, 1), level, np.uint8) for level in (BOARD, 140, 160, 140)]
    assert find_births(luma).tolist() == [[1]]


def test_chalk_on_a_dark_board_is_ink() -> None:
    luma = [np.full((4, 4), 40, np.uint8) for _ in range(2)]
    luma[1][0, 0] = 225
    assert (find_births(luma) == 1).sum() == 1


def test_a_stroke_in_the_making_has_an_open_cut_of_one_width_and_a_wipe_one_of_many() -> None:
    one = measure_open_cut(draw_film(*stroke(30)))
    wipe = measure_open_cut(
        draw_film(*[[line for y in range(20, 180, 12) for line in stroke(30, y)[k]] for k in range(30)])
    )
    assert one == pytest.approx(1, abs=0.4)
    assert wipe == pytest.approx(14 * one, rel=0.1)


def test_strokes_that_wait_to_be_met_are_open_and_do_not_move() -> None:
    branches = [[((x, 104 + 8 * k), (x, 112 + 8 * k))] for x in (60, 120, 180) for k in range(8)]
    born = draw_film(*stroke(30), *branches)
    assert measure_open_cut(born) > 1.5
    assert measure_open_cut(born, 5) < 1.2


def test_the_width_of_a_stroke_is_that_of_the_pen() -> None:
    ink = np.zeros((HEIGHT, WIDTH), bool)
    ink[100:109, 20:280] = True
    assert measure_stroke_width(ink) == pytest.approx(9, abs=0.3)


def test_one_pen_makes_one_patch_that_touches_the_last_ink_without_lifts() -> None:
    figures = measure_reveal(film_of(draw_film(*stroke(30))))
    assert figures["patches"] == 1
    assert figures["continuity"] == 1
    assert figures["lifts"] == 0
    assert figures["jump mean"] == pytest.approx(8 / HEIGHT, rel=0.05)
    assert figures["largest ink"] == pytest.approx(1 / 30, rel=0.6)


def test_two_pens_make_two_patches_and_ink_far_away_is_a_lift() -> None:
    both = [one + other for one, other in zip(stroke(15), stroke(15, y=30), strict=True)]
    assert measure_reveal(film_of(draw_film(*both)))["patches"] == 2
    apart = measure_reveal(film_of(draw_film(*stroke(10), *stroke(10, y=30, x=180))))
    assert apart["lifts"] == pytest.approx(1 * 10 / (20 / 30))
    assert apart["continuity"] == pytest.approx(18 / 19)
    assert apart["jump p95"] < 0.2 < 160 / HEIGHT < apart["jump mean"] * 19


def test_a_pen_that_is_not_where_the_ink_is_shows() -> None:
    born = draw_film(*stroke(20))
    near, far = (
        [{"pen": [28 + 8 * k, 100 + away], "down": True, "phase": "lines"} for k in range(20)] for away in (0, 40)
    )
    assert measure_reveal(film_of(born, near))["pen at ink"] == 1
    assert measure_reveal(film_of(born, far))["pen at ink"] == 0
    assert measure_reveal(film_of(born, near))["pen speed"] == pytest.approx(8 * 30 / HEIGHT)


def test_a_hop_counts_where_the_pen_was_lifted_and_set_down_far_away() -> None:
    places = ((0, True), (9, False), (2, True), (9, False), (90, True), (180, True))
    track = [{"pen": [x, 0], "down": down} for x, down in places]
    assert count_hops(track, HEIGHT) == 1


def test_the_share_that_changes_counts_brightness_and_colour() -> None:
    before = np.full((12, 8), 128, np.uint8)  # 8 x 8 pixels of YUV 4:2:0
    brighter, coloured = before.copy(), before.copy()
    brighter[0, :4] += 40
    coloured[8, 0] += 40
    assert measure_change(before, before, 8) == 0
    assert measure_change(before, brighter, 8) == 4 / 64
    assert measure_change(before, coloured, 8) == 4 / 64


def test_strong_contours_are_steps_and_lines_and_no_grain() -> None:
    picture = np.full((400, 400, 3), 120, np.uint8)
    picture[:, 200:] = 220
    noisy = np.clip(picture + np.random.default_rng(1).normal(0, 6, picture.shape), 0, 255).astype(np.uint8)
    rows, columns = np.nonzero(contours.find_strong_contours(noisy))
    assert len(np.unique(rows)) > 360
    assert np.abs(columns - 199.5).max() < 4
    assert not contours.find_strong_contours(sample_pictures.create_uniform(90)).any()


def test_recall_is_the_share_of_contours_with_ink_beside_them() -> None:
    picture = np.full((400, 400, 3), 40, np.uint8)
    picture[:, 200:] = 220
    found, ink = contours.find_strong_contours(picture), np.zeros((400, 400), bool)
    assert contours.measure_recall(found, ink, 0.005) == 0
    ink[:100, 198:202] = True
    assert contours.measure_recall(found, ink, 0.005) == pytest.approx(0.25, abs=0.02)
    assert contours.measure_recall(np.zeros_like(ink), ink, 0.005) == 1


def test_a_speck_is_a_dot_without_ink_beside_it() -> None:
    ink = np.zeros((1000, 1000), np.uint8)
    cv2.line(ink, (100, 100), (300, 100), 1, 5)
    cv2.circle(ink, (200, 90), 2, 1, -1)  # the dot of an i
    assert contours.count_specks(ink > 0) == 0
    cv2.circle(ink, (700, 700), 3, 1, -1)
    assert contours.count_specks(ink > 0) == 1


def test_a_face_is_kept_where_the_picture_shows_it_and_lost_where_it_is_blank() -> None:
    from skimage import data

    photo = np.asarray(data.astronaut())
    same = faces.measure_faces(photo, photo)
    assert (same.count, same.kept, same.error) == (1, 1, 0)
    moved = faces.measure_faces(photo, np.roll(photo, 4, axis=1))
    assert moved.kept == 1
    assert moved.error == pytest.approx(4 / 50, abs=0.04)  # the eyes are about 50 pixels apart
    blank = faces.measure_faces(photo, np.full_like(photo, 255))
    assert (blank.kept, blank.error, blank.irises) == (0, math.inf, 0)


def test_an_eye_has_an_iris_where_ink_fills_a_disc_and_not_where_only_lids_are() -> None:
    grey = np.full((100, 100), 255, np.uint8)
    cv2.ellipse(grey, (50, 50), (20, 10), 0, 0, 360, INK, 2)
    iris = Iris((50.0, 50.0), 7.0, np.zeros((5, 2)), np.zeros((71, 2)))
    assert not faces.has_iris(grey, iris)
    cv2.circle(grey, (54, 50), 6, INK, -1)
    assert faces.has_iris(grey, iris)


def test_the_table_has_the_worst_picture_first_and_misses_in_bold() -> None:
    good = {name: bars.find_bar("photo", name)[1] for name in report.SHOWN} | dict.fromkeys(
        ("front", "faces", "largest ink", "pen speed", "fastest pen", "CPU"), 1.0
    )
    bad = {**good, "recall": 0.5, "irises": math.nan}
    lines = report.write_table([report.Row("good", "photo", 10, good), report.Row("bad", "photo", 10, bad)]).split("\n")
    assert lines[3].startswith("| bad | photo | 10 | 1 | **0.5** |")
    assert lines[4].startswith("| good | photo | 10 | 0 | 0.85 |")
    assert "1/2" in lines[5]
    assert bars.is_reached("text", "jump p95", 0.5, 10)
    assert not bars.is_reached("photo", "jump p95", 0.5, 10)
    assert bars.is_reached("photo", "jump p95", 0.5, 5)

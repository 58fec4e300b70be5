"""Contour maps to strokes, smooth curves, lines that meet, and the subject of a picture."""

import cv2
import numpy as np
import pytest

from pipeline.sketch import subject
from pipeline.sketch.lines import contour_ridges, curve_smoothing, line_ends, people_lines
from pipeline.sketch.lines.people_lines import PeopleMaps
from pipeline.sketch.lines.tracing import DrawingLayer, PenStroke
from pipeline.vision.types import FaceBox

SIZE = (200, 300)  # height and width


def ring(radius: float, centre: tuple[float, float] = (150, 100)) -> np.ndarray:
    angles = np.linspace(0, 2 * np.pi, round(2 * np.pi * radius), dtype=np.float32)
    return np.stack([centre[0] + radius * np.cos(angles), centre[1] + radius * np.sin(angles)], axis=1)


def soft_ring(radius: float, sigma: float) -> np.ndarray:
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    return np.exp(-(((np.hypot(x - 150, y - 100) - radius) / sigma) ** 2) / 2).astype(np.float32)


def stroke(*points: tuple[float, float], layer: DrawingLayer = DrawingLayer.SUBJECT) -> PenStroke:
    xs, ys = np.array(points, np.float32).T
    at = np.linspace(0, len(points) - 1, 80)
    along = np.arange(len(points))
    path = np.stack([np.interp(at, along, xs), np.interp(at, along, ys)], axis=1).astype(np.float32)
    return PenStroke(path, np.ones(80, np.float32), layer)


def test_the_ridge_of_a_soft_contour_is_one_line_along_its_crest() -> None:
    ridge = contour_ridges.find_ridges(0.8 * soft_ring(60, 4))
    y, x = np.nonzero(ridge)
    away = np.hypot(x - 150, y - 100)
    assert np.abs(away - 60).max() < 2
    assert 0.8 * 2 * np.pi * 60 < len(away) < 1.2 * 2 * np.pi * 60


def test_a_faint_contour_is_none() -> None:
    assert not contour_ridges.find_ridges(0.12 * soft_ring(60, 4)).any()


def test_a_contour_a_few_pixels_off_is_moved_onto_the_line() -> None:
    moved = contour_ridges.move_to_lines(ring(60), soft_ring(63, 1.5))
    assert np.abs(np.hypot(*(moved - (150, 100)).T) - 63).mean() < 0.5


def test_without_a_line_near_it_a_contour_stays() -> None:
    path = ring(60)
    assert np.abs(contour_ridges.move_to_lines(path, np.zeros(SIZE, np.float32)) - path).max() < 0.01


def test_the_stairs_of_a_slanting_line_are_smoothed_away() -> None:
    x = np.arange(20, 220, dtype=np.float32)
    path = curve_smoothing.smooth_path(np.stack([x, np.round(10 + x / 7)], axis=1))
    assert np.abs(path[:, 1] - (10 + path[:, 0] / 7)).max() < 0.75
    assert np.abs(np.diff(path[:, 1], 2)).max() < 0.05


def test_a_corner_stays_sharp() -> None:
    there = np.stack([np.arange(20, 100), np.full(80, 50)], axis=1)
    back = np.stack([np.full(80, 100), np.arange(50, 130)], axis=1)
    path = curve_smoothing.smooth_path(np.concatenate([there, back]).astype(np.float32))
    assert np.hypot(*(path - (100, 50)).T).min() < 1.5


def test_a_closed_curve_stays_closed_and_round() -> None:
    path = curve_smoothing.smooth_path(np.round(ring(40)))
    assert np.hypot(*(path[0] - path[-1])) < 1
    assert np.abs(np.hypot(*(path - (150, 100)).T) - 40).max() < 1.6


def test_a_line_that_nearly_reaches_another_is_drawn_up_to_it() -> None:
    wall = stroke((150, 20), (150, 180))
    beam, _ = line_ends.fit_ends([stroke((40, 100), (140, 100)), wall], SIZE, 12, 4)
    assert beam.points[-1][0] == pytest.approx(146, abs=1)
    assert len(beam.points) == len(beam.strength)


def test_a_line_that_runs_into_another_is_trimmed_before_it() -> None:
    wall = stroke((150, 20), (150, 180))
    beam, kept = line_ends.fit_ends([stroke((40, 100), (150, 100)), wall], SIZE, 12, 4)
    assert beam.points[-1][0] == pytest.approx(146, abs=1.5)
    assert np.array_equal(kept.points, wall.points)


@pytest.mark.parametrize(
    "beam",
    [
        stroke((40, 100), (120, 100)),
        stroke((130, 20), (143, 100), (130, 180)),
        stroke((40, 100), (144, 100), layer=DrawingLayer.FACE),
    ],
    ids=["too far", "beside it", "of a face"],
)
def test_other_lines_stay_as_they_are(beam: PenStroke) -> None:
    kept, _ = line_ends.fit_ends([beam, stroke((150, 10), (150, 190))], SIZE, 12, 4)
    assert np.array_equal(kept.points, beam.points)


def test_a_person_is_outlined_where_no_line_does() -> None:
    people = cv2.circle(np.zeros(SIZE, np.float32), (150, 100), 60, 1.0, cv2.FILLED)
    upper = PenStroke(ring(60)[190:370], np.ones(180, np.float32))
    parts = people_lines.outline_people(
        PeopleMaps(people, soft_ring(60, 3)), [upper], np.zeros(SIZE, np.float32), 150.0
    )
    points = np.concatenate([part.points for part in parts])
    assert np.abs(np.hypot(*(points - (150, 100)).T) - 60).max() < 4
    assert points[:, 1].min() > 95
    assert 0.7 < sum(part.length for part in parts) / (np.pi * 60) < 1.1


def test_a_mask_that_ends_where_there_is_no_contour_is_no_outline() -> None:
    people = cv2.circle(np.zeros(SIZE, np.float32), (150, 100), 60, 1.0, cv2.FILLED)
    nothing = np.zeros(SIZE, np.float32)
    assert people_lines.outline_people(PeopleMaps(people, nothing), [], nothing, 150.0) == []


def test_what_contours_enclose_stands_out_from_what_runs_to_the_border() -> None:
    contours = 0.8 * soft_ring(60, 3)
    contours[:, 20:24] = 0.8
    saliency = subject.measure_saliency(contours)
    assert saliency[100, 150] > 0.8
    assert saliency[10, 10] < 0.2
    assert saliency[190, 280] < 0.2


def test_people_are_the_subject_and_faces_belong_to_it() -> None:
    picture = np.zeros((*SIZE, 3), np.uint8)
    people = np.zeros(SIZE, np.float32)
    people[50:150, 100:200] = 1
    found = subject.find_subject(picture, None, people, [FaceBox(240, 60, 30, 30)])
    assert found[100, 150] == 1
    assert found[75, 255] > 0.5
    assert found[180, 20] < 0.1


def test_where_nothing_stands_out_all_is_the_subject() -> None:
    picture = np.zeros((*SIZE, 3), np.uint8)
    assert (subject.find_subject(picture, np.zeros(SIZE, np.float32), None, []) == 1).all()

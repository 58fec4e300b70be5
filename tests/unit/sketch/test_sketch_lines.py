"""Lines, faces, writing and hatching in pictures made by formula."""

import numpy as np
import pytest
from fakes import pictures

from pipeline.sketch import choice, eyes, faces, hatching, lines, tracing, writing
from pipeline.sketch.tracing import Stroke

UNIT = 270.0  # pixels, of a picture of 480 x 270


def traced(picture: np.ndarray) -> list[Stroke]:
    found = lines.find(picture)
    return tracing.strokes(found.skeleton, found.strength, 0.02 * UNIT)


def test_the_edge_of_a_disc_is_found_on_its_dark_side() -> None:
    y, x = np.mgrid[:200, :300]
    away = np.hypot(x - 150, y - 100)
    picture = np.where((away < 60)[..., None], (60, 90, 160), (230, 225, 210)).astype(np.uint8)
    found = lines.find(picture).skeleton
    assert 54 < away[found].min() <= away[found].max() < 60
    assert found.sum() > 0.8 * 2 * np.pi * 57


def test_equally_light_colours_still_part() -> None:
    picture = np.full((120, 160, 3), (200, 90, 90), np.uint8)
    picture[:, 80:] = (80, 139, 90)
    assert lines.find(picture).skeleton[:, 70:90].any(axis=1).mean() > 0.8


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_plain_picture_has_no_lines(value: int) -> None:
    assert not lines.find(pictures.plain(value)).skeleton.any()


def test_a_face_is_found_where_it_is_and_gets_two_pupils() -> None:
    picture = pictures.photo(480, 270)
    (face,) = faces.find(picture)
    assert face.holds(np.array((240, 110)))
    pupils = eyes.find(picture, [face])
    places = sorted(tuple(np.round(one.points.mean(axis=0) / 270, 2)) for one in pupils)
    assert places == [
        (pytest.approx(0.889 - 0.066, abs=0.02), pytest.approx(0.37, abs=0.02)),
        (pytest.approx(0.889 + 0.066, abs=0.02), pytest.approx(0.37, abs=0.02)),
    ]


def test_a_page_is_read_row_by_row_from_left_to_right() -> None:
    page = pictures.page(480, 270, rows=4)
    rows = writing.rows(traced(page), page.shape[:2], UNIT)
    heights = [np.mean([stroke.points[:, 1].mean() for stroke in row]) for row in rows]
    assert len(rows) == 4
    assert heights == sorted(heights)
    assert all(np.diff([stroke.points[:, 0].min() for stroke in row]).min() >= 0 for row in rows)


@pytest.mark.parametrize(
    "picture", [pictures.photo(480, 270), pictures.line_drawing(480, 270), pictures.noise(240, 180)]
)
def test_other_pictures_are_no_writing(picture: np.ndarray) -> None:
    assert writing.rows(traced(picture), picture.shape[:2], UNIT) == []


def test_short_films_draw_less_and_the_face_stays() -> None:
    picture = pictures.photo(480, 270)
    found = faces.find(picture)
    strokes = [*traced(picture), *traced(pictures.noise(240, 180))]
    chosen = choice.best(strokes, (270, 480), 1.0, UNIT, found)
    ink = sum(stroke.length for stroke in chosen)
    assert ink <= choice.ink(1.0) * UNIT
    inside = [one for one in traced(picture) if found[0].holds(one.points[len(one.points) // 2])]
    kept = [one for one in chosen if found[0].holds(one.points[len(one.points) // 2])]
    assert len(kept) >= 0.7 * len([one for one in inside if one.length > 0.03 * UNIT])


def test_a_line_beside_another_is_left_out() -> None:
    points = np.stack([np.linspace(20, 200, 100), np.full(100, 50.0)], axis=1).astype(np.float32)
    one, beside = (Stroke(points + np.array((0, shift), np.float32), np.ones(100, np.float32)) for shift in (0, 1))
    assert len(choice.best([one, beside], (270, 480), 10, UNIT)) == 1


def test_a_solid_black_area_is_hatched_inside_itself() -> None:
    picture = pictures.plain(255, 480, 270)
    picture[60:140, 200:300] = 0
    strokes = hatching.find(picture, UNIT, budget=10 * UNIT)
    points = np.concatenate([stroke.points for stroke in strokes])
    assert (points >= (200, 60)).all()
    assert (points <= (300, 140)).all()
    covered = sum(stroke.length for stroke in strokes) * 0.016 * UNIT
    assert 0.5 < covered / (80 * 100) < 1.5


def test_hatching_keeps_to_its_budget() -> None:
    picture = pictures.plain(0, 480, 270)
    assert hatching.find(picture, UNIT, budget=2 * UNIT) == []

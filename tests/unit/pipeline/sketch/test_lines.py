"""Lines, faces, writing and hatching in pictures made by formula."""

import numpy as np
import pytest
from fakes import sample_pictures

from pipeline.sketch import writing
from pipeline.sketch.lines import eyes, hatching, line_filter, tracing
from pipeline.sketch.lines.tracing import PenStroke
from pipeline.sketch.strokes import stroke_selection
from pipeline.vision import faces

UNIT = 270.0  # pixels, of a picture of 480 x 270


def traced(picture: np.ndarray) -> list[PenStroke]:
    found = line_filter.find_lines(picture)
    return tracing.trace_strokes(found.skeleton, found.strength, 0.02 * UNIT)


def test_the_edge_of_a_disc_is_found_on_its_dark_side() -> None:
    y, x = np.mgrid[:200, :300]
    away = np.hypot(x - 150, y - 100)
    picture = np.where((away < 60)[..., None], (60, 90, 160), (230, 225, 210)).astype(np.uint8)
    found = line_filter.find_lines(picture).skeleton
    assert 54 < away[found].min() <= away[found].max() < 60
    assert found.sum() > 0.8 * 2 * np.pi * 57


def test_equally_light_colours_still_part() -> None:
    picture = np.full((120, 160, 3), (200, 90, 90), np.uint8)
    picture[:, 80:] = (80, 139, 90)
    assert line_filter.find_lines(picture).skeleton[:, 70:90].any(axis=1).mean() > 0.8


@pytest.mark.parametrize(
    ("sky", "wall"),
    [
        ((130, 178, 220), (226, 158, 106)),
        ((208, 155, 206), (150, 178, 160)),
        ((177, 204, 218), (191, 131, 65)),
        ((120, 145, 159), (251, 184, 116)),
    ],
    ids=["as light", "as light in another hue", "darker and warmer", "lighter and warmer"],
)
def test_the_walls_of_a_house_get_one_line_each_whatever_their_colour(
    sky: tuple[int, int, int], wall: tuple[int, int, int]
) -> None:
    picture = np.full((270, 480, 3), sky, np.uint8)
    picture[90:230, 150:330] = wall
    picture[60:90, 140:340] = np.multiply(wall, 0.7)
    picture[230:] = np.multiply(sky, 0.75)
    found = line_filter.find_lines(picture).skeleton[100:220]
    for side in (150, 330):
        assert (found[:, side - 4 : side + 4].sum(axis=1) == 1).mean() > 0.9
    assert not found[:, 160:320].any()


@pytest.mark.parametrize("width", [2, 3])
def test_a_thin_light_frame_is_drawn_once(width: int) -> None:
    picture = np.full((540, 960, 3), (217, 123, 82), np.uint8)
    picture[160:400, 320:600] = (246, 234, 214)
    picture[160 + width : 400 - width, 320 + width : 600 - width] = (93, 143, 174)
    found = line_filter.find_lines(picture)
    strokes = tracing.trace_strokes(found.skeleton, found.strength, 0.02 * 2 * UNIT)
    drawn = stroke_selection.select_strokes(strokes, (540, 960), 10, 2 * UNIT)
    around = 2 * (240 + 280)
    assert 0.85 * around < sum(stroke.length for stroke in drawn) < 1.15 * around


def test_the_seams_of_a_black_coat_get_lines() -> None:
    picture = np.full((270, 480, 3), (24, 24, 30), np.uint8)
    picture[40:230, 200:206] = (12, 12, 16)
    picture[40:230, 300:] = (33, 32, 38)
    found = line_filter.find_lines(picture).skeleton[60:210]
    assert found[:, 196:210].any(axis=1).mean() > 0.9
    assert found[:, 294:306].any(axis=1).mean() > 0.9


def test_both_edges_of_a_narrow_dark_shape_are_lines() -> None:
    picture = np.full((270, 480, 3), (230, 225, 210), np.uint8)
    picture[60:220, 200:211] = (50, 50, 60)
    found = line_filter.find_lines(picture).skeleton[80:200]
    assert found[:, 198:204].any(axis=1).mean() > 0.9
    assert found[:, 207:213].any(axis=1).mean() > 0.9


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_plain_picture_has_no_lines(value: int) -> None:
    assert not line_filter.find_lines(sample_pictures.create_uniform(value)).skeleton.any()


def test_a_face_is_found_where_it_is_and_gets_two_pupils() -> None:
    picture = sample_pictures.draw_photo(480, 270)
    (face,) = (each.box for each in faces.find_faces(picture))
    assert face.has_point(np.array((240, 110)))
    pupils = eyes.find_pupils(picture, [face])
    places = sorted(tuple(np.round(one.points.mean(axis=0) / 270, 2)) for one in pupils)
    assert places == [
        (pytest.approx(0.889 - 0.066, abs=0.02), pytest.approx(0.37, abs=0.02)),
        (pytest.approx(0.889 + 0.066, abs=0.02), pytest.approx(0.37, abs=0.02)),
    ]


def test_a_page_is_read_row_by_row_from_left_to_right() -> None:
    page = sample_pictures.draw_text_page(480, 270, rows=4)
    rows = writing.find_rows(traced(page), page.shape[:2], UNIT)
    heights = [np.mean([stroke.points[:, 1].mean() for stroke in row]) for row in rows]
    assert len(rows) == 4
    assert heights == sorted(heights)
    assert all(np.diff([stroke.points[:, 0].min() for stroke in row]).min() >= 0 for row in rows)


@pytest.mark.parametrize(
    "picture",
    [
        sample_pictures.draw_photo(480, 270),
        sample_pictures.draw_line_drawing(480, 270),
        sample_pictures.create_noise(240, 180),
    ],
)
def test_other_pictures_are_no_writing(picture: np.ndarray) -> None:
    assert writing.find_rows(traced(picture), picture.shape[:2], UNIT) == []


def test_short_films_draw_less_and_the_face_stays() -> None:
    picture = sample_pictures.draw_photo(480, 270)
    found = [face.box for face in faces.find_faces(picture)]
    strokes = [*traced(picture), *traced(sample_pictures.create_noise(240, 180))]
    chosen = stroke_selection.select_strokes(strokes, (270, 480), 1.0, UNIT, found)
    ink = sum(stroke.length for stroke in chosen)
    assert ink <= stroke_selection.BOLD_INK_FACTOR * stroke_selection.ink_budget_for(1.0) * UNIT
    inside = [one for one in traced(picture) if found[0].has_point(one.points[len(one.points) // 2])]
    kept = [one for one in chosen if found[0].has_point(one.points[len(one.points) // 2])]
    assert len(kept) >= 0.7 * len([one for one in inside if one.length > 0.03 * UNIT])


def test_a_line_beside_another_is_left_out() -> None:
    points = np.stack([np.linspace(20, 200, 100), np.full(100, 50.0)], axis=1).astype(np.float32)
    one, beside = (PenStroke(points + np.array((0, shift), np.float32), np.ones(100, np.float32)) for shift in (0, 1))
    assert len(stroke_selection.select_strokes([one, beside], (270, 480), 10, UNIT)) == 1


def test_the_part_of_a_line_that_leaves_another_is_drawn() -> None:
    x = np.arange(20, 400, dtype=np.float32)
    straight = np.stack([x, np.full_like(x, 50)], axis=1)
    leaving = np.stack([x, 51 + np.maximum(0, x - 200) / 2], axis=1)
    strokes = [PenStroke(points, np.full(len(x), dark, np.float32)) for points, dark in ((straight, 1), (leaving, 0.9))]
    one, part = stroke_selection.select_strokes(strokes, (270, 480), 10, UNIT)
    assert np.ptp(one.points[:, 0]) == 379
    assert part.points[0, 0] > 200
    assert part.points[-1, 0] == 399


def test_where_ink_is_short_outlines_come_before_crumbs_and_faint_lines() -> None:
    turn = np.linspace(0, 2 * np.pi, 400)
    ring = np.stack([240 + 90 * np.cos(turn), 135 + 90 * np.sin(turn)], axis=1).astype(np.float32)
    rows = np.linspace(5, 265, 40)
    faint = [np.stack([np.linspace(5, 140, 135), np.full(135, y)], axis=1).astype(np.float32) for y in rows]
    crumbs = [np.stack([np.linspace(350, 370, 20), np.full(20, y)], axis=1).astype(np.float32) for y in rows]
    strokes = [
        *(PenStroke(points, np.full(len(points), 0.3, np.float32)) for points in faint),
        *(PenStroke(points, np.full(len(points), 0.5, np.float32)) for points in crumbs),
        PenStroke(ring, np.full(400, 0.5, np.float32)),
    ]
    chosen = stroke_selection.select_strokes(strokes, (270, 480), 1.0, UNIT)
    assert len(chosen) < len(strokes)
    assert np.ptp(chosen[0].points[:, 0]) > 170


def test_a_solid_black_area_is_hatched_inside_itself() -> None:
    picture = sample_pictures.create_uniform(255, 480, 270)
    picture[60:140, 200:300] = 0
    strokes = hatching.hatch_dark_areas(picture, UNIT, budget=10 * UNIT)
    points = np.concatenate([stroke.points for stroke in strokes])
    assert (points >= (200, 60)).all()
    assert (points <= (300, 140)).all()
    covered = sum(stroke.length for stroke in strokes) * 0.016 * UNIT
    assert 0.5 < covered / (80 * 100) < 1.5


def test_hatching_keeps_to_its_budget() -> None:
    picture = sample_pictures.create_uniform(0, 480, 270)
    assert hatching.hatch_dark_areas(picture, UNIT, budget=2 * UNIT) == []

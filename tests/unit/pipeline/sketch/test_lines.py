"""Lines, faces, writing and hatching in pictures made by formula."""

import numpy as np
import pytest
from fakes import sample_pictures

from pipeline.sketch import writing
from pipeline.sketch.lines import hatching, line_filter, tracing
from pipeline.sketch.lines.hatching import HatchBounds
from pipeline.sketch.lines.tracing import DrawingLayer, PenStroke
from pipeline.sketch.strokes import pen_timing, stroke_selection
from pipeline.vision.types import FaceBox

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


def horizontal(y: float, strength: float, layer: DrawingLayer = DrawingLayer.SUBJECT) -> PenStroke:
    """A stroke of 200 pixels."""
    points = np.stack([np.linspace(150, 350, 200), np.full(200, y)], axis=1).astype(np.float32)
    return PenStroke(points, np.full(200, strength, np.float32), layer)


def test_a_short_film_leaves_out_the_background_and_keeps_faces() -> None:
    rows = np.arange(4.0, 266.0, 8)
    background = [horizontal(y, 0.6, DrawingLayer.BACKGROUND) for y in rows[:20]]
    subject = [horizontal(y, 0.6) for y in rows[20:26]]
    face = [horizontal(y, 0.2, DrawingLayer.FACE) for y in rows[26:]]
    short, long = (
        stroke_selection.select_strokes([*background, *subject, *face], (270, 480), seconds, UNIT)
        for seconds in (1.0, 30.0)
    )
    assert sum(stroke.length for stroke in short) <= stroke_selection.ink_budget_for(1.0) * UNIT
    kept = [stroke.layer for stroke in short]
    assert kept.count(DrawingLayer.FACE) == len(face)
    assert kept.count(DrawingLayer.SUBJECT) == len(subject)
    assert 0 < kept.count(DrawingLayer.BACKGROUND) < len(background)
    assert [tuple(stroke.points[0]) for stroke in short] == [tuple(stroke.points[0]) for stroke in long][: len(short)]


def test_faces_are_drawn_even_where_they_alone_exceed_the_ink() -> None:
    face = [horizontal(y, 0.2, DrawingLayer.FACE) for y in np.arange(4.0, 266.0, 4)]
    assert sum(stroke.length for stroke in face) > stroke_selection.ink_budget_for(1.0) * UNIT
    assert len(stroke_selection.select_strokes(face, (270, 480), 1.0, UNIT)) == len(face)


def test_strokes_outside_the_subject_are_of_the_background() -> None:
    subject = np.zeros((270, 480), np.float32)
    subject[:100] = 1
    inside, outside, face = stroke_selection.assign_layers(
        [horizontal(50, 1), horizontal(200, 1), horizontal(200, 1, DrawingLayer.FACE)], subject
    )
    assert (inside.layer, outside.layer, face.layer) == (
        DrawingLayer.SUBJECT,
        DrawingLayer.BACKGROUND,
        DrawingLayer.FACE,
    )


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


def bounds(
    faces: tuple[FaceBox, ...] = (), lines: tuple[PenStroke, ...] = (), subject: np.ndarray | None = None
) -> HatchBounds:
    return HatchBounds(faces, lines, np.ones((270, 480), np.float32) if subject is None else subject)


def hatched(picture: np.ndarray, around: HatchBounds) -> np.ndarray:
    """Every pixel of the hatching of a picture, as points."""
    strokes = hatching.hatch_dark_areas(picture, UNIT, 30 * UNIT, around)
    return np.concatenate([pen_timing.resample(stroke.points, 1.0) for stroke in strokes])


def test_a_solid_dark_area_is_hatched_inside_itself() -> None:
    picture = sample_pictures.create_uniform(255, 480, 270)
    picture[60:140, 200:300] = 40
    strokes = hatching.hatch_dark_areas(picture, UNIT, 10 * UNIT, bounds())
    points = np.concatenate([stroke.points for stroke in strokes])
    assert (points >= (200, 60)).all()
    assert (points <= (300, 140)).all()
    covered = sum(stroke.length for stroke in strokes) * 0.016 * UNIT
    assert 0.5 < covered / (80 * 100) < 1.5


def test_a_black_area_is_hatched_in_two_directions_and_a_dark_one_in_one() -> None:
    angles = {}
    for level in (10, 45):
        picture = sample_pictures.create_uniform(255, 480, 270)
        picture[60:140, 200:300] = level
        steps = np.concatenate(
            [np.diff(stroke.points, axis=0)[::2] for stroke in hatching.hatch_dark_areas(picture, UNIT, 1e5, bounds())]
        )
        long = steps[np.hypot(*steps.T) > 20]
        angles[level] = np.unique(np.round(np.degrees(np.arctan2(long[:, 1], long[:, 0])) % 180))
    assert (len(angles[45]), len(angles[10])) == (1, 2)


def test_a_long_dark_shape_is_hatched_along_its_form() -> None:
    picture = sample_pictures.create_uniform(255, 480, 270)
    picture[110:160, 60:420] = 45
    steps = np.concatenate(
        [np.diff(stroke.points, axis=0)[::2] for stroke in hatching.hatch_dark_areas(picture, UNIT, 1e5, bounds())]
    )
    assert np.abs(steps[:, 1]).max() < 0.05 * np.abs(steps[:, 0]).max()


def test_no_hatch_crosses_a_line_or_a_face_or_leaves_the_subject() -> None:
    picture = sample_pictures.create_uniform(255, 480, 270)
    picture[40:230, 190:310] = 40
    subject = np.ones((270, 480), np.float32)
    subject[200:] = 0
    points = hatched(picture, bounds((FaceBox(200, 60, 60, 60),), (horizontal(150, 1),), subject))
    assert np.abs(points[:, 1] - 150).min() > 1
    assert np.hypot(*(points - (230, 90)).T).min() > 30
    assert points[:, 1].max() < 200


def test_hatching_keeps_to_its_budget() -> None:
    picture = sample_pictures.create_uniform(0, 480, 270)
    assert hatching.hatch_dark_areas(picture, UNIT, 2 * UNIT, bounds()) == []


def test_a_small_dark_mass_is_not_hatched_beside_a_larger_one_that_is_left_white() -> None:
    picture = sample_pictures.create_uniform(255, 480, 270)
    picture[20:250, 20:300] = 40
    picture[60:140, 350:450] = 40
    assert hatching.hatch_dark_areas(picture, UNIT, 4 * UNIT, bounds()) == []

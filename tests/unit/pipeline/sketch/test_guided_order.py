"""Order of strokes as a user asks for it, and where subjects lie in a picture."""

import numpy as np
from fakes import sample_pictures
from skimage import data

from models.sketch.subjects import Subject
from pipeline.sketch.guidance.guided_order import order_guided
from pipeline.sketch.guidance.masks import cut_out, find_sky
from pipeline.sketch.guidance.subject_regions import SubjectRegion, find_subjects
from pipeline.sketch.lines.tracing import PenStroke
from pipeline.vision.faces import find_faces
from pipeline.vision.people import find_people


def stroke_at(x: float, length: float = 8) -> PenStroke:
    points = np.array([(x, 50), (x + length / 2, 50), (x + length, 50)], np.float32)
    return PenStroke(points, np.full(3, 0.5, np.float32))


def region_of(left: int, right: int, *, is_last: bool = False) -> SubjectRegion:
    mask = np.zeros((100, 200), bool)
    mask[:, left:right] = True
    return SubjectRegion(mask, is_last)


def starts_of(strokes: list[PenStroke]) -> list[float]:
    return [float(stroke.points[0, 0]) for stroke in strokes]


STROKES = [stroke_at(x) for x in (10, 60, 110, 160, 30, 80)]


def test_each_subject_is_finished_before_the_next_and_the_last_comes_behind_the_rest() -> None:
    regions = [region_of(100, 150), region_of(50, 100), region_of(0, 50, is_last=True)]
    assert starts_of(order_guided(STROKES, regions, list)) == [110, 60, 80, 160, 10, 30]


def test_without_subjects_the_order_is_the_usual_one() -> None:
    assert order_guided(STROKES, [], lambda strokes: list(reversed(strokes))) == STROKES[::-1]


def test_a_stroke_belongs_to_the_smaller_of_two_subjects_that_hold_it() -> None:
    regions = [region_of(0, 200), region_of(100, 150)]
    assert starts_of(order_guided(STROKES, regions, list)) == [10, 60, 160, 30, 80, 110]


def test_a_stroke_that_only_touches_a_subject_is_no_part_of_it() -> None:
    assert starts_of(order_guided([stroke_at(0, 100), stroke_at(40)], [region_of(35, 60)], list)) == [40, 0]


def test_a_cup_is_cut_out_of_the_table_around_it() -> None:
    mask = cut_out(data.coffee(), (172, 15, 241, 291))
    assert mask[80:150, 230:330].mean() > 0.9  # coffee
    assert mask[:, :160].mean() == 0
    assert mask.mean() < 241 * 291 / (400 * 600)


def test_named_subjects_are_found_and_missing_ones_have_no_region() -> None:
    order = (Subject(label="dog"), Subject(label="cup"), Subject(label="background", is_last=True))
    cup, background = find_subjects(data.coffee(), order, None, ())
    assert cup.mask[100, 280]
    assert not cup.is_last
    assert background.is_last
    assert not background.mask[100, 280]


def test_a_person_is_found_as_a_whole_and_her_face_as_a_part() -> None:
    picture = data.astronaut()
    order = (Subject(label="person"), Subject(label="face"))
    boxes = [face.box for face in find_faces(picture)]
    person, face = find_subjects(picture, order, find_people(picture), boxes)
    assert person.mask[60:200, 190:260].mean() > 0.97
    assert person.mask[40:120, 320:360].mean() < 0.1
    assert face.mask.sum() < person.mask.sum() / 2
    assert face.mask[110, 225]


def test_a_box_is_a_share_of_the_picture() -> None:
    (region,) = find_subjects(data.coffee(), (Subject(box=(0.28, 0.03, 0.42, 0.75)),), None, ())
    assert region.mask[100, 280]
    assert not region.mask[390, 590]


def test_the_sky_is_what_is_smooth_above_and_a_page_has_none() -> None:
    photo = sample_pictures.draw_photo()
    sky = find_sky(photo)
    assert sky is not None
    assert sky[:100].mean() > 0.8
    assert sky[-200:].mean() < 0.05
    assert find_sky(sample_pictures.draw_text_page()) is None
    assert find_sky(np.full((60, 80, 3), 255, np.uint8)) is None


def test_text_is_written_where_the_order_has_it() -> None:
    text = SubjectRegion(np.zeros((100, 200), bool), is_last=False, is_text=True)
    written = [stroke_at(190), stroke_at(180)]
    ordered = order_guided(STROKES, [region_of(100, 150), text], list, written)
    assert starts_of(ordered) == [110, 190, 180, 10, 60, 160, 30, 80]

"""From skeleton pixels to strokes, and the order they are drawn in."""

import numpy as np

from pipeline.sketch.lines import tracing
from pipeline.sketch.lines.tracing import PenStroke
from pipeline.sketch.strokes import drawing_order
from pipeline.sketch.strokes.path_ordering import Tour
from pipeline.vision.types import FaceBox


def skeleton(*lines: tuple[tuple[int, int], tuple[int, int]], side: int = 80) -> np.ndarray:
    """A mask with straight lines one pixel wide, from (x, y) to (x, y)."""
    mask = np.zeros((side, side), bool)
    for (x1, y1), (x2, y2) in lines:
        steps = max(abs(x2 - x1), abs(y2 - y1)) + 1
        mask[np.linspace(y1, y2, steps).round().astype(int), np.linspace(x1, x2, steps).round().astype(int)] = True
    return mask


def traced(mask: np.ndarray, reach: float = 6, faces: tuple[FaceBox, ...] = ()) -> list[PenStroke]:
    return tracing.trace_strokes(mask, mask.astype(np.float32), reach, faces)


def stroke(*points: tuple[float, float]) -> PenStroke:
    return PenStroke(np.array(points, np.float32), np.ones(len(points), np.float32))


def test_a_line_is_one_stroke_with_its_length() -> None:
    (found,) = traced(skeleton(((10, 10), (60, 10))))
    assert abs(found.length - 50) < 1


def test_two_crossing_lines_are_walked_straight_on() -> None:
    found = traced(skeleton(((10, 40), (70, 40)), ((40, 10), (40, 70))))
    assert sorted(round(one.length / 10) for one in found) == [6, 6]


def test_a_line_with_a_small_gap_is_one_stroke() -> None:
    assert len(traced(skeleton(((10, 20), (30, 20)), ((35, 20), (60, 20))))) == 1


def test_a_gap_wider_than_the_reach_stays_open() -> None:
    assert len(traced(skeleton(((10, 20), (30, 20)), ((45, 20), (60, 20))))) == 2


def test_lines_that_do_not_point_at_each_other_stay_apart() -> None:
    assert len(traced(skeleton(((10, 20), (30, 20)), ((33, 24), (33, 60))))) == 2


def test_the_small_gaps_of_a_face_stay_open() -> None:
    mask = skeleton(((10, 20), (30, 20)), ((35, 20), (60, 20)))
    assert len(traced(mask, faces=(FaceBox(0, 0, 80, 80),))) == 2


def test_a_closed_curve_is_one_stroke() -> None:
    rim = skeleton(((20, 20), (60, 20)), ((60, 20), (60, 60)), ((60, 60), (20, 60)), ((20, 60), (20, 20)))
    (found,) = traced(rim)
    assert found.length > 150


def test_an_empty_skeleton_has_no_strokes() -> None:
    assert traced(np.zeros((40, 40), bool)) == []


def test_a_tour_of_strokes_in_a_row_goes_straight_through_them() -> None:
    places = np.array([((x, 0.0), (x + 5.0, 0.0)) for x in (40.0, 0.0, 20.0, 60.0, 10.0)], np.float32)
    tour = Tour(places, np.array((-5.0, 0.0), np.float32), 100)
    tour.improve_order()
    assert tour.steps == [(1, False), (4, False), (2, False), (0, False), (3, False)]


def test_a_tour_is_no_longer_than_random_ones() -> None:
    random = np.random.default_rng(5)
    ends = random.uniform(0, 100, (30, 2, 2)).astype(np.float32)
    tour = Tour(ends, np.zeros(2, np.float32), 100)
    tour.improve_order()

    def hops(steps: list[tuple[int, bool]]) -> float:
        entries = np.array([ends[k, int(flipped)] for k, flipped in steps])
        exits = np.array([ends[k, 1 - int(flipped)] for k, flipped in steps])
        return float(np.hypot(*(entries[1:] - exits[:-1]).T).sum())

    by_chance = [hops([(int(k), False) for k in random.permutation(30)]) for _ in range(50)]
    assert hops(tour.steps) < 0.4 * min(by_chance)
    assert sorted(k for k, _ in tour.steps) == list(range(30))


def test_the_object_with_a_face_is_drawn_first() -> None:
    large = [stroke((10, y), (90, y)) for y in (10, 14, 18)]
    face = stroke((240, 190), (260, 190))
    drawn = drawing_order.order_drawing([*large, face], (240, 320), 200, (FaceBox(220, 170, 60, 60),))
    assert drawn[0].points[:, 0].min() == 240


def test_a_large_object_is_drawn_before_a_small_one() -> None:
    small, large = stroke((20, 20), (30, 20)), stroke((200, 100), (300, 200))
    drawn = drawing_order.order_drawing([small, large], (240, 320), 200)
    assert [round(one.length) for one in drawn] == [141, 10]


def test_the_outline_of_a_large_thing_is_drawn_before_what_is_in_it() -> None:
    outline = stroke((20, 20), (300, 20))
    panes = [stroke((20 + 22 * k, 28), (20 + 22 * k, 88)) for k in range(13)]
    drawn = drawing_order.order_drawing([*panes, outline], (240, 320), 200)
    assert [round(one.length) for one in drawn] == [280] + 13 * [60]


def test_nothing_to_draw_is_drawn_as_nothing() -> None:
    assert drawing_order.order_drawing([], (240, 320), 200) == []

"""The pen's clock, and ink that grows along its strokes."""

import numpy as np
import pytest

from pipeline.sketch.painting import rasterize
from pipeline.sketch.strokes import pen_timing

START = np.zeros(2, np.float32)


def line(x1: float, y1: float, x2: float, y2: float) -> np.ndarray:
    return pen_timing.resample(np.array([(x1, y1), (x2, y2)], np.float32), 1.0)


@pytest.mark.parametrize("frames", [3, 37, 300])
def test_the_pen_is_done_in_just_the_frames_it_has(frames: int) -> None:
    path, spans = pen_timing.time_strokes([line(5, 5, 90, 5), line(90, 40, 5, 40)], frames, 100, START)
    assert path.frames[0] == 0
    assert path.frames[-1] == pytest.approx(frames)
    assert (np.diff(path.frames) >= 0).all()
    assert spans[1][-1] == pytest.approx(frames)


def test_between_strokes_the_pen_is_up() -> None:
    path, _ = pen_timing.time_strokes([line(5, 5, 90, 5), line(90, 40, 5, 40)], 100, 100, START)
    between = (path.points[:, 1] > 6) & (path.points[:, 1] < 39)
    assert between.any()
    assert not path.down[between].any()


def test_a_curve_takes_longer_than_a_straight_line_of_its_length() -> None:
    turn = np.linspace(0, 2 * np.pi, 80)
    circle = np.stack([50 + 5 * np.cos(turn), 50 + 5 * np.sin(turn)], axis=1).astype(np.float32)
    length = float(np.hypot(*np.diff(circle, axis=0).T).sum())
    straight = line(50, 80, 50 + length, 80)
    _, (first, second) = pen_timing.time_strokes([circle, straight], 100, 100, START)
    assert first[-1] - first[0] > 1.3 * (second[-1] - second[0])


def test_no_strokes_make_a_path_that_stays_where_it_is() -> None:
    path, spans = pen_timing.time_strokes([], 10, 100, START)
    assert spans == []
    assert (path.points == START).all()


def test_ink_grows_from_the_start_of_a_stroke_to_its_end() -> None:
    stroke = line(10, 20, 110, 20)
    _, spans = pen_timing.time_strokes([stroke], 50, 100, np.array((10, 20), np.float32))
    board = rasterize.rasterize_strokes([stroke], [np.ones(len(stroke), np.float32)], (120, 40), 400)
    inked = board < 235
    when = np.full(board.shape, np.nan)
    when[inked] = rasterize.assign_times([stroke], spans, inked)
    along = when[:, 12:108]
    assert (np.diff(np.nanmean(along, axis=0)) >= 0).all()
    assert (np.nanmax(along, axis=0) - np.nanmin(along, axis=0)).max() < 2


def test_ink_is_thinner_at_the_ends_and_where_it_is_weak() -> None:
    stroke = line(20, 20, 180, 20)
    strong, weak = (
        rasterize.rasterize_strokes([stroke], [np.full(161, s, np.float32)], (200, 40), 1000) for s in (1.0, 0.1)
    )

    def weight(board: np.ndarray, column: int) -> int:
        return int((235 - board[:, column].astype(int)).sum())

    assert weight(strong, 100) > 1.3 * weight(weak, 100)
    assert weight(strong, 100) > 1.3 * weight(strong, 22)


def test_reveals_hold_every_pixel_once_in_the_order_of_frames() -> None:
    frames = np.array([2, 0, 9, -3, 1])
    found = rasterize.build_reveal(frames, np.arange(5) * 10, np.arange(5).astype(np.uint8), 4)
    assert found.pixels.tolist() == [10, 30, 40, 0, 20]
    assert found.values.tolist() == [1, 3, 4, 0, 2]
    assert found.starts.tolist() == [0, 2, 3, 4, 5]

"""Ranks of regions in an order, and filling by them."""

import numpy as np
from skimage import data

from models.sketch.subjects import Subject
from pipeline.sketch.finishes.fill_strokes import FillPriority, FillTool, plan_strokes
from pipeline.sketch.guidance.fill_ranks import map_ranks, split_regions


def test_the_first_subject_has_the_first_turn_and_the_last_one_the_last() -> None:
    order = (Subject(label="cup"), Subject(box=(0.0, 0.8, 0.2, 0.2), is_last=True))
    ranks = map_ranks(data.coffee(), order)
    assert ranks is not None
    assert ranks[100, 280] == 0
    assert ranks[200, 500] == 1
    assert ranks.max() == 2


def test_without_an_order_or_its_subjects_there_are_no_ranks() -> None:
    assert map_ranks(data.coffee(), ()) is None
    assert map_ranks(data.coffee(), (Subject(label="dog"),)) is None


def test_a_region_is_cut_where_the_rank_changes_and_faces_stay_whole() -> None:
    labels = np.zeros((10, 30), np.int32)
    labels[2:8, 10:20] = 5  # a face, of which most is of the second rank
    ranks = np.ones((10, 30), np.int32)
    ranks[:, :12] = 0
    split, first_face, of_region = split_regions(labels, ranks, 5)
    assert len(np.unique(split)) == 3
    assert set(np.unique(split[2:8, 10:20])) == {first_face}
    assert of_region[split[0, 0]] == 0
    assert of_region[split[0, 29]] == 1
    assert of_region[first_face] == 1


def test_what_has_an_earlier_rank_is_filled_before_what_is_larger_and_nearer() -> None:
    areas = np.zeros((120, 320), np.int32)
    areas[:, 240:] = 1
    mask = np.ones(areas.shape, bool)
    start = np.zeros(2, np.float32)
    usual = plan_strokes(areas, mask, FillTool(14, -38), start)
    turned = plan_strokes(areas, mask, FillTool(14, -38), start, FillPriority(ranks=np.array([1, 0])))
    assert usual.ends[0].mean(axis=0)[0] < 240
    first = turned.ends[: len(turned.ends) // 8].mean(axis=1)
    assert (first[:, 0] > 225).all()

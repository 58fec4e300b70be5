"""What is seen when."""

import random

import pytest

from models.jobs.caption_styles import PopAnimation
from pipeline.captions.boxes import Box
from pipeline.captions.layout import CaptionBlock, PlacedWord
from pipeline.captions.timeline import CaptionTimeline, compute_scale

POP = PopAnimation(start=0.9, peak=1.06, seconds=0.13)
BOX = Box(0, 0, 10, 10)


def blocks(starts: list[list[float]], ends: list[float]) -> list[CaptionBlock]:
    return [
        CaptionBlock(
            tuple(PlacedWord("x", start, start, 0, 0, BOX) for start in group),
            group[0],
            end,
            50,
            BOX,
            is_unspaced=False,
        )
        for group, end in zip(starts, ends, strict=True)
    ]


@pytest.mark.parametrize("fps", [12, 24, 29.97, 60])
def test_every_word_is_lit_within_a_frame_of_its_start(fps: float) -> None:
    chance = random.Random(2)
    starts = sorted(round(chance.uniform(0, 30), 3) for _ in range(60))
    starts = [start for start, before in zip(starts, [-9, *starts], strict=False) if start - before > 1.1 / fps]
    groups = [starts[at : at + 3] for at in range(0, len(starts), 3)]
    ends = [group[0] for group in groups[1:]] + [40.0]
    timeline = CaptionTimeline(blocks(groups, ends), POP, lead=0.2 / fps)
    lit = {}
    for frame in range(int(31 * fps)):
        moment = timeline.find_state(frame / fps)
        if moment:
            lit.setdefault((moment.block_index, moment.active_index), frame / fps)
    for group, words in enumerate(groups):
        for index, start in enumerate(words):
            assert -0.5 <= (lit[group, index] - start) * fps <= 1.0


def test_the_highlight_stays_through_the_gaps_of_a_group() -> None:
    timeline = CaptionTimeline(blocks([[0, 1, 2]], [3]), None)
    seen = [timeline.find_state(step / 100) for step in range(300)]
    assert all(seen)
    assert [moment.active_index for moment in seen if moment] == [0] * 100 + [1] * 100 + [2] * 100


def test_nothing_is_seen_before_between_and_after_groups() -> None:
    timeline = CaptionTimeline(blocks([[1], [3]], [2, 4]), None)
    assert [timeline.find_state(time) is None for time in (0.9, 1.5, 2.5, 3.5, 4.5)] == [True, False, True, False, True]


def test_a_word_grows_over_its_size_and_settles() -> None:
    sizes = [compute_scale(POP, step / 1000) for step in range(200)]
    assert sizes[0] == 0.9
    assert max(sizes) == 1.06
    assert set(sizes[130:]) == {1.0}


def test_a_pop_has_few_sizes_so_that_each_is_drawn_once() -> None:
    assert len({compute_scale(POP, step / 10_000) for step in range(2000)}) <= 12


def test_without_a_pop_a_word_stands_still() -> None:
    assert compute_scale(None, 0.01) == 1

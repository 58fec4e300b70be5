"""Poses of words: what a motion makes of a word at a time."""

import pytest

from models.captions.motion import get_motion
from models.captions.style import WordMotions
from pipeline.captions.motion_states import AT_REST, compute_pose, compute_sweep, compute_word_pose

POP = get_motion("pop")


def test_a_word_grows_over_its_size_and_settles() -> None:
    sizes = [compute_pose(POP, step / 1000).scale for step in range(200)]
    assert sizes[0] == 0.9
    assert max(sizes) == 1.06
    assert set(sizes[130:]) == {1.0}


@pytest.mark.parametrize("name", ["pop", "rise", "bounce", "blur-in", "slam"])
def test_a_motion_has_few_poses_so_that_each_is_drawn_once(name: str) -> None:
    motion = get_motion(name)
    assert len({compute_pose(motion, step / 10_000) for step in range(4000)}) <= 60


def test_letters_are_typed_one_after_another_and_a_long_word_faster() -> None:
    typing = WordMotions(enter="type", by="word")

    def count(elapsed: float, length: int) -> int | None:
        return compute_word_pose(typing, since_block=9, since_word=elapsed, is_active=True, length=length).letters

    assert [count(step / 100, 4) for step in (0, 4, 7, 10)] == [1, 2, 3, 4]
    assert count(0.13, 4) is None
    assert count(0.25, 40) is None


def test_a_word_rests_when_its_motions_are_over() -> None:
    motions = WordMotions(enter="rise", active="pop")
    assert compute_word_pose(motions, since_block=5, since_word=5, is_active=True) == AT_REST
    assert compute_word_pose(motions, since_block=5, since_word=-1, is_active=False) == AT_REST


def test_the_entrance_goes_before_the_motion_of_the_word_being_spoken() -> None:
    motions = WordMotions(enter="slide", active="pop")
    pose = compute_word_pose(motions, since_block=0.05, since_word=0.05, is_active=True)
    assert pose.is_grouped
    assert pose.x < 0


def test_a_word_without_length_is_filled_at_once() -> None:
    assert compute_sweep(0, 0) == 1
    assert 0 < compute_sweep(0, 1) < 0.2

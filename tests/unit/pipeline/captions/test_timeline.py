"""What is seen when."""

import random
from dataclasses import replace

import pytest

from models.captions.style import WordMotions
from pipeline.captions.boxes import Box
from pipeline.captions.layout import CaptionBlock, PlacedWord
from pipeline.captions.motion_states import AT_REST
from pipeline.captions.timeline import CaptionTimeline

POP = WordMotions(active="pop")
STILL = WordMotions()
WAVE = WordMotions(line="wave", sweep=True)
BOX = Box(0, 0, 10, 10)


def blocks(starts: list[list[float]], ends: list[float]) -> list[CaptionBlock]:
    return [
        CaptionBlock(
            tuple(PlacedWord("x", start, start + 0.2, 0, 0, BOX, 50) for start in group),
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


def test_a_word_is_lit_by_the_lead_before_its_start() -> None:
    timeline = CaptionTimeline(blocks([[0.0, 1.0]], [2.0]), STILL, lead=0.04)
    states = [timeline.find_state(seconds) for seconds in (0.95, 0.965, 1.0)]
    assert [state.active_index for state in states if state] == [0, 1, 1]


def test_the_highlight_stays_through_the_gaps_of_a_group() -> None:
    timeline = CaptionTimeline(blocks([[0, 1, 2]], [3]), STILL)
    seen = [timeline.find_state(step / 100) for step in range(300)]
    assert all(seen)
    assert [moment.active_index for moment in seen if moment] == [0] * 100 + [1] * 100 + [2] * 100


def test_nothing_is_seen_before_between_and_after_groups() -> None:
    timeline = CaptionTimeline(blocks([[1], [3]], [2, 4]), STILL)
    assert [timeline.find_state(time) is None for time in (0.9, 1.5, 2.5, 3.5, 4.5)] == [True, False, True, False, True]


def test_words_that_come_in_one_by_one_are_not_there_before_their_start() -> None:
    timeline = CaptionTimeline(blocks([[0, 1, 2]], [3]), WordMotions(enter="rise", by="word"))
    shown = [timeline.find_state(time) for time in (0.5, 1.5, 2.5)]
    assert [sorted(word.index for word in state.words) for state in shown if state] == [[0], [0, 1], [0, 1, 2]]


def test_the_word_being_spoken_is_drawn_last_and_those_before_it_are_spoken() -> None:
    state = CaptionTimeline(blocks([[0, 1, 2]], [3]), STILL).find_state(1.5)
    assert state is not None
    assert [(word.index, word.phase) for word in state.words] == [(0, "spoken"), (2, "upcoming"), (1, "active")]


def test_a_colour_runs_through_a_word_while_it_is_spoken() -> None:
    timeline = CaptionTimeline(blocks([[1.0]], [2]), WordMotions(sweep=True))
    shares = [state.words[0].sweep for step in range(100) if (state := timeline.find_state(1 + step / 100))]
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.1
    assert shares[10] == 0.5
    assert shares[20] == 1


@pytest.mark.parametrize("motions", [POP, STILL, WordMotions(sweep=True), WordMotions(enter="rise", by="word")])
def test_a_block_that_is_highlighted_whole_is_lit_from_its_start_to_its_end(motions: WordMotions) -> None:
    whole = [replace(block, is_highlighted_whole=True) for block in blocks([[0, 1, 2], [4]], [3, 5])]
    timeline = CaptionTimeline(whole, motions)
    for time in (0.01, 0.5, 1.5, 2.9):
        state = timeline.find_state(time)
        assert state is not None
        assert [(word.index, word.phase, word.sweep) for word in state.words] == [
            (index, "active", 1.0) for index in range(3)
        ]
        assert len({word.pose for word in state.words}) == 1
    assert timeline.find_state(3.5) is None


def test_a_line_that_is_highlighted_whole_comes_in_by_its_own_motion_and_then_rests() -> None:
    whole = [replace(block, is_highlighted_whole=True) for block in blocks([[0, 1, 2]], [3])]
    timeline = CaptionTimeline(whole, WordMotions(enter="rise", by="word", active="pop", line="stamp"))
    states = [timeline.find_state(time) for time in (0.0, 0.5, 1.01)]
    assert [{word.pose.scale for word in state.words} for state in states if state] == [{1.1}, {1.0}, {1.0}]
    assert states[0] is not None
    assert states[0].plate_pose == states[0].words[0].pose
    assert states[0].plate_pose.is_grouped


def test_a_wave_runs_through_a_line_in_the_order_of_its_words_all_of_which_are_lit() -> None:
    whole = [replace(block, is_highlighted_whole=True) for block in blocks([[0, 0.1, 0.2, 0.3]], [3])]
    timeline = CaptionTimeline(whole, WAVE)
    states = [state for step in range(60) if (state := timeline.find_state(step / 100))]
    tops = [min(range(60), key=lambda step: states[step].words[index].pose.y) for index in range(4)]
    assert tops == sorted(set(tops))
    assert all(word.phase == "active" and word.sweep == 1.0 for state in states for word in state.words)
    assert all(state.plate_pose == AT_REST for state in states)
    assert {word.pose for word in states[-1].words} == {AT_REST}


def test_what_slides_in_comes_from_the_side_where_reading_starts() -> None:
    (block,) = blocks([[0, 1]], [2])
    sides = []
    for is_rtl in (False, True):
        state = CaptionTimeline([replace(block, is_rtl=is_rtl)], WordMotions(enter="slide")).find_state(0.02)
        assert state is not None
        assert state.plate_pose.x == state.words[0].pose.x
        sides.append(state.plate_pose.x)
    assert sides[0] == -sides[1] < 0

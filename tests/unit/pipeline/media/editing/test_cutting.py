"""Cut lists, and sound that is cut by them at samples."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.media.editing.cut_list import Cut, CutList
from pipeline.media.editing.sound_cutter import FADE_SECONDS, SoundCutter

RATE = 44_100
SECONDS = 4
FRAME = Fraction(1001, 30_000)
HALF = round(FADE_SECONDS * RATE / 2)


@st.composite
def cut_lists(draw: st.DrawFn) -> CutList:
    """Cuts at times of frames, at least two frames long and two apart."""
    last = int(SECONDS / FRAME)
    edges = sorted(draw(st.sets(st.integers(0, last // 2), max_size=10)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return CutList(Cut(2 * start * FRAME, 2 * end * FRAME) for start, end in pairs)


def cut_sound(cuts: CutList, sound: np.ndarray, sizes: list[int]) -> np.ndarray:
    cutter, parts, start = SoundCutter(cuts, RATE), [], 0
    while start < sound.shape[1]:
        size = sizes[start % len(sizes)]
        parts.append(cutter.cut_block(start, sound[:, start : start + size]))
        start += size
    parts.append(cutter.finish())
    return np.concatenate(parts, axis=1)


def test_times_before_within_and_after_cuts() -> None:
    cuts = CutList([Cut(Fraction(1), Fraction(2)), Cut(Fraction(5), Fraction(8))])
    times = [Fraction(n, 2) for n in (0, 2, 3, 4, 9, 10, 13, 16, 18)]
    assert [float(cuts.map_time(time)) for time in times] == [0, 1, 1, 1, 3.5, 4, 4, 4, 5]
    assert cuts.seconds == 4


@pytest.mark.parametrize("cuts", [[(1, 1)], [(2, 1)], [(1, 3), (2, 4)], [(3, 4), (1, 2)], [(1, 2), (2, 3)]])
def test_cuts_that_are_empty_or_touch_or_are_in_no_order_are_no_list(cuts: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="cuts"):
        CutList(Cut(Fraction(start), Fraction(end)) for start, end in cuts)


@given(cut_lists(), st.lists(st.fractions(0, SECONDS), min_size=2))
def test_time_runs_forward_and_never_faster_than_in_the_source(cuts: CutList, times: list[Fraction]) -> None:
    before = sorted(times)
    after = [cuts.map_time(time) for time in before]
    pairs = list(zip(before, after, strict=True))
    assert all(0 <= b[1] - a[1] <= b[0] - a[0] for a, b in itertools.pairwise(pairs))


@settings(max_examples=40, deadline=None)
@given(cut_lists(), st.lists(st.integers(300, 5000), min_size=1, max_size=7))
def test_every_sample_that_stays_is_at_the_sample_of_its_time(cuts: CutList, sizes: list[int]) -> None:
    """A sound whose samples are their own numbers: where each one is found tells where it came from."""
    count = SECONDS * RATE
    sound = np.arange(count, dtype=np.float32)[None, :]
    made = cut_sound(cuts, sound, sizes)[0]
    shown, is_apart = np.full(len(made) + 2, -1.0), np.ones(len(made) + 2, bool)
    for segment in cuts.list_segments():
        start = 0 if segment.start is None else round(segment.start * RATE)
        end = count if segment.end is None else min(count, round(segment.end * RATE))
        at = round(segment.shown_at * RATE)
        shown[at : at + end - start] = sound[0, start:end]
        for edge in (at if segment.start is not None else None, at + end - start if segment.end is not None else None):
            if edge is not None:
                is_apart[max(0, edge - HALF - 2) : edge + HALF + 2] = False
    is_apart[shown < 0] = False
    assert np.array_equal(made[is_apart[: len(made)]], shown[: len(made)][is_apart[: len(made)]].astype(np.float32))
    expected = round(cuts.map_time(Fraction(SECONDS)) * RATE)
    assert abs(len(made) - expected) <= HALF + 1


@settings(max_examples=30, deadline=None)
@given(cut_lists(), st.lists(st.integers(300, 3000), min_size=1, max_size=5))
def test_the_size_of_the_blocks_changes_nothing(cuts: CutList, sizes: list[int]) -> None:
    sound = np.random.default_rng(1).standard_normal((2, SECONDS * RATE)).astype(np.float32)
    assert np.array_equal(cut_sound(cuts, sound, sizes), cut_sound(cuts, sound, [1 << 20]))


def test_the_crossfade_keeps_the_power_of_noise_and_makes_no_step() -> None:
    cuts = CutList([Cut(Fraction(1), Fraction(2))])
    random = np.random.default_rng(2)
    noise = np.stack([random.standard_normal(5 * RATE // 2) for _ in range(150)]).astype(np.float32)
    made = cut_sound(cuts, noise, [1024])
    power = (made[:, RATE - HALF : RATE + HALF] ** 2).mean(axis=0)
    assert power.reshape(-1, HALF // 4).mean(axis=1) == pytest.approx(1, abs=0.08)
    tone = np.sin(2 * np.pi * 100.37 * np.arange(SECONDS * RATE) / RATE).astype(np.float32)[None, :]
    steps = np.abs(np.diff(cut_sound(cuts, tone, [1024])[0]))
    assert steps.max() < 3 * np.abs(np.diff(tone[0])).max()


def test_sound_that_begins_late_begins_at_its_time() -> None:
    cutter = SoundCutter(CutList([Cut(Fraction(1), Fraction(2))]), RATE)
    made = cutter.cut_block(3 * RATE, np.ones((1, 100), np.float32))
    assert (cutter.position - made.shape[1], made.shape[1]) == (2 * RATE, 100)

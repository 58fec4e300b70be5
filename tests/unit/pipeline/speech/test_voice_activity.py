"""Word times, moved to where the voice begins and ends."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.jobs.transcript import Word
from pipeline.speech.audio_reader import Levels
from pipeline.speech.voice_activity import correct_times, find_pauses


def levels_of(*spans: tuple[float, float], seconds: float = 4.0) -> Levels:
    """Levels that are loud within the spans, in seconds, and quiet elsewhere."""
    levels = np.full(round(seconds * 100), 0.001, np.float32)
    for start, end in spans:
        levels[round(start * 100) : round(end * 100)] = 0.2
    return levels


def corrected(levels: Levels, *words: tuple[float, float]) -> list[tuple[float, float]]:
    found = correct_times([Word(text="w", start=start, end=end) for start, end in words], levels)
    return [(round(word.start, 2), round(word.end, 2)) for word in found]


def test_pauses_are_where_it_is_quiet_for_long_enough() -> None:
    spoken = levels_of((0.5, 1.0), (1.1, 2.0), (2.5, 2.52), (3.0, 3.5))
    assert [(round(a, 2), round(b, 2)) for a, b in find_pauses(spoken)] == [(0.0, 0.5), (2.0, 3.0), (3.5, 4.0)]
    assert find_pauses(levels_of(seconds=0)) == []


def test_a_word_that_begins_in_a_pause_begins_with_the_voice() -> None:
    assert corrected(levels_of((1.0, 2.0)), (0.3, 1.4), (1.4, 2.0)) == [(1.0, 1.4), (1.4, 2.0)]


def test_a_word_that_lasts_into_a_pause_ends_with_the_voice() -> None:
    assert corrected(levels_of((1.0, 2.0), (3.0, 3.5)), (1.0, 1.5), (1.5, 2.6), (3.0, 3.5))[1] == (1.5, 2.0)


def test_words_that_stop_short_of_a_pause_reach_it() -> None:
    assert corrected(levels_of((1.0, 2.0)), (1.2, 1.5), (1.5, 1.8)) == [(1.0, 1.5), (1.5, 2.0)]


def test_words_far_from_a_pause_stay() -> None:
    assert corrected(levels_of((0.5, 3.5)), (1.2, 1.5), (2.0, 2.4)) == [(1.2, 1.5), (2.0, 2.4)]


@given(st.lists(st.floats(0, 8), min_size=2, max_size=40), st.lists(st.booleans(), min_size=1, max_size=40))
def test_words_stay_in_order_and_none_is_lost(times: list[float], loud: list[bool]) -> None:
    edges = sorted(times)
    words = [Word(text="w", start=start, end=end) for start, end in pairwise(edges)]
    found = correct_times(words, np.repeat(np.where(loud, 0.2, 0.0001), 20).astype(np.float32))
    assert len(found) == len(words)
    assert all(word.start <= word.end for word in found)
    assert [word.start for word in found] == sorted(word.start for word in found)


def estimated(levels: Levels, *words: tuple[str, float, float]) -> list[bool]:
    found = correct_times([Word(text=text, start=start, end=end) for text, start, end in words], levels)
    return [word.has_estimated_times for word in found]


def test_a_short_word_on_both_sides_of_a_pause_is_the_one_after_it() -> None:
    spoken = levels_of((0.5, 1.5), (2.0, 3.0))
    assert corrected(spoken, (0.5, 1.2), (1.2, 2.1))[1] == (2.0, 2.1)
    assert estimated(spoken, ("numbers", 0.5, 1.2), ("or", 1.2, 2.1)) == [False, False]


def test_a_long_word_on_both_sides_of_a_pause_may_be_on_either() -> None:
    assert estimated(levels_of((0.5, 1.5), (2.0, 3.0)), ("acoustic", 1.2, 2.1), ("levels", 2.1, 3.0)) == [True, False]


def test_words_said_in_a_low_voice_inside_a_pause_stay_there_and_their_times_are_estimates() -> None:
    spoken, low = levels_of((0.5, 1.0), (3.0, 3.5)), [("be", 1.6, 1.8), ("good", 1.8, 2.2)]
    assert corrected(spoken, *[each[1:] for each in low]) == [each[1:] for each in low]
    assert estimated(spoken, *low) == [True, True]


def test_a_word_that_fills_a_pause_is_said_after_it() -> None:
    assert corrected(levels_of((1.0, 2.0)), (0.0, 0.96), (1.2, 2.0))[0] == (1.0, 1.0)
    assert estimated(levels_of((1.0, 2.0)), ("He", 0.0, 0.96), ("says", 1.2, 2.0)) == [True, False]


def test_words_whose_times_agree_with_the_voice_are_trusted() -> None:
    assert estimated(levels_of((1.0, 2.0)), ("he", 0.3, 1.4), ("says", 1.4, 2.2)) == [False, False]

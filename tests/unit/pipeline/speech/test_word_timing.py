from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from models.jobs.transcript import Word
from pipeline.speech import word_timing


def word(text: str, start: float, end: float) -> Word:
    return Word(text=text, start=start, end=end)


def test_a_mark_that_stands_alone_joins_the_word_before_it() -> None:
    assert word_timing.tokenize_text("? Well — you know , it's 5 %") == ("? Well —", "you", "know ,", "it's", "5 %")


def test_words_of_a_line_share_its_time_by_their_length() -> None:
    short, long = word_timing.spread_words(["a", "banana"], 2.0, 11.0)
    assert (short.start, short.end, long.start, long.end) == (2.0, 4.0, 4.0, 11.0)


def test_a_turn_is_at_the_word_that_begins_nearest_to_it() -> None:
    words = [word(str(at), at, at + 0.8) for at in range(4)]
    marked = word_timing.mark_speaker_changes(words, (0.1, 2.3, 3.0, 9.0))
    assert [each.is_speaker_change for each in marked] == [False, False, True, True]
    assert [each.text for each in marked] == ["0", "1", "2", "3"]
    assert word_timing.mark_speaker_changes((), (1.0,)) == ()
    assert word_timing.mark_speaker_changes(words[:1], (0.0,)) == tuple(words[:1])


@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0, 5)), max_size=40),
    st.floats(0.1, 60),
)
def test_ordered_words_run_forward_inside_the_recording_and_none_is_lost(
    times: list[tuple[float, float]], seconds: float
) -> None:
    words = [word(str(index), start, start + length) for index, (start, length) in enumerate(times)]
    done = word_timing.order_words(words, seconds)
    assert [each.text for each in done] == [each.text for each in words]
    for before, after in pairwise(done):
        assert before.end <= after.start + 1e-9
    least = min(word_timing.MIN_WORD_SECONDS, seconds / max(1, len(words)))
    assert all(each.start >= 0 and each.end <= seconds + 1e-9 for each in done)
    assert all(each.end - each.start >= least - 1e-6 for each in done)


def test_words_that_are_in_order_keep_their_times() -> None:
    words = (word("It", 0.99, 1.12), word("was", 1.12, 1.4), word("late", 2.0, 2.5))
    assert word_timing.order_words(words, 3.0) == words


def test_words_without_a_time_share_the_gap_between_their_neighbours() -> None:
    done = word_timing.fill_gaps(["a", "b", "c"], [(1.0, 2.0), None, (4.0, 5.0)], (0.0, 9.0))
    assert (done[1].start, done[1].end) == (2.0, 4.0)
    assert [word.has_estimated_times for word in done] == [False, True, False]

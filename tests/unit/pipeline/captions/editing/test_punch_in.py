"""When the picture comes closer, and how."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from models.jobs.transcript import Word
from pipeline.captions.editing.punch_in import FALL_SECONDS, HOLD_SECONDS, RISE_SECONDS, choose_starts, compute_scale
from pipeline.captions.editing.title import choose_title

LENGTH = RISE_SECONDS + HOLD_SECONDS + FALL_SECONDS


def words_of(text: str, step: float = 0.4) -> list[Word]:
    return [Word(text=each, start=1 + n * step, end=1.3 + n * step) for n, each in enumerate(text.split())]


@given(st.lists(st.sampled_from(["so", "100", "money", "go."]), max_size=60), st.floats(0.1, 3))
def test_zooms_are_apart_and_end_before_the_film(texts: list[str], step: float) -> None:
    words = words_of(" ".join(texts), step)
    end = words[-1].end if words else 1.0
    starts = choose_starts(words, "en", end)
    assert all(after - before > LENGTH + 1 for before, after in pairwise(starts))
    assert all(start in {word.start for word in words} and start + LENGTH <= end for start in starts)


def test_numbers_and_strong_words_are_chosen_and_without_any_the_starts_of_sentences() -> None:
    assert choose_starts(words_of("we made 100 dollars with it"), "en", 20) == [1.8]
    assert choose_starts(words_of("on va bien. et puis on part"), "fr", 20) == [2.2]


@given(st.floats(-1, 5))
def test_the_picture_is_never_larger_than_one_and_an_eighth_and_moves_without_a_jump(seconds: float) -> None:
    scale, later = compute_scale([0.0], seconds), compute_scale([0.0], seconds + 1 / 60)
    assert 1 <= scale <= 1.12
    assert abs(later - scale) < 0.011


def test_the_zoom_rises_holds_and_falls() -> None:
    times = (0.0, RISE_SECONDS, RISE_SECONDS + HOLD_SECONDS, LENGTH)
    assert [round(compute_scale([0.0], at), 3) for at in times] == [1.0, 1.1, 1.1, 1.0]


def test_a_title_is_the_first_sentence_or_as_much_as_is_read_at_a_glance() -> None:
    assert choose_title(words_of("Did you know this? Well")) == "Did you know this?"
    long = choose_title(words_of("this is a sentence, that goes on and on, until nobody knows how it began at all"))
    assert long == "this is a sentence, that goes on and on, until nobody knows…"
    assert choose_title([Word(text="x" * 100, start=0, end=1)]) == "x" * 100
    assert choose_title([]) == ""

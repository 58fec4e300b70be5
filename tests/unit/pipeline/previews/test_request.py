"""The moment that a preview shows, and the words around it."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from models.jobs.transcript import Word
from pipeline.previews.request import choose_moment


def say(text: str) -> tuple[Word, ...]:
    """A word every half second, said for 0.4 s."""
    return tuple(
        Word(text=each, start=0.5 * number, end=0.5 * number + 0.4) for number, each in enumerate(text.split())
    )


def find_word(words: Sequence[Word], moment: float) -> str:
    return next(word.text for word in words if word.start <= moment < word.end)


def test_a_word_that_is_emphasised_is_shown_the_one_nearest_to_a_quarter() -> None:
    words = say("they came with 7 cats and then went on to sell some of the other 900 cats later on")
    assert find_word(words, choose_moment(words, "en")) == "7"


def test_without_emphasis_it_is_a_word_of_the_first_half() -> None:
    words = say("they came with some cats and then went on again as they did that day")
    assert words.index(next(w for w in words if w.start <= choose_moment(words, "en") < w.end)) < len(words) / 2


def test_it_is_said_in_the_film_also_where_the_words_are_a_translation_of_others() -> None:
    words = say("we won 20 of them at last this year")
    spoken = say("ganhamos ahn ahn deles este ano")[:1] + say("ganhamos ahn ahn deles este ano")[3:]
    moment = choose_moment(words, "en", spoken)
    assert any(word.start <= moment < word.end for word in spoken)


@given(st.lists(st.sampled_from(["um", "cats", "Maria", "20", "dogs."]), min_size=1, max_size=30), st.data())
def test_a_moment_of_what_stays_is_found_wherever_there_is_one(texts: list[str], data: st.DataObject) -> None:
    words = say(" ".join(texts))
    spoken = [word for word in words if data.draw(st.booleans())]
    moment = choose_moment(words, "en", spoken)
    assert any(word.start <= moment < word.end for word in spoken or words)

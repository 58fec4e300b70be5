from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.speech.subtitles import reader
from pipeline.speech.subtitles.cue_order import order_cues
from pipeline.speech.subtitles.cues import Cue, CuePart, CuePlacement, create_cue

Words = list[tuple[str, float, float]]


def build_cue(start: float, end: float, text: str, placement: CuePlacement = CuePlacement.DIALOGUE) -> Cue:
    return create_cue(start, end, [CuePart(text, start)], placement)


def list_words(*cues: Cue) -> Words:
    return [
        (word.text, round(word.start, 3), round(word.end, 3)) for cue in order_cues(cues) for word in cue.split_words()
    ]


def join(words: Words) -> str:
    return " ".join(text for text, *_ in words)


def test_rolling_captions_give_each_word_once_with_its_own_time() -> None:
    found = list_words(
        build_cue(0.16, 2.429, "the bakers\n "),
        build_cue(2.429, 2.439, "the bakers\n "),
        create_cue(2.439, 4.749, [CuePart("the bakers\nopen", 2.439), CuePart(" their doors", 3.5)]),
        build_cue(4.749, 4.759, "open their doors"),
        build_cue(4.759, 7.0, "open their doors\nearly"),
    )
    assert join(found) == "the bakers open their doors early"
    assert found[2] == ("open", 2.439, 3.5)
    assert found[3][1] == 3.5
    assert found[5] == ("early", 4.759, 7.0)


def test_lines_that_roll_up_and_lines_that_grow_are_rolling_too() -> None:
    rolled = [
        build_cue(second, second + 1, text) for second, text in enumerate(["one\ntwo", "two\nthree", "three\nfour"])
    ]
    growing = [build_cue(second, second + 1, text) for second, text in enumerate(["we", "we sell", "we sell warm"])]
    assert join(list_words(*rolled)) == "one two three four"
    assert list_words(*growing) == [("we", 0, 1), ("sell", 1, 2), ("warm", 2, 3)]


def test_what_somebody_says_twice_stays() -> None:
    chorus = [build_cue(second, second + 1, "la la") for second in range(3)]
    assert join(list_words(*chorus)) == "la la la la la la"
    answer = [build_cue(1, 2, "No."), build_cue(2, 3, "No.\nNever."), build_cue(3, 4, "Why?"), build_cue(4, 5, "So.")]
    assert join(list_words(*answer)) == "No. No. Never. Why? So."


def test_overlapping_cues_keep_their_words_in_order() -> None:
    found = list_words(
        build_cue(0, 4, "the bakers open"), build_cue(2, 6, "before the sun"), build_cue(4, 8, "and sell")
    )
    assert join(found) == "the bakers open before the sun and sell"
    assert (found[2][2], found[3][1], found[5][2]) == (2, 2, 4)


def test_two_speakers_at_once_are_two_lines() -> None:
    (cue,) = order_cues([build_cue(1, 3, "hello\nthere"), build_cue(1.1, 3.2, "good morning")])
    words = list(cue.split_words())
    assert [word.text for word in words] == ["hello", "there", "good", "morning"]
    assert [word.is_speaker_change for word in words] == [False, False, True, False]
    assert (words[0].start, words[-1].end) == (1, 3.2)


@pytest.mark.parametrize("mark", ["- ", "-", "– ", "—", "‐ ", ">> ", ">>", ">>> "])
def test_a_mark_of_another_speaker_is_no_word_but_a_change_of_speaker(mark: str) -> None:
    words = list(build_cue(1, 3, f"{mark}Hi.\n{mark}Hello you.\nfriend").split_words())
    assert [word.text for word in words] == ["Hi.", "Hello", "you.", "friend"]
    assert [word.is_speaker_change for word in words] == [True, True, False, False]
    assert words[0].start == 1


def test_a_mark_of_another_speaker_may_stand_alone_or_in_a_line() -> None:
    words = list(build_cue(1, 3, "-你好\n-好").split_words())
    assert [(word.text, word.is_speaker_change) for word in words] == [("你", True), ("好", False), ("好", True)]
    words = list(build_cue(1, 3, "Yes. >> No").split_words())
    assert [(word.text, word.is_speaker_change) for word in words] == [("Yes.", False), ("No", True)]


@pytest.mark.parametrize("text", ["-5 degrees", "well-known - or not", "-- and so", "x > y"])
def test_other_dashes_are_no_marks_of_speakers(text: str) -> None:
    words = list(build_cue(1, 3, text).split_words())
    assert " ".join(word.text for word in words) == text
    assert not any(word.is_speaker_change for word in words)


@pytest.mark.parametrize("mark", ["- ", "&gt;&gt; "])
def test_each_cue_with_a_mark_in_a_file_is_another_speaker_but_for_the_first(mark: str) -> None:
    blocks = [f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{mark}Oi, tudo\n" for n in (1, 2, 3)]
    words = reader.read("\n".join(blocks).encode()).words
    assert [word.text for word in words] == ["Oi,", "tudo"] * 3
    assert [word.is_speaker_change for word in words] == [False, False, True, False, True, False]


def test_signs_are_left_out_and_moved_dialogue_stays() -> None:
    found = list_words(
        build_cue(1, 2, "moved up", CuePlacement.OTHER_EDGE),
        build_cue(3, 5, "We open at seven"),
        build_cue(3, 5, "CLOSED", CuePlacement.POINT),
        build_cue(4, 4.5, "bakery", CuePlacement.OTHER_EDGE),
        build_cue(8, 9, "FOR SALE", CuePlacement.MOVING),
    )
    assert join(found) == "moved up We open at seven"


def test_a_sign_that_is_shown_alone_stays() -> None:
    dialogue = build_cue(3, 5, "We open at seven")
    sign = build_cue(6, 8, "CLOSED", CuePlacement.POINT)
    assert join(list_words(dialogue, sign)) == "We open at seven CLOSED"


def test_letters_of_a_song_each_at_a_point_of_its_own_are_left_out() -> None:
    dialogue = build_cue(3, 5, "We open at seven")
    letters = [build_cue(6 + n / 9, 8, letter, CuePlacement.POINT) for n, letter in enumerate("song")]
    flashes = [build_cue(9 + n / 9, 9 + (n + 1) / 9, f"frame {n}", CuePlacement.POINT) for n in range(9)]
    assert join(list_words(dialogue, *letters, *flashes)) == "We open at seven"


def test_a_file_in_which_everything_is_placed_is_dialogue() -> None:
    assert (
        join(list_words(build_cue(1, 2, "one", CuePlacement.POINT), build_cue(3, 4, "two", CuePlacement.POINT)))
        == "one two"
    )


cues = st.builds(
    build_cue, st.floats(0, 20), st.floats(0, 20), st.text("ab -\n", min_size=1, max_size=12).filter(str.strip)
)


@given(st.lists(cues, max_size=8))
def test_no_word_is_spoken_while_another_one_is(found: list[Cue]) -> None:
    words = [word for cue in order_cues(found) for word in cue.split_words()]
    assert all(before.end <= word.start + 1e-9 for before, word in pairwise(words))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
def test_the_first_words_of_a_cue_are_taken_off(count: int) -> None:
    cue = create_cue(0, 4, [CuePart("won", 0), CuePart("derful  day\nof", 1), CuePart(" rest", 3)])
    words = [word.text for word in cue.drop_tokens(count).split_words()]
    assert words == ["wonderful", "day", "of", "rest"][count:]

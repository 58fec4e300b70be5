"""Emphasis and speakers of words: what stands out does so in whole lines too, and no turn is lost."""

import pytest

from models.jobs.caption_styles import get_caption_style, load_caption_styles
from models.jobs.transcript import Word, mark_estimated
from pipeline.captions.boxes import Box
from pipeline.captions.caption_words import CaptionWord, prepare_words
from pipeline.captions.drawing.appearance import look_for
from pipeline.captions.emphasis import find_emphasis, mark_words
from pipeline.captions.grouping import group_words
from pipeline.captions.layout import PlacedWord

BOX = Box(0, 0, 1, 1)


def say(text: str, *turns: int) -> list[Word]:
    """Words of half a second; those at these places are the first of another speaker's turn."""
    return [
        Word(text=each, start=n / 2, end=n / 2 + 0.4, is_speaker_change=n in turns)
        for n, each in enumerate(text.split())
    ]


def mark(words: list[Word], name: str) -> list[CaptionWord]:
    style = get_caption_style(name)
    emphasised = find_emphasis(words, "en") if style.emphasis.fills else frozenset[int]()
    prepared = prepare_words(words, style, "en", lambda text: text.replace("♪", ""), 40, emphasised)
    return mark_words(prepared, style, "en")


def fill_of(word: CaptionWord, name: str) -> str:
    placed = PlacedWord(word.text, 0, 1, 0, 0, BOX, 20, word.emphasis, word.speaker)
    return look_for(get_caption_style(name), placed, "active").fill


@pytest.mark.parametrize("name", [name for name, style in load_caption_styles().items() if style.emphasis.fills])
def test_emphasised_words_have_another_colour_than_a_line_that_is_highlighted_as_a_whole(name: str) -> None:
    marked = mark([*mark_estimated(say("we 100 and 200 then 300 or 400 to 500 so"))], name)
    plain = {fill_of(word, name) for word in marked if word.emphasis is None}
    assert len(plain) == 1
    assert plain.isdisjoint({fill_of(word, name) for word in marked if word.emphasis is not None})


def test_with_times_of_words_all_colours_of_a_style_take_turns() -> None:
    marked = mark(say("we 100 and 200 then 300 or"), "hormozi")
    fills = [fill_of(word, "hormozi") for word in marked if word.emphasis is not None]
    assert fills == list(get_caption_style("hormozi").emphasis.fills)


def test_two_speakers_have_the_two_colours_of_the_style_in_either_kind_of_line() -> None:
    words = say("How many? Ninety of them. Really?", 2, 5)
    for spoken in (words, [*mark_estimated(words)]):
        fills = [fill_of(word, "podcast") for word in mark(spoken, "podcast")]
        assert fills[:2] + fills[5:] == ["#FFC53D"] * 3
        assert fills[2:5] == ["#4CC9FF"] * 3


def test_a_turn_that_begins_with_what_no_font_draws_is_not_lost() -> None:
    marked = mark(say("How many? ♪ Ninety. Really?", 2, 4), "podcast")
    assert [(word.text, word.speaker % 2) for word in marked] == [
        ("How", 0),
        ("many?", 0),
        ("Ninety.", 1),
        ("Really?", 0),
    ]
    assert [len(group.words) for group in group_words(marked, get_caption_style("podcast").group)] == [2, 1, 1]


def test_a_turn_of_which_nothing_is_drawn_leaves_the_colours_of_the_others() -> None:
    marked = mark(say("How many? ♪ Really?", 2, 3), "podcast")
    assert {word.speaker % 2 for word in marked} == {0}


def test_the_first_word_begins_no_turn() -> None:
    assert [word.speaker for word in mark(say("Well then", 0), "podcast")] == [0, 0]


def test_a_word_that_is_split_begins_its_turn_once() -> None:
    words = [Word(text="Hi", start=0, end=0.4), Word(text="a b c", start=0.5, end=1, is_speaker_change=True)]
    assert [word.is_speaker_change for word in mark(words, "podcast")] == [False, True, False, False]

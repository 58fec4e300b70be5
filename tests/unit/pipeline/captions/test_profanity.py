"""Profanity is masked in everything that is drawn, where that is asked for and nowhere else."""

from models.jobs.options import CaptionOptions
from models.jobs.transcript import SubtitleLine, Translation, Word
from pipeline.captions.composition import prepare_lines, prepare_texts

WORDS = [Word(text="Que", start=0.2, end=0.5), Word(text="merda!", start=0.5, end=1.0)]
LINES = Translation(language="en", lines=(SubtitleLine(text="What a shit, man!", start=0.2, end=1.0),))
MASKED = CaptionOptions(profanity="mask")


def test_profane_words_are_masked_and_keep_their_times() -> None:
    found = prepare_texts(WORDS, MASKED, "pt")
    assert [word.text for word in found] == ["Que", "m***a!"]
    assert [(word.start, word.end) for word in found] == [(0.2, 0.5), (0.5, 1.0)]


def test_the_lines_of_a_translation_are_masked_by_the_words_of_their_language() -> None:
    (line,) = prepare_lines(LINES, MASKED).lines
    assert (line.text, line.start, line.end) == ("What a s**t, man!", 0.2, 1.0)


def test_nothing_is_masked_unasked() -> None:
    assert [word.text for word in prepare_texts(WORDS, CaptionOptions(), "pt")] == ["Que", "merda!"]
    assert prepare_lines(LINES, CaptionOptions()) == LINES

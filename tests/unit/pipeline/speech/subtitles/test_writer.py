"""Transcripts as files: every word is there, and the turns of speakers are marked as subtitles mark them."""

from models.jobs.transcript import Transcript, Word
from pipeline.speech.subtitles import writer


def say(*sentences: str, turns: tuple[int, ...] = ()) -> Transcript:
    """Sentences of two seconds, of which those with these numbers are another speaker's."""
    words = [
        Word(
            text=text,
            start=number * 2 + at * 0.3,
            end=number * 2 + at * 0.3 + 0.28,
            is_speaker_change=number in turns and at == 0,
        )
        for number, sentence in enumerate(sentences)
        for at, text in enumerate(sentence.split())
    ]
    return Transcript(language="en", words=tuple(words))


DIALOGUE = say("Do you hear me?", "Yes.", "We laugh less.", turns=(1, 2))


def test_each_turn_is_a_subtitle_of_its_own_with_a_dash() -> None:
    lines = [line for line in writer.write(DIALOGUE, ".srt").split("\n") if line and not line[0].isdigit()]
    assert lines == ["Do you hear me?", "- Yes.", "- We laugh less."]


def test_turns_in_the_middle_of_a_sentence_begin_a_line() -> None:
    words = [
        word.model_copy(update={"is_speaker_change": at == 2})
        for at, word in enumerate(say("one two three four").words)
    ]
    transcript = Transcript(language="en", words=tuple(words))
    assert writer.write(transcript, ".txt") == "one two\n- three four\n"


def test_the_text_has_a_line_for_each_sentence_and_each_turn() -> None:
    assert writer.write(DIALOGUE, ".txt") == "Do you hear me?\n- Yes.\n- We laugh less.\n"


def test_vtt_and_ass_mark_turns_before_the_first_timed_word() -> None:
    assert "\n- Yes." in writer.write(DIALOGUE, ".vtt")
    assert ",,- {\\k" in writer.write(DIALOGUE, ".ass")

"""Transcripts as files: every word is there, and the turns of speakers are marked as subtitles mark them."""

import json

import pytest

from models.jobs.transcript import SubtitleLine, Transcript, Translation, Word
from pipeline.speech.subtitles import reader, writer


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


def test_the_text_has_no_line_for_an_abbreviation() -> None:
    assert writer.write(say("Ask Mr. Smith at No. 5.", "No. I will not."), ".txt") == (
        "Ask Mr. Smith at No. 5.\nNo.\nI will not.\n"
    )


def test_vtt_and_ass_mark_turns_before_the_first_timed_word() -> None:
    assert "\n- Yes." in writer.write(DIALOGUE, ".vtt")
    assert ",,- {\\k" in writer.write(DIALOGUE, ".ass")


# two languages

SAID = ["Do you hear me?", "- Yes.", "- We laugh less."]
MEANT = ["Você me <ouve>?", "- Sim {sim}.", "- Rimos menos."]
TRANSLATION = Translation(
    language="pt",
    lines=tuple(
        SubtitleLine(text=text.removeprefix("- "), start=group[0].start, end=group[-1].end)
        for text, group in zip(MEANT, writer.group_words(DIALOGUE, max_lines=1), strict=True)
    ),
)


def test_srt_has_the_translation_of_each_line_below_it() -> None:
    blocks = writer.write(DIALOGUE, ".srt", TRANSLATION).rstrip("\n").split("\n\n")
    assert [block.split("\n")[2:] for block in blocks] == [[*pair] for pair in zip(SAID, MEANT, strict=True)]


def test_vtt_has_the_times_of_the_spoken_words_and_the_translation_as_text() -> None:
    blocks = writer.write(DIALOGUE, ".vtt", TRANSLATION).rstrip("\n").split("\n\n")[1:]
    assert [block.split("\n")[2] for block in blocks] == ["Você me &lt;ouve&gt;?", *MEANT[1:]]
    assert blocks[0].split("\n")[1] == "Do<00:00:00.300> you<00:00:00.600> hear<00:00:00.900> me?".replace(
        "<", " <"
    ).replace("> ", ">")


def test_ass_fills_the_spoken_words_and_has_the_translation_in_a_style_of_its_own() -> None:
    written = writer.write(DIALOGUE, ".ass", TRANSLATION)
    events = [line for line in written.split("\n") if line.startswith("Dialogue")]
    assert [event.split("\\N{\\rTranslation}")[1] for event in events] == [MEANT[0], "- Sim (sim).", MEANT[2]]
    assert all("{\\k" in event.split("\\N")[0] for event in events)
    assert "\nStyle: Translation," in written
    assert "Style: Translation," not in writer.write(DIALOGUE, ".ass")


def test_text_has_each_line_and_its_translation_below() -> None:
    pairs = writer.write(DIALOGUE, ".txt", TRANSLATION).rstrip("\n").split("\n\n")
    assert [pair.split("\n") for pair in pairs] == [[*pair] for pair in zip(SAID, MEANT, strict=True)]


def test_words_json_holds_the_translation_and_is_read_as_without_it() -> None:
    written = writer.write(DIALOGUE, ".json", TRANSLATION)
    assert Translation.model_validate(json.loads(written)["translation"]) == TRANSLATION
    plain = reader.read(writer.write(DIALOGUE, ".json").encode(), "en")
    assert reader.read(written.encode(), "en") == plain


@pytest.mark.parametrize("suffix", [".srt", ".vtt", ".ass"])
def test_players_read_both_languages_at_the_times_of_the_original(suffix: str) -> None:
    texts = " ".join(
        word.text for word in reader.read(writer.write(DIALOGUE, suffix, TRANSLATION).encode(), "en").words
    )
    assert texts.index("hear") < texts.index("Você") < texts.index("laugh") < texts.index("Rimos")

"""Subtitle files of lines in which the times of words are only estimated."""

import json

from models.jobs.transcript import Transcript, Word, mark_estimated
from pipeline.speech.subtitles import reader, writer

SURE = (Word(text="It", start=0.0, end=0.5), Word(text="rained.", start=0.5, end=1.0))
UNSURE = (Word(text="All", start=5.0, end=5.5), *mark_estimated([Word(text="night.", start=5.5, end=6.0)]))
TRANSCRIPT = Transcript(language="en", words=(*SURE, *UNSURE))


def test_words_json_tells_which_times_are_estimates_and_is_read_again() -> None:
    text = writer.write(TRANSCRIPT, ".json")
    assert [sorted(word) for word in json.loads(text)["words"]] == [
        *[["end", "start", "text"]] * 3,
        ["end", "has_estimated_times", "start", "text"],
    ]
    assert reader.read(text.encode()).words == TRANSCRIPT.words


def test_a_line_with_an_estimate_has_its_own_times_alone() -> None:
    assert writer.write(TRANSCRIPT, ".vtt").split("\n\n")[1:] == [
        "00:00:00.000 --> 00:00:01.000\nIt <00:00:00.500>rained.",
        "00:00:05.000 --> 00:00:06.000\nAll night.\n",
    ]


def test_a_line_with_an_estimate_is_filled_at_once() -> None:
    events = [line.rpartition(",,0,0,0,,")[2] for line in writer.write(TRANSCRIPT, ".ass").splitlines()[-2:]]
    assert events == ["{\\k50}It {\\k50}rained.", "{\\k0}All night."]
    assert [word.text for word in reader.read(writer.write(TRANSCRIPT, ".ass").encode()).words] == [
        "It", "rained.", "All", "night.",
    ]  # fmt: skip

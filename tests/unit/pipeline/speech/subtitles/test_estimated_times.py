"""Subtitle files of lines in which the times of words are only estimated."""

import json

import pytest

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


@pytest.mark.parametrize(
    "text",
    [
        "1\n00:00:01,000 --> 00:00:03,000\nThe bakers open early\n",
        "WEBVTT\n\n00:01.000 --> 00:03.000\nThe bakers open early\n",
        "[Events]\nDialogue: 0,0:00:01.00,0:00:03.00,Default,,0,0,0,,The bakers open early\n",
    ],
    ids=["srt", "vtt", "ass"],
)
def test_words_that_share_the_time_of_a_line_have_estimated_times(text: str) -> None:
    words = reader.read(text.encode()).words
    assert [word.text for word in words] == ["The", "bakers", "open", "early"]
    assert all(word.has_estimated_times for word in words)


@pytest.mark.parametrize(
    "text",
    [
        "1\n00:00:01,000 --> 00:00:03,000\nBakers!\n",
        "WEBVTT\n\n00:01.000 --> 00:03.000\nThe <00:01.500>bakers <00:02.000>open\n",
        "[Events]\nDialogue: 0,0:00:01.00,0:00:03.00,Default,,0,0,0,,{\\k50}The {\\k50}bakers {\\k100}open\n",
    ],
    ids=["one word", "vtt", "ass"],
)
def test_times_of_words_in_a_file_are_believed(text: str) -> None:
    assert not any(word.has_estimated_times for word in reader.read(text.encode()).words)

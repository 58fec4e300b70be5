"""Speakers that subtitles name are turns: their words begin a caption of their own."""

import json

import pytest

from pipeline.speech.subtitles import reader

ASS = """[Events]
Format: Layer, Start, End, Style, {field}, MarginL, MarginR, MarginV, Effect, Text
"""


def list_turns(text: str) -> list[str]:
    """The words of each turn."""
    turns: list[list[str]] = [[]]
    for word in reader.read(text.encode(), "en").words:
        if word.is_speaker_change:
            turns.append([])
        turns[-1].append(word.text)
    return [" ".join(turn) for turn in turns]


def write_vtt(*texts: str) -> str:
    cues = [f"00:{n:02}.000 --> 00:{n:02}.900\n{text}\n" for n, text in enumerate(texts)]
    return "\n".join(["WEBVTT\n", *cues])


def test_another_voice_of_webvtt_is_another_speaker_and_the_same_one_is_not() -> None:
    text = write_vtt("<v Ana>Hi</v>", "<v.loud  ana >how are you", "not named", "<v Bob>fine", "<v Ana>good")
    assert list_turns(text) == ["Hi how are you not named", "fine", "good"]


@pytest.mark.parametrize("separator", ["\n", " ", ""])
def test_voices_in_one_cue_are_turns(separator: str) -> None:
    text = write_vtt(
        f"<v Ana>Hi{separator}<v Bob>Hello <c.red>you</c>{separator}<v Bob>there", "<v Ana>yes", "<v Ana>no"
    )
    assert list_turns(text) == ["Hi", "Hello you there" if separator else "Hello youthere", "yes no"]


def test_a_voice_in_the_middle_of_timed_words_keeps_their_times() -> None:
    text = write_vtt("<v Ana>Hi <00:00.500><v Bob>Hello <00:00.700>you")
    words = reader.read(text.encode(), "en").words
    assert [(word.text, word.start, word.is_speaker_change) for word in words] == [
        ("Hi", 0.0, False), ("Hello", 0.5, True), ("you", 0.7, False),
    ]  # fmt: skip


@pytest.mark.parametrize("field", ["Name", "Actor"])
def test_another_name_of_an_event_of_ass_is_another_speaker(field: str) -> None:
    events = [
        f"Dialogue: 0,0:00:0{n}.00,0:00:0{n}.90,Default,{name},0,0,0,,{text}"
        for n, (name, text) in enumerate(
            [("Ana", "Hi"), ("", "there"), ("Bob", "hello"), ("Bob", "you"), ("Ana", "yes")]
        )
    ]
    assert list_turns(ASS.format(field=field) + "\n".join(events)) == ["Hi there", "hello you", "yes"]


def test_an_event_on_layers_with_and_without_a_name_is_spoken_once() -> None:
    events = [f"Dialogue: {n},0:00:01.00,0:00:01.90,Default,{name},0,0,0,,Hi" for n, name in enumerate(["Ana", ""])]
    assert list_turns(ASS.format(field="Name") + "\n".join(events)) == ["Hi"]


def test_agents_of_ttml_and_speakers_of_whisper_are_speakers() -> None:
    lines = [("a", "Hi"), ("b", "hello"), ("b", "you")]
    paragraphs = "".join(
        f'<p begin="{n}s" end="{n}.9s" ttm:agent="{name}">{text}</p>' for n, (name, text) in enumerate(lines)
    )
    ttml = (
        f'<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata"><body><div>{paragraphs}'
    )
    assert list_turns(f"{ttml}</div></body></tt>") == ["Hi", "hello you"]
    segments = [{"start": n, "end": n + 0.9, "text": text, "speaker": name} for n, (name, text) in enumerate(lines)]
    assert list_turns(json.dumps({"segments": segments})) == ["Hi", "hello you"]


def test_labels_in_capitals_are_speakers_and_stay_where_they_are() -> None:
    text = write_vtt("ANA: Hi\nBOB: Hello\nto you", "BOB: I said hello", "[DR. LIMA]: Me too", "- ANA: Yes\n- BOB: No")
    assert list_turns(text) == [
        "ANA: Hi", "BOB: Hello to you BOB: I said hello", "[DR. LIMA]: Me too", "ANA: Yes", "BOB: No",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "texts",
    [
        ("one says", "WARNING: do not go", "there"),
        ("MY ADVICE: LEARN", "MY QUESTION: WHO", "SAID SO"),
        ("It was at 10:30 here", "Look: a bird", "Well: no"),
    ],
)
def test_what_is_no_label_is_no_turn(texts: tuple[str, ...]) -> None:
    assert len(list_turns(write_vtt(*texts))) == 1

import pytest

from models.errors import RequestRejected
from models.jobs.transcript import Word
from pipeline.speech.subtitles import reader

HEAD = "[Script Info]\n[V4+ Styles]\nFormat: Name, Alignment\nStyle: Default,2\nStyle: Top,8\n[Events]\n"


def read_words(*events: str) -> tuple[Word, ...]:
    text = HEAD + "\n".join(f"Dialogue: 0,{event}" for event in events)
    return reader.read(text.encode()).words


def read_text(*events: str) -> str:
    return " ".join(word.text for word in read_words(*events))


def test_karaoke_by_syllables_is_whole_words() -> None:
    words = read_words(
        "0:00:01.00,0:00:05.00,Default,,0,0,0,,"
        "{\\k50}Won{\\k50}der{\\k50}ful {\\k50}to{\\k50}mor{\\k50}row {\\k100}morning"
    )
    assert [(word.text, word.start, word.end) for word in words] == [
        ("Wonderful", 1.0, 2.5), ("tomorrow", 2.5, 4.0), ("morning", 4.0, 5.0),
    ]  # fmt: skip


def test_words_beside_a_drawing_stay() -> None:
    assert (
        read_text("0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\p1}m 0 0{\\1c&HFF&} l 9 9{\\p0}warm {\\b1}bread")
        == "warm bread"
    )


def test_signs_are_left_out_by_tag_style_and_effect() -> None:
    dialogue = "0:00:01.00,0:00:05.00,Default,,0,0,0,,We open at seven"
    for sign in (
        "0:00:01.00,0:00:05.00,Sign,,0,0,0,,{\\an8\\pos(320,40)}CLOSED",
        "0:00:01.00,0:00:05.00,Sign,,0,0,0,,{\\move(0,0,10,10)}CLOSED",
        "0:00:01.00,0:00:05.00,Top,,0,0,0,,CLOSED",
        "0:00:01.00,0:00:05.00,Default,,0,0,0,,{\\a6}CLOSED",
        "0:00:01.00,0:00:05.00,Default,,0,0,0,Banner;5,CLOSED",
    ):
        assert read_text(sign, dialogue) == "We open at seven"


def test_dialogue_that_is_moved_to_the_top_is_spoken() -> None:
    assert read_text("0:00:01.00,0:00:02.00,Top,,0,0,0,,one", "0:00:03.00,0:00:04.00,Default,,0,0,0,,two") == "one two"


def test_an_event_on_several_layers_is_spoken_once() -> None:
    glow, text = ("0:00:01.00,0:00:02.00,Default,,0,0,0,,one, two\\Nthree" for _ in range(2))
    assert read_text(glow, text) == "one, two three"


def test_an_event_without_times_is_refused() -> None:
    with pytest.raises(RequestRejected):
        read_words("0:00:01.00,0:00:02.00,Default,,0,0,0,,one", "soon,later,Default,,0,0,0,,two")

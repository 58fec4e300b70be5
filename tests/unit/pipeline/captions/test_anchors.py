"""Subtitles that stand at the top or in the middle in their file are drawn there."""

import pytest

from models.jobs.caption_styles import get_caption_style
from models.jobs.transcript import Word
from pipeline.captions.composition import compose_blocks
from pipeline.speech.subtitles import ass, srt
from pipeline.speech.subtitles.cues import Cue

FRAME = (1080, 1920)
ASS = """[V4+ Styles]
Format: Name, Fontsize, Alignment
Style: Low, 20, 2
Style: High, 20, 8
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def list_anchors(cues: list[Cue]) -> list[str | None]:
    return [word.anchor for cue in cues for word in cue.split_words()]


@pytest.mark.parametrize(
    ("event", "anchor"),
    [
        ("Low,,0,0,0,,words", None),
        ("High,,0,0,0,,words", "top"),
        (r"Low,,0,0,0,,{\an8}words", "top"),
        (r"Low,,0,0,0,,{\an5}words", "middle"),
        (r"Low,,0,0,0,,{\a6}words", "top"),
        (r"High,,0,0,0,,{\an2}words", None),
    ],
)
def test_an_alignment_of_ass_is_an_edge(event: str, anchor: str | None) -> None:
    lines = [*ASS.splitlines(), f"Dialogue: 0,0:00:01.00,0:00:02.00,{event}"]
    assert list_anchors(ass.parse_cues(lines)) == [anchor]


@pytest.mark.parametrize(
    ("settings", "text", "anchor"),
    [
        ("", "words", None),
        (" line:0", "words", "top"),
        (" line:10%", "words", "top"),
        (" line:50.5% align:start", "words", "middle"),
        (" line:85%", "words", None),
        (" line:-1", "words", None),
        ("", r"{\an8}words", "top"),
    ],
)
def test_a_line_setting_of_webvtt_is_an_edge(settings: str, text: str, anchor: str | None) -> None:
    lines = ["WEBVTT", "", f"00:01.000 --> 00:02.000{settings}", text]
    assert list_anchors(srt.parse_cues(lines)) == [anchor]


def test_words_are_drawn_at_their_edge_and_apart_from_others() -> None:
    anchors = ("top", "middle", None)
    words = [Word(text="moon", start=n * 0.3, end=n * 0.3 + 0.3, anchor=anchor) for n, anchor in enumerate(anchors)]
    blocks = compose_blocks(words, get_caption_style("classic"), FRAME, "en")
    heights = [(block.box.top + block.box.bottom) / 2 / FRAME[1] for block in blocks]
    assert heights == pytest.approx([0.22, 0.5, 0.7], abs=0.03)


def test_a_place_that_the_user_chose_comes_first() -> None:
    style = get_caption_style("classic").model_copy(update={"anchor": "middle"})
    (block,) = compose_blocks([Word(text="moon", start=0, end=1, anchor="top")], style, FRAME, "en")
    assert (block.box.top + block.box.bottom) / 2 / FRAME[1] == pytest.approx(0.5, abs=0.03)

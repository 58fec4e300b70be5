"""Subtitles are drawn in the part of the picture where their file places them."""

from itertools import pairwise

import pytest

from models.captions.placement import Anchor, Side, TextPosition
from models.captions.style import CaptionStyle
from models.jobs.caption_styles import get_caption_style, load_caption_styles, placements_of
from models.jobs.options import CaptionOptions
from models.jobs.transcript import SubtitleLine, Translation, Word
from pipeline.captions.avoidance.pairs import pair_blocks
from pipeline.captions.composition import compose_blocks, compose_text, find_place
from pipeline.captions.editing.film_painter import FilmText
from pipeline.captions.layout import CaptionBlock, interpolate_place
from pipeline.speech.subtitles.cues import Cue
from pipeline.speech.subtitles.formats import ass, srt, timed_text
from pipeline.speech.subtitles.reader import read

FRAME = (1080, 1920)
FRAMES = [FRAME, (1080, 1080), (1920, 1080)]
SIDES: tuple[Side, ...] = ("left", "right")
ASS = """[Script Info]
PlayResX: 1280
PlayResY: 720
[V4+ Styles]
Format: Name, Fontsize, Alignment
Style: Low, 20, 2
Style: High, 20, 8
Style: Corner, 20, 3
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def list_positions(cues: list[Cue]) -> list[TextPosition]:
    return [word.position for cue in cues for word in cue.split_words()]


def write_ttml(layout: str, attributes: str = "", paragraph: str = "", root: str = "") -> str:
    names = 'xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling"'
    return (
        f"<tt {names} {root}><head><styling><style xml:id='s' tts:extent='80% 20%'/></styling><layout>{layout}</layout>"
        f"</head><body {attributes}><div><p begin='1s' end='2s' {paragraph}>words</p></div></body></tt>"
    )


@pytest.mark.parametrize(
    ("region", "anchor", "side"),
    [
        ("tts:origin='10% 10%' tts:extent='80% 80%'", "top", None),
        ("tts:origin='10% 10%' tts:extent='80% 80%' tts:displayAlign='center'", "middle", None),
        ("tts:origin='10% 10%' tts:extent='80% 80%' tts:displayAlign='after'", None, None),
        ("tts:origin='70% 5%' tts:extent='25% 20%'", "top", "right"),
        ("tts:origin='5% 75%' tts:extent='90% 20%' tts:textAlign='left'", None, "left"),
        ("tts:origin='10% 5%' style='s'", "top", None),
        ("tts:origin='128px 36px' tts:extent='1024px 144px'", "top", None),
        ("tts:origin='10c 1c' tts:extent='10c 1c'", None, None),
        ("tts:origin='auto' tts:extent='auto'", None, None),
    ],
)
def test_a_region_of_ttml_is_a_part_of_the_picture(region: str, anchor: Anchor | None, side: Side | None) -> None:
    layout, root = f"<region xml:id='r' {region}/>", "tts:extent='1280px 720px'"
    document = write_ttml(layout, paragraph="region='r'", root=root)
    assert list_positions(timed_text.parse_cues(document)) == [TextPosition(anchor, side)]


@pytest.mark.parametrize(
    ("layout", "paragraph", "anchor"),
    [
        ("<region xml:id='r'><style tts:origin='10% 5%'/><style style='s'/></region>", "region='r' style='s'", "top"),
        ("", "tts:origin='10% 45%' tts:extent='80% 10%'", "middle"),
        ("", "region='unknown'", None),
    ],
)
def test_what_a_region_does_not_say_its_styles_or_the_paragraph_say(
    layout: str, paragraph: str, anchor: Anchor | None
) -> None:
    document = write_ttml(layout, paragraph=paragraph)
    assert list_positions(timed_text.parse_cues(document)) == [TextPosition(anchor, None)]


def test_a_region_is_that_of_what_is_around_a_paragraph_and_pixels_need_a_size() -> None:
    region = "<region xml:id='r' tts:origin='10% 5%' tts:extent='80% 20%'/>"
    assert list_positions(timed_text.parse_cues(write_ttml(region, "region='r'"))) == [TextPosition("top", None)]
    pixels = "<region xml:id='r' tts:origin='128px 36px' tts:extent='1024px 144px'/>"
    assert list_positions(timed_text.parse_cues(write_ttml(pixels, "region='r'"))) == [TextPosition()]


@pytest.mark.parametrize(
    ("event", "anchor", "side"),
    [
        ("Low,,0,0,0,,words", None, None),
        ("High,,0,0,0,,words", "top", None),
        ("Corner,,0,0,0,,words", None, "right"),
        (r"Low,,0,0,0,,{\an8}words", "top", None),
        (r"Low,,0,0,0,,{\an5}words", "middle", None),
        (r"Low,,0,0,0,,{\an4}words", "middle", "left"),
        (r"Low,,0,0,0,,{\an7}words", "top", "left"),
        (r"Low,,0,0,0,,{\an3}words", None, "right"),
        (r"Low,,0,0,0,,{\a6}words", "top", None),
        (r"Low,,0,0,0,,{\a5}words", "top", "left"),
        (r"Low,,0,0,0,,{\a11}words", "middle", "right"),
        (r"High,,0,0,0,,{\an2}words", None, None),
        (r"Low,,0,0,0,,{\pos(100,60)}words", "top", "left"),
        (r"Low,,0,0,0,,{\an7\pos(1200.5, 350)}words", "middle", "right"),
        (r"High,,0,0,0,,{\pos(640,680)}words", None, None),
    ],
)
def test_an_alignment_or_a_point_of_ass_is_a_part_of_the_picture(
    event: str, anchor: Anchor | None, side: Side | None
) -> None:
    lines = [*ASS.splitlines(), f"Dialogue: 0,0:00:01.00,0:00:02.00,{event}"]
    assert list_positions(ass.parse_cues(lines)) == [(anchor, side)]


def test_a_point_of_a_script_without_a_size_is_of_384_by_288() -> None:
    lines = [line for line in ASS.splitlines() if not line.startswith("PlayRes")]
    event = r"Dialogue: 0,0:00:01.00,0:00:02.00,Low,,0,0,0,,{\pos(320,20)}words"
    assert list_positions(ass.parse_cues([*lines, event])) == [("top", "right")]
    wide = ["[Script Info]", "PlayResX: 1920", *lines[1:]]
    assert list_positions(ass.parse_cues([*wide, event])) == [("top", "left")]


@pytest.mark.parametrize(
    ("settings", "text", "anchor", "side"),
    [
        ("", "words", None, None),
        (" line:0", "words", "top", None),
        (" line:10%", "words", "top", None),
        (" line:50.5% align:center", "words", "middle", None),
        (" line:85%", "words", None, None),
        (" line:-1", "words", None, None),
        (" position:10%", "words", None, "left"),
        (" position:10%,line-left align:left line:0", "words", "top", "left"),
        (" position:90% align:end", "words", None, "right"),
        (" position:50% align:start", "words", None, None),
        (" align:left", "words", None, "left"),
        (" align:right size:40%", "words", None, "right"),
        (" align:start", "words", None, "left"),
        (" align:start", "مرحبا", None, "right"),
        (" align:end", "שלום", None, "left"),
        ("", r"{\an8}words", "top", None),
        ("", r"{\an1}words", None, "left"),
        ("", r"{\pos(20,20)}words", "top", "left"),
    ],
)
def test_settings_of_webvtt_are_a_part_of_the_picture(
    settings: str, text: str, anchor: Anchor | None, side: Side | None
) -> None:
    lines = ["WEBVTT", "", f"00:01.000 --> 00:02.000{settings}", text]
    assert list_positions(srt.parse_cues(lines)) == [(anchor, side)]


def test_settings_that_youtube_gives_to_all_cues_place_none() -> None:
    cues = [f"00:0{n}.000 --> 00:0{n + 1}.000 align:start position:0%\nwords" for n in range(1, 4)]
    placed = "00:05.000 --> 00:06.000 align:start position:5%\nsign"
    assert set(list_positions(srt.parse_cues(["WEBVTT", "", *"\n\n".join(cues).split("\n")]))) == {(None, None)}
    found = list_positions(srt.parse_cues(["WEBVTT", "", *"\n\n".join([*cues, placed]).split("\n")]))
    assert found[-1] == (None, "left")


def test_words_are_drawn_at_their_edge_and_apart_from_others() -> None:
    anchors: list[Anchor | None] = ["top", "middle", None]
    words = [Word(text="moon", start=n * 0.3, end=n * 0.3 + 0.3, anchor=anchor) for n, anchor in enumerate(anchors)]
    blocks = compose_blocks(words, get_caption_style("classic"), FRAME, "en")
    heights = [(block.box.top + block.box.bottom) / 2 / FRAME[1] for block in blocks]
    assert heights == pytest.approx([0.22, 0.5, 0.7], abs=0.03)


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("name", list(load_caption_styles()))
def test_a_sign_is_at_its_side_of_the_safe_area(name: str, frame: tuple[int, int]) -> None:
    style = get_caption_style(name)
    words = [Word(text="I", start=n * 0.3, end=n * 0.3 + 0.3, side=side) for n, side in enumerate(SIDES)]
    left, right = compose_blocks(words, style, frame, "en")
    safe = interpolate_place(placements_of(style), *frame).safe
    slack = 1.2 * left.size
    assert 0 <= left.box.left - safe.left * frame[0] < slack
    assert 0 <= (1 - safe.right) * frame[0] - right.box.right < slack
    assert left.box.right < frame[0] / 2 < right.box.left


def test_a_file_with_a_sign_on_the_left_and_karaoke_keeps_both() -> None:
    sign = r"Dialogue: 0,0:00:01.00,0:00:02.00,Low,,0,0,0,,{\an7\pos(80,60)}OPEN"
    song = r"Dialogue: 0,0:00:03.00,0:00:05.00,Low,,0,0,0,,{\k50}warm {\k30}bread {\k120}daily"
    words = read("\n".join([*ASS.splitlines(), sign, song]).encode()).words
    assert [(word.text, word.start, *word.position) for word in words] == [
        ("OPEN", 1.0, "top", "left"),
        ("warm", 3.0, None, None),
        ("bread", 3.5, None, None),
        ("daily", 3.8, None, None),
    ]
    blocks = compose_blocks(words, get_caption_style("classic"), FRAME, "en")
    assert blocks[0].box.left < 0.1 * FRAME[0]
    assert blocks[0].box.bottom < 0.3 * FRAME[1]


def test_a_place_that_the_user_chose_comes_first() -> None:
    style = get_caption_style("classic").model_copy(update={"anchor": "middle"})
    words = [Word(text=text, start=0, end=1, anchor="top", side="left") for text in ("moon", "sun")]
    (block,) = compose_blocks([words[0], words[1].model_copy(update={"anchor": None})], style, FRAME, "en")
    assert (block.box.top + block.box.bottom) / 2 / FRAME[1] == pytest.approx(0.5, abs=0.03)
    assert block.box.left + block.box.right == pytest.approx(FRAME[0] * (0.06 + 0.89), abs=FRAME[0] * 0.06)


def compose_both(
    style: CaptionStyle, frame: tuple[int, int], words: list[Word]
) -> tuple[list[CaptionBlock], list[CaptionBlock]]:
    lines = tuple(SubtitleLine(text=f"linha de {word.text}", start=word.start, end=word.end) for word in words)
    text = FilmText(words, "en", translation=Translation(language="pt", lines=lines))
    return compose_text(text, style, frame, find_place(style, frame, CaptionOptions()))


def middle_of(blocks: list[CaptionBlock], frame: tuple[int, int]) -> float:
    return (min(block.box.top for block in blocks) + max(block.box.bottom for block in blocks)) / 2 / frame[1]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("name", list(load_caption_styles()))
def test_both_languages_are_where_the_file_has_them(name: str, frame: tuple[int, int]) -> None:
    style = get_caption_style(name)
    anchors: list[Anchor | None] = ["top", None, "middle", "bottom"]
    words = [
        Word(text="moon", start=2.0 * n, end=2.0 * n + 1, anchor=anchor, side="left" if anchor == "top" else None)
        for n, anchor in enumerate(anchors)
    ]
    above, below = compose_both(style, frame, words)
    assert [block.position.anchor for block in below] == anchors
    safe = interpolate_place(placements_of(style), *frame).safe
    for upper, lower in zip(above, below, strict=True):
        assert upper.box.bottom <= lower.box.top
        assert safe.top * frame[1] - 2 <= upper.box.top
        assert lower.box.bottom <= (1 - safe.bottom) * frame[1] + 2
    middles = [middle_of([upper, lower], frame) for upper, lower in zip(above, below, strict=True)]
    assert middles[0] < 0.32
    assert middles[2] == pytest.approx(0.5, abs=0.05)
    assert middles[1] > 0.5
    assert middles[3] == pytest.approx(middles[1], abs=0.03)
    assert max(above[0].box.left, below[0].box.left) < 0.17 * frame[0]


@pytest.mark.parametrize(("anchor", "low", "high"), [("top", 0.14, 0.36), ("middle", 0.40, 0.6), ("bottom", 0.6, 0.8)])
def test_both_languages_are_where_the_user_has_them(anchor: Anchor, low: float, high: float) -> None:
    style = get_caption_style("classic").model_copy(update={"anchor": anchor})
    words = [Word(text="moon", start=2.0 * n, end=2.0 * n + 1, anchor="top", side="right") for n in range(2)]
    above, below = compose_both(style, FRAME, words)
    assert low * FRAME[1] - 2 <= min(block.box.top for block in above)
    assert max(block.box.bottom for block in below) <= high * FRAME[1] + 2


def test_languages_at_one_place_move_together_and_those_at_another_by_themselves() -> None:
    words = [Word(text="moon", start=n, end=n + 1, anchor="top" if n else None) for n in range(2)]
    pairs = pair_blocks(*compose_both(get_caption_style("classic"), FRAME, words))
    assert [(len(pair.above), len(pair.below)) for pair in pairs] == [(1, 1), (1, 1)]
    assert all(one.whole.position != other.whole.position for one, other in pairwise(pairs))
    assert all(pair.whole.box.height < 0.3 * FRAME[1] for pair in pairs)

"""Emoji above captions: seldom, beside their word, and over nothing else."""

from itertools import accumulate, pairwise
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from models.captions.branding import Logo
from models.captions.placement import CaptionPlacement
from models.captions.tables import read_table
from models.captions.word_lists import find_emoji, normalize_word
from models.jobs.caption_styles import get_caption_style, load_caption_styles, placements_of
from models.jobs.options import CaptionOptions
from models.jobs.transcript import Word
from pipeline.captions.avoidance.costs import compute_covered_share
from pipeline.captions.boxes import Box
from pipeline.captions.composition import build_caption_painter, compose_blocks, find_place, resolve_style
from pipeline.captions.editing.emoji_marks import (
    WINDOW,
    EmojiMark,
    EmojiMarks,
    Surroundings,
    expand_blocks,
    place_marks,
)
from pipeline.captions.editing.film_painter import FilmText
from pipeline.captions.editing.progress_bar import find_bar_box
from pipeline.captions.glyphs.emoji import can_draw_emoji
from pipeline.captions.layout import interpolate_place
from pipeline.media.overlay import BT709
from pipeline.media.transcode import Canvas
from pipeline.vision.film_faces import FilmFaces
from pipeline.vision.tracking import FaceTrack
from pipeline.vision.types import Face, FaceBox

FRAME = (1080, 1920)
WORDS = ("money", "fire", "and", "coffee", "the", "dog", "love", "then")


def place_of(style: str = "classic") -> CaptionPlacement:
    return interpolate_place(placements_of(get_caption_style(style)), *FRAME)


def spoken(texts: list[str], pace: float = 0.4) -> list[Word]:
    return [Word(text=text, start=pace * at, end=pace * (at + 0.9)) for at, text in enumerate(texts)]


def mark(words: list[Word], style: str = "classic", faces: FilmFaces | None = None) -> list[EmojiMark]:
    blocks = compose_blocks(words, get_caption_style(style), FRAME, "en")
    return place_marks(words, "en", blocks, Surroundings(place_of(style), FRAME, faces=faces))


@given(said=st.lists(st.tuples(st.sampled_from(WORDS), st.floats(0.1, 4.0)), min_size=1, max_size=60))
@settings(max_examples=60, deadline=None)
def test_in_any_ten_seconds_there_are_at_most_two(said: list[tuple[str, float]]) -> None:
    ends = list(accumulate(length for _, length in said))
    words = [
        Word(text=text, start=end - length, end=end - 0.05 * length)
        for (text, length), end in zip(said, ends, strict=True)
    ]
    marks = mark(words)
    for begin in (edge - shift for each in marks for edge in (each.start, each.end) for shift in (0.0, WINDOW, 5.0)):
        shown = [each for each in marks if each.start < begin + WINDOW and each.end > begin]
        assert len(shown) <= 2
    assert all(after.start >= before.end for before, after in pairwise(marks))


@pytest.mark.parametrize("style", list(load_caption_styles()))
def test_an_emoji_is_in_the_safe_area_beside_its_caption_and_over_no_words(style: str) -> None:
    words = spoken(["so", "much", "money", "was", "made"])
    blocks = compose_blocks(words, get_caption_style(style), FRAME, "en")
    place = place_of(style)
    (found,) = place_marks(words, "en", blocks, Surroundings(place, FRAME))
    assert found.text == "💰"
    assert found.start == words[2].start
    block = next(each for each in blocks if each.start <= found.start < each.end)
    assert found.end == block.end
    assert compute_covered_share(found.box, block.box) == 0
    assert place.safe.left * FRAME[0] <= found.box.left
    assert found.box.right <= (1 - place.safe.right) * FRAME[0]
    assert found.box.bottom <= block.box.top
    assert expand_blocks([block], [found])[0].box.top == found.box.top


def faces_at(*boxes: FaceBox) -> FilmFaces:
    return FilmFaces(FRAME, tuple(FaceTrack(((1.0, Face(box, None, 0.9)),), 0.0, 99.0) for box in boxes))


def test_an_emoji_is_beside_a_face_and_left_out_where_there_is_no_room() -> None:
    words = spoken(["so", "much", "money"])
    (free,) = mark(words)
    face = FaceBox(free.box.left, free.box.top - 300, free.box.width, 300 + free.box.height)
    (moved,) = mark(words, faces=faces_at(face))
    assert moved.box != free.box
    assert compute_covered_share(moved.box, Box(face.x, face.y, face.x + face.width, face.y + face.height)) == 0
    assert mark(words, faces=faces_at(FaceBox(0, 0, *FRAME))) == []


frames = st.sampled_from([(1080, 1920), (1080, 1080), (1920, 1080), (360, 640)])
shares = st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0.02, 0.5), st.floats(0.02, 0.5))


def scale_box(share: tuple[float, float, float, float], frame: tuple[int, int]) -> Box:
    left, top, width, height = (round(each * side) for each, side in zip(share, (*frame, *frame), strict=True))
    return Box(left, top, left + width, top + height)


@given(
    style=st.sampled_from(list(load_caption_styles())),
    frame=frames,
    anchor=st.sampled_from(["top", "middle", "bottom"]),
    texts=st.lists(st.sampled_from(WORDS), min_size=1, max_size=8),
    always=st.lists(shares, max_size=4),
    heads=st.lists(shares, max_size=2),
    bar=st.booleans(),
)
@settings(max_examples=250, deadline=None)
def test_an_emoji_is_above_its_caption_and_over_nothing_that_is_shown_with_it(
    style: str,
    frame: tuple[int, int],
    anchor: str,
    texts: list[str],
    always: list[tuple[float, float, float, float]],
    heads: list[tuple[float, float, float, float]],
    bar: bool,
) -> None:
    options = CaptionOptions.model_validate({"style": style, "adjustments": {"anchor": anchor}, "progress_bar": bar})
    resolved = resolve_style(options)
    place, safe = find_place(resolved, frame, options), interpolate_place(placements_of(resolved), *frame).safe
    words, fixed = spoken(texts), [scale_box(share, frame) for share in always]
    boxes = [scale_box(share, frame) for share in heads]
    tracks = tuple(
        FaceTrack(((1.0, Face(FaceBox(box.left, box.top, box.width, box.height), None, 0.9)),), 0.0, 99.0)
        for box in boxes
    )
    blocks = compose_blocks(words, resolved, frame, "en", place)
    around = Surroundings(place, frame, faces=FilmFaces(frame, tracks), fixed=fixed)
    for found in place_marks(words, "en", blocks, around):
        block = next(each for each in blocks if each.start <= found.start < each.end)
        assert found.box.bottom <= block.box.top
        assert block.box.left <= found.box.left or found.box.width > block.box.width
        assert all(compute_covered_share(found.box, box) == 0 for box in (*fixed, *boxes, find_bar_box(safe, frame)))
        assert safe.left * frame[0] <= found.box.left < found.box.right <= (1 - safe.right) * frame[0]
        assert safe.top * frame[1] <= found.box.top


def test_an_emoji_steps_aside_for_a_logo_in_its_corner(tmp_path: Path) -> None:
    frame, words, picture = (1080, 1080), [Word(text="money", start=1, end=2)], tmp_path / "logo.png"
    Image.new("RGB", (700, 1300), "red").save(picture)
    text = FilmText(words, "en", picture)
    logo = Logo(file_id=uuid4(), corner="bottom-left", size="large")

    def list_boxes(**switches: object) -> set[Box]:
        options = CaptionOptions.model_validate({"style": "news", **switches})
        layers = build_caption_painter(text, options, Canvas(*frame, 30.0, BT709))(1.5)
        return {Box(layer.x, layer.y, layer.x + layer.width, layer.y + layer.height) for layer in layers}

    (corner,) = list_boxes(logo=logo) - list_boxes()
    (alone,) = list_boxes(emoji=True) - list_boxes()
    (beside,) = list_boxes(emoji=True, logo=logo) - list_boxes(logo=logo)
    assert compute_covered_share(alone, corner) > 0
    assert compute_covered_share(beside, corner) == 0


def test_no_emoji_is_shown_while_something_else_is_there() -> None:
    words = spoken(["so", "much", "money"])
    blocks = compose_blocks(words, get_caption_style("classic"), FRAME, "en")
    assert place_marks(words, "en", blocks, Surroundings(place_of(), FRAME, earliest=3.0)) == []


def test_the_picture_stays_in_its_box_while_it_moves() -> None:
    (found,) = mark(spoken(["money"]))
    paint = EmojiMarks([found], Canvas(*FRAME, 30.0, BT709))
    assert paint(found.start - 0.01) == []
    assert paint(found.end) == []
    for frame in range(12):
        (overlay,) = paint(found.start + frame / 30)
        drawn = Box(overlay.x, overlay.y, overlay.x + overlay.width, overlay.y + overlay.height)
        assert drawn.left >= found.box.left - 1
        assert drawn.right <= found.box.right + 2
        assert drawn.top >= found.box.top - 1
        assert drawn.bottom <= found.box.bottom + 2
        assert overlay.width > found.box.width / 2


@pytest.mark.parametrize("language", ["en", "pt", "es"])
def test_every_word_of_a_list_is_written_as_words_are_compared_and_its_emoji_is_drawn(language: str) -> None:
    lists = read_table("words/emoji.toml")[language]
    words = [word for text in lists.values() for word in text.split()]
    assert len(words) > 70
    assert len(words) == len(set(words))
    assert words == [normalize_word(word) for word in words]
    assert all(can_draw_emoji(emoji) for emoji in lists)
    assert find_emoji("Café!", "pt") == "☕"
    assert find_emoji("money", "de") is None

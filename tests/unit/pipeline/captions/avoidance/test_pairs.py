"""Captions in two languages and invented faces: what is shown together moves together."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from models.captions.placement import CaptionPlacement
from models.jobs.caption_styles import get_caption_style, placements_of
from pipeline.captions.avoidance.pairs import CaptionPair, align_lines, move_pairs, pair_blocks
from pipeline.captions.avoidance.places import list_face_areas
from pipeline.captions.boxes import Box
from pipeline.captions.layout import CaptionBlock, PlacedWord, interpolate_place
from pipeline.vision.film_faces import FilmFaces
from pipeline.vision.tracking import FaceTrack
from pipeline.vision.types import Face, FaceBox

WIDTH, HEIGHT = FRAME = (1080, 1920)
PLACE: CaptionPlacement = interpolate_place(placements_of(get_caption_style("classic")), *FRAME)
HOME = round(PLACE.y * HEIGHT)


def block(start: float, end: float, top: int, bottom: int) -> CaptionBlock:
    box = Box(150, top, 930, bottom)
    word = PlacedWord("WORD", start, end, 200, bottom - 20, Box(200, top + 10, 880, bottom - 10), 90)
    return CaptionBlock((word,), start, end, 90, box, is_unspaced=False)


def upper(start: float, end: float) -> CaptionBlock:
    return block(start, end, HOME - 150, HOME - 10)


def lower(start: float, end: float) -> CaptionBlock:
    return block(start, end, HOME + 10, HOME + 110)


def film_of(*faces: tuple[float, float, FaceBox]) -> FilmFaces:
    tracks = (FaceTrack((((start + end) / 2, Face(box, None, 0.9)),), start, end) for start, end, box in faces)
    return FilmFaces(FRAME, tuple(tracks))


def move(pairs: list[CaptionPair], faces: FilmFaces, smaller: list[CaptionPair] | None = None) -> list[CaptionPair]:
    return move_pairs(pairs, lambda: smaller or pairs, faces, PLACE, FRAME)


spans = st.lists(st.tuples(st.floats(0, 2), st.floats(0.1, 3)), min_size=1, max_size=12)


def follow(found: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans after each other: a pause before each, and its length."""
    placed, now = [], 0.0
    for pause, length in found:
        start = now + pause
        now = start + length
        placed.append((start, now))
    return placed


@given(above=spans, below=spans)
def test_every_block_is_in_one_pair_and_no_two_pairs_are_shown_at_once(
    above: list[tuple[float, float]], below: list[tuple[float, float]]
) -> None:
    words, lines = [upper(*span) for span in follow(above)], [lower(*span) for span in follow(below)]
    pairs = pair_blocks(words, lines)
    assert [each for pair in pairs for each in pair.above] == words
    assert [each for pair in pairs for each in pair.below] == align_lines(words, lines)
    assert all(one.whole.end <= two.whole.start for one, two in pairwise(pairs))


@given(above=spans, below=spans)
def test_lines_follow_each_other_as_before_at_most_half_a_caption_earlier_or_later(
    above: list[tuple[float, float]], below: list[tuple[float, float]]
) -> None:
    words, lines = [upper(*span) for span in follow(above)], [lower(*span) for span in follow(below)]
    aligned = align_lines(words, lines)
    longest = max(block.end - block.start for block in words)
    assert all(one.end <= two.start for one, two in pairwise(aligned))
    for before, after in zip(lines, aligned, strict=True):
        assert abs(after.start - before.start) <= longest / 2 + 1e-9
        assert after.end > after.start
        assert after.end - after.start >= min(0.8, before.end - before.start) - 1e-9


def test_a_caption_over_two_lines_does_not_join_them() -> None:
    pairs = pair_blocks([upper(0, 1), upper(1, 2.5), upper(2.5, 4)], [lower(0, 2), lower(2, 4)])
    assert [(len(pair.above), len(pair.below)) for pair in pairs] == [(2, 1), (1, 1)]
    assert [(line.start, line.end) for pair in pairs for line in pair.below] == [(0, 2), (2.5, 4)]


def test_captions_without_a_translation_move_one_by_one() -> None:
    words = [upper(0, 2), upper(1, 3)]
    assert pair_blocks(words, []) == [CaptionPair((words[0],)), CaptionPair((words[1],))]


def test_without_a_face_under_them_both_languages_stay() -> None:
    pairs = pair_blocks([upper(0, 1), upper(1, 2)], [lower(0, 2)])
    assert move(pairs, film_of((0, 2, FaceBox(440, 300, 200, 200)))) == pairs


def test_a_face_under_the_translation_alone_moves_the_captions_too() -> None:
    pairs = pair_blocks([upper(0, 1), upper(1, 2)], [lower(0, 2)])
    (moved,) = move(pairs, film_of((0, 2, FaceBox(440, HOME + 20, 200, 260))))
    steps = {after.box.top - before.box.top for before, after in zip(pairs[0].above, moved.above, strict=True)}
    assert steps == {moved.below[0].box.top - pairs[0].below[0].box.top}
    assert steps != {0}


def test_where_a_mouth_would_be_covered_both_languages_have_smaller_letters() -> None:
    mouths = [(0.0, 2.0, FaceBox(240, top - 315, 600, 400)) for top in range(280, 1600, 250)]
    pairs = pair_blocks([upper(0, 2)], [lower(0, 2)])
    small = pair_blocks([block(0, 2, HOME - 60, HOME - 5)], [block(0, 2, HOME + 5, HOME + 50)])
    (moved,) = move(pairs, film_of(*mouths), small)
    assert (moved.above[0].box.height, moved.below[0].box.height) == (55, 45)
    assert moved.below[0].box.top - moved.above[0].box.bottom == 10


heads = st.builds(
    lambda x, y, side: FaceBox(x, y, side, side), st.integers(-100, 1000), st.integers(-100, 1800), st.integers(40, 700)
)


@settings(max_examples=60, deadline=None)
@given(head=heads)
def test_no_mouth_is_under_either_language_and_neither_leaves_the_safe_area(head: FaceBox) -> None:
    pairs = pair_blocks([upper(0, 1), upper(1, 2)], [lower(0, 2)])
    faces = film_of((0, 2, head))
    (moved,) = move(pairs, faces)
    (area,) = list_face_areas(faces, moved.whole, FRAME)
    assert PLACE.safe.top * HEIGHT - 1 <= moved.whole.box.top
    assert moved.whole.box.bottom <= (1 - PLACE.safe.bottom) * HEIGHT + 1
    for each in (*moved.above, *moved.below):
        rows = min(each.box.bottom, area.mouth.bottom) - max(each.box.top, area.mouth.top)
        columns = min(each.box.right, area.mouth.right) - max(each.box.left, area.mouth.left)
        assert rows <= 0 or columns <= 0

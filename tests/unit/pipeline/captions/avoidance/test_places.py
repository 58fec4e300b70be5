"""Captions and invented faces, in a frame of 1080 x 1920."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from models.captions.placement import CaptionPlacement
from models.jobs.caption_styles import get_caption_style, placements_of
from pipeline.captions.avoidance.candidates import list_candidates
from pipeline.captions.avoidance.costs import FaceArea, compute_covered_share, is_mouth_covered
from pipeline.captions.avoidance.places import choose_candidates, choose_places, list_face_areas
from pipeline.captions.boxes import Box
from pipeline.captions.layout import CaptionBlock, PlacedWord, interpolate_place
from pipeline.vision.film_faces import FilmFaces
from pipeline.vision.tracking import FaceSample, FaceTrack, track_faces
from pipeline.vision.types import Face, FaceBox

WIDTH, HEIGHT = FRAME = (1080, 1920)
PLACE: CaptionPlacement = interpolate_place(placements_of(get_caption_style("classic")), *FRAME)
HOME = round(PLACE.y * HEIGHT)


def block(start: float, end: float, height: int = 200) -> CaptionBlock:
    box = Box(150, HOME - height // 2, 930, HOME + height // 2)
    word = PlacedWord("WORD", start, end, 200, HOME + 30, Box(200, HOME - 40, 880, HOME + 40), 90)
    return CaptionBlock((word,), start, end, 90, box, is_unspaced=False)


def smaller_block(start: float, end: float) -> CaptionBlock:
    return block(start, end, height=100)


def face(middle: int, height: int) -> FaceArea:
    """A face in the middle of the frame, its eyes at 40 % and its mouth at 80 % of its height."""
    top, half = middle - height // 2, height // 3

    def part(first: float, last: float) -> Box:
        return Box(540 - half // 2, round(top + first * height), 540 + half // 2, round(top + last * height))

    return FaceArea(Box(540 - half, top, 540 + half, top + height), part(0.72, 0.88), part(0.34, 0.44))


def choose(
    blocks: Sequence[CaptionBlock], areas: Sequence[Sequence[FaceArea]], cuts: Sequence[float] = ()
) -> list[float]:
    candidates = [list_candidates(each, PLACE, HEIGHT) for each in blocks]
    return [each.offset for each in choose_candidates(candidates, areas, cuts)]


def film_of(*faces: FaceBox, end: float = 100.0) -> FilmFaces:
    found = tuple(Face(box, None, 0.9) for box in faces)
    tracks = track_faces([FaceSample(seconds, found) for seconds in (0.0, end)])
    return FilmFaces(FRAME, tuple(tracks))


BLOCKS = [block(second, second + 0.9) for second in range(6)]


def test_without_a_face_under_them_captions_stay_where_the_style_has_them() -> None:
    assert choose(BLOCKS, [[face(400, 300)]] * 6) == [0.0] * 6


def test_captions_step_aside_for_a_face_and_all_of_a_shot_to_the_same_place() -> None:
    areas = [face(HOME, 400)]
    offsets = choose(BLOCKS, [areas] * 6)
    assert len(set(offsets)) == 1
    moved = list_candidates(BLOCKS[0], PLACE, HEIGHT)
    (taken,) = (each for each in moved if each.offset == offsets[0])
    assert compute_covered_share(taken.block.box, areas[0].box) == 0


def test_a_face_that_comes_and_goes_does_not_make_captions_jump() -> None:
    offsets = choose(BLOCKS, [[face(HOME, 300)] if number % 2 else [] for number in range(6)])
    assert len({*offsets[1:]}) == 1
    assert offsets[1] != 0


def test_captions_move_at_the_cut_and_come_back_after_it() -> None:
    areas = [[face(HOME, 300)] if number < 3 else [] for number in range(6)]
    offsets = choose(BLOCKS, areas, cuts=[2.95])
    assert len(set(offsets[:3])) == 1
    assert offsets[0] != 0
    assert offsets[3:] == [0.0] * 3


def test_a_face_that_fills_the_frame_keeps_its_mouth_and_its_eyes() -> None:
    close = face(HEIGHT // 2, 1700)
    (offset,) = choose([block(0, 1)], [[close]])
    (taken,) = (each for each in list_candidates(block(0, 1), PLACE, HEIGHT) if each.offset == offset)
    assert not is_mouth_covered(taken, [close])
    assert close.eyes is not None
    assert compute_covered_share(taken.block.box, close.eyes) == 0


def test_letters_get_smaller_only_where_a_mouth_would_be_covered_otherwise() -> None:
    mouths = [FaceBox(240, top - 315, 600, 400) for top in range(280, 1600, 250)]  # mouths of usual faces, 80 px high
    free = [block(0, 1), block(2, 3)]
    small = [smaller_block(0, 1), smaller_block(2, 3)]
    crowd = choose_places(free, lambda: small, film_of(*mouths), PLACE, FRAME)
    assert {each.block.box.height for each in crowd} == {100}
    alone = choose_places(free, lambda: small, film_of(mouths[4]), PLACE, FRAME)
    assert {each.block.box.height for each in alone} == {200}


def test_what_is_drawn_moves_with_its_block() -> None:
    moved = list_candidates(block(0, 1), PLACE, HEIGHT)[-1].block
    down = moved.box.top - block(0, 1).box.top
    assert down != 0
    assert moved.words[0].box.top - block(0, 1).words[0].box.top == down
    assert moved.words[0].baseline - block(0, 1).words[0].baseline == down


def test_the_region_of_a_face_grows_with_its_way() -> None:
    samples = [FaceSample(float(n), (Face(FaceBox(100 + 40 * n, 100, 200, 200), None, 0.9),)) for n in range(4)]
    faces = FilmFaces((540, 960), tuple(track_faces(samples)))
    (area,) = list_face_areas(faces, block(1.2, 1.8), FRAME)
    assert area.box.left <= 2 * 140
    assert area.box.right >= 2 * (180 + 200)
    assert area.box.right < 2 * (220 + 200)


heads = st.builds(
    lambda x, y, side: FaceBox(x, y, side, side), st.integers(-100, 1000), st.integers(-100, 1800), st.integers(40, 900)
)
shots = st.lists(st.lists(heads, max_size=3), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(shots=shots, height=st.integers(60, 380))
def test_no_mouth_is_covered_where_a_place_without_one_exists(shots: list[list[FaceBox]], height: int) -> None:
    tracks: list[FaceTrack] = []
    for number, found in enumerate(shots):
        tracks += [FaceTrack(((number + 0.5, Face(box, None, 0.9)),), number, number + 1) for box in found]
    faces = FilmFaces(FRAME, tuple(tracks), tuple(float(number) for number in range(1, len(shots))))
    blocks = [block(number + 0.1, number + 0.9, height) for number in range(len(shots))]
    smaller = [block(each.start, each.end, height // 2) for each in blocks]
    chosen = choose_places(blocks, lambda: smaller, faces, PLACE, FRAME)
    for before, small, taken in zip(blocks, smaller, chosen, strict=True):
        after = taken.block
        areas = list_face_areas(faces, before, FRAME)
        assert PLACE.safe.top * HEIGHT - 1 <= after.box.top < after.box.bottom <= (1 - PLACE.safe.bottom) * HEIGHT + 1
        options = [*list_candidates(before, PLACE, HEIGHT), *list_candidates(small, PLACE, HEIGHT)]
        if any(not is_mouth_covered(each, areas) for each in options):
            assert all(compute_covered_share(after.box, area.mouth) == 0 for area in areas)


@settings(max_examples=40, deadline=None)
@given(pattern=st.lists(st.booleans(), min_size=2, max_size=12))
def test_captions_move_no_more_often_than_faces_come_and_go(pattern: list[bool]) -> None:
    blocks = [block(number, number + 0.9) for number in range(len(pattern))]
    offsets = choose(blocks, [[face(HOME, 300)] if there else [] for there in pattern])
    changes = sum(one != other for one, other in pairwise(pattern))
    assert sum(one != other for one, other in pairwise(offsets)) <= min(changes, 2)
    assert all(offset for offset, there in zip(offsets, pattern, strict=True) if there)


def test_captions_keep_clear_of_where_lips_open() -> None:
    box = FaceBox(300, 600, 450, 600)
    faces = film_of(box)
    (region,) = faces.find_regions(0.0, 1.0)
    (area,) = list_face_areas(faces, block(0.0, 1.0), FRAME)
    lips, side = region.mouth, region.box.height
    assert area.mouth.left <= lips.x - 0.05 * side
    assert area.mouth.right >= lips.x + lips.width + 0.05 * side
    assert area.mouth.top <= lips.y - 0.05 * side
    assert area.mouth.bottom >= lips.y + lips.height + 0.09 * side

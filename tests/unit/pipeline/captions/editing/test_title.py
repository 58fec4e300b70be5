"""A title and invented faces: it covers no mouth, no captions and no progress bar, in frames of any shape."""

import pytest
from fakes.film_scenes import Head, draw_head
from hypothesis import given, settings
from hypothesis import strategies as st

from models.captions.placement import get_placements
from models.captions.style import CaptionStyle
from models.jobs.caption_styles import get_caption_style, load_caption_styles, placements_of
from pipeline.captions.avoidance.costs import compute_covered_share
from pipeline.captions.avoidance.places import list_face_areas
from pipeline.captions.boxes import Box
from pipeline.captions.editing.progress_bar import find_bar_box
from pipeline.captions.editing.title import build_title, measure_title_rows
from pipeline.captions.editing.title_scene import EMPTY_SCENE, TitleScene
from pipeline.captions.layout import CaptionBlock, interpolate_place
from pipeline.media.overlay import BT709
from pipeline.media.transcode import Canvas
from pipeline.vision.faces import find_faces
from pipeline.vision.film_faces import FilmFaces
from pipeline.vision.tracking import FaceTrack
from pipeline.vision.types import Face, FaceBox

FRAMES = [(1080, 1920), (1080, 1080), (1920, 1080)]
TEXT = "Nine things nobody says about bread"
Heads = list[tuple[float, float, float]]


def faces_of(frame: tuple[int, int], heads: Heads) -> FilmFaces:
    """Heads by their middle and height, as shares of the frame."""
    boxes = [
        FaceBox(
            round(x * frame[0] - height * frame[1] / 2),
            round((y - height / 2) * frame[1]),
            round(height * frame[1]),
            round(height * frame[1]),
        )
        for x, y, height in heads
    ]
    return FilmFaces(frame, tuple(FaceTrack(((1.0, Face(box, None, 0.9)),), 0.0, 5.0) for box in boxes))


def find_title(frame: tuple[int, int], scene: TitleScene, style: CaptionStyle | None = None) -> Box | None:
    painter = build_title(
        TEXT, style or get_caption_style("classic"), Canvas(*frame, 25, BT709, seconds=10), "en", scene
    )
    return painter.find_box(1.0) if painter else None


def list_mouths(frame: tuple[int, int], faces: FilmFaces) -> list[Box]:
    block = CaptionBlock((), 0.0, 3.0, 40, Box(0, 0, 1, 1), is_unspaced=False)
    return [area.mouth for area in list_face_areas(faces, block, frame)]


@pytest.mark.parametrize("frame", FRAMES)
def test_a_title_leaves_its_place_for_a_face_and_stays_where_none_is(frame: tuple[int, int]) -> None:
    home = find_title(frame, EMPTY_SCENE)
    assert home is not None
    middle = (home.top + home.bottom) / 2 / frame[1]
    assert find_title(frame, TitleScene(faces=faces_of(frame, [(0.5, 0.85, 0.1)]))) == home
    faces = faces_of(frame, [(0.5, middle - 0.05, 0.25)])
    moved = find_title(frame, TitleScene(faces=faces))
    assert moved is not None
    assert moved != home
    assert not any(compute_covered_share(moved, mouth) for mouth in list_mouths(frame, faces))


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("name", list(load_caption_styles()))
def test_a_title_below_is_above_the_progress_bar(name: str, frame: tuple[int, int]) -> None:
    style = get_caption_style(name).model_copy(update={"anchor": "top"})
    bar = find_bar_box(interpolate_place(placements_of(style), *frame).safe, frame)
    box = find_title(frame, TitleScene([bar]), style)
    assert box is not None
    assert box.top > frame[1] / 2
    assert box.bottom <= bar.top


@pytest.mark.parametrize("frame", FRAMES)
def test_a_title_leaves_captions_free_that_are_where_it_would_be(frame: tuple[int, int]) -> None:
    home = find_title(frame, EMPTY_SCENE)
    assert home is not None
    moved = find_title(frame, TitleScene([home]))
    assert moved is not None
    assert compute_covered_share(moved, home) == 0


@pytest.mark.parametrize("frame", FRAMES)
def test_a_title_is_smaller_where_there_is_less_room_and_left_out_where_there_is_none(frame: tuple[int, int]) -> None:
    home = find_title(frame, EMPTY_SCENE)
    assert home is not None
    below = Box(0, home.top + round(0.8 * home.height), frame[0], frame[1])
    small = find_title(frame, TitleScene([below]))
    assert small is not None
    assert small.bottom <= below.top
    assert small.height < home.height
    assert find_title(frame, TitleScene([Box(0, 0, *frame)])) is None


@pytest.mark.parametrize("frame", FRAMES)
@settings(max_examples=25, deadline=None)
@given(
    heads=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0.08, 0.7)), min_size=1, max_size=3),
    caption=st.floats(0.2, 0.9),
)
def test_no_mouth_and_no_caption_is_under_a_title_and_it_stays_in_the_safe_area(
    heads: Heads, caption: float, frame: tuple[int, int]
) -> None:
    shown = Box(0, round((caption - 0.08) * frame[1]), frame[0], round((caption + 0.05) * frame[1]))
    faces = faces_of(frame, heads)
    box = find_title(frame, TitleScene([shown], faces))
    if box is None:
        return
    safe = interpolate_place(get_placements("feed"), *frame).safe
    assert not any(compute_covered_share(box, each) for each in [shown, *list_mouths(frame, faces)])
    assert safe.top * frame[1] - 1 <= box.top
    assert box.bottom <= (1 - safe.bottom) * frame[1] + 1


def test_a_title_is_there_beside_any_single_face() -> None:
    for frame in FRAMES:
        for down in range(10, 95, 5):
            scene = TitleScene(faces=faces_of(frame, [(0.5, down / 100, 0.45)]))
            assert find_title(frame, scene) is not None


def test_the_rows_of_a_title_are_those_it_has_without_faces() -> None:
    home = find_title(FRAMES[0], EMPTY_SCENE)
    assert home is not None
    rows = measure_title_rows(TEXT, get_caption_style("classic"), FRAMES[0], "en")
    assert rows == pytest.approx((home.top / 1920, home.bottom / 1920))


def test_a_title_takes_a_gap_that_it_just_fits_rather_than_cover_eyes() -> None:
    frame = (540, 960)
    (face,) = find_faces(draw_head(Head(0.5, 0.28, 0.4), 216, 384))
    faces = FilmFaces((216, 384), (FaceTrack(((1.0, face),), 0.0, 5.0),))
    chin = list_mouths(frame, faces)[0].bottom
    box = find_title(frame, TitleScene([Box(0, chin + 112, 540, 960)], faces), get_caption_style("hormozi"))
    assert box is not None
    assert chin <= box.top < box.bottom <= chin + 112

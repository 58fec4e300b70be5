"""When the picture comes closer, and how."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from models.jobs.transcript import Word
from pipeline.captions.editing.punch_in import (
    FALL_SECONDS,
    HOLD_SECONDS,
    RISE_SECONDS,
    PunchIn,
    choose_starts,
    compute_scale,
    find_focus,
)
from pipeline.captions.editing.title import choose_title
from pipeline.media.editing.zoom import Zoom
from pipeline.vision.film_faces import FilmFaces
from pipeline.vision.tracking import FaceTrack
from pipeline.vision.types import Face, FaceBox

LENGTH = RISE_SECONDS + HOLD_SECONDS + FALL_SECONDS


def words_of(text: str, step: float = 0.4) -> list[Word]:
    return [Word(text=each, start=1 + n * step, end=1.3 + n * step) for n, each in enumerate(text.split())]


@given(st.lists(st.sampled_from(["so", "100", "money", "go."]), max_size=60), st.floats(0.1, 3))
def test_zooms_are_apart_and_end_before_the_film(texts: list[str], step: float) -> None:
    words = words_of(" ".join(texts), step)
    end = words[-1].end if words else 1.0
    starts = choose_starts(words, "en", end)
    assert all(after - before > LENGTH + 1 for before, after in pairwise(starts))
    assert all(start in {word.start for word in words} and start + LENGTH <= end for start in starts)


def test_numbers_and_strong_words_are_chosen_and_without_any_the_starts_of_sentences() -> None:
    assert choose_starts(words_of("we made 100 dollars with it"), "en", 20) == [1.8]
    assert choose_starts(words_of("on va bien. et puis on part"), "fr", 20) == [2.2]


@given(st.floats(-1, 5))
def test_the_picture_is_never_larger_than_one_and_an_eighth_and_moves_without_a_jump(seconds: float) -> None:
    scale, later = compute_scale([0.0], seconds), compute_scale([0.0], seconds + 1 / 60)
    assert 1 <= scale <= 1.12
    assert abs(later - scale) < 0.011


def test_the_zoom_rises_holds_and_falls() -> None:
    times = (0.0, RISE_SECONDS, RISE_SECONDS + HOLD_SECONDS, LENGTH)
    assert [round(compute_scale([0.0], at), 3) for at in times] == [1.0, 1.1, 1.1, 1.0]


def test_a_title_is_the_first_sentence_or_as_much_as_is_read_at_a_glance() -> None:
    assert choose_title(words_of("Did you know this? Well"), "en") == "Did you know this?"
    long = choose_title(
        words_of("this is a sentence, that goes on and on, until nobody knows how it began at all"), "en"
    )
    assert long == "this is a sentence, that goes on and on, until nobody knows…"
    assert choose_title([Word(text="x" * 100, start=0, end=1)], "en") == "x" * 100
    assert choose_title([], "en") == ""


# what the zoom is aimed at


def faces_of(*tracks: tuple[float, float, FaceBox], cuts: tuple[float, ...] = ()) -> FilmFaces:
    """Faces in a picture of 200 x 400, each from a time to another."""
    found = tuple(FaceTrack((((start + end) / 2, Face(box, None, 0.9)),), start, end) for start, end, box in tracks)
    return FilmFaces((200, 400), found, cuts)


def test_a_zoom_is_aimed_at_the_face_that_is_seen() -> None:
    assert find_focus(faces_of((0, 9, FaceBox(20, 300, 40, 40))), 3.0) == (0.2, 0.8)


def test_without_a_face_a_zoom_is_aimed_at_where_faces_mostly_are() -> None:
    elsewhere = faces_of((6, 9, FaceBox(20, 300, 40, 40)))
    assert find_focus(None, 3.0) == find_focus(faces_of(), 3.0) == find_focus(elsewhere, 3.0) == (0.5, 0.38)


def test_of_two_faces_the_larger_one_counts_more() -> None:
    x, y = find_focus(faces_of((0, 9, FaceBox(0, 100, 80, 80)), (0, 9, FaceBox(160, 100, 20, 20))), 3.0)
    assert 0.2 < x < 0.25
    assert 0.3 < y < 0.35


def test_a_face_of_the_next_shot_is_not_aimed_at() -> None:
    faces = faces_of((0, 4, FaceBox(20, 40, 40, 40)), (4, 9, FaceBox(120, 300, 80, 80)), cuts=(4.0,))
    assert find_focus(faces, 3.0) == (0.2, 0.15)


def test_a_face_that_is_half_outside_is_aimed_at_inside_of_the_picture() -> None:
    assert find_focus(faces_of((0, 9, FaceBox(-90, 100, 80, 80))), 3.0)[0] == 0.0


def test_each_zoom_keeps_its_own_point_until_it_is_over() -> None:
    paint = PunchIn([1.0, 6.0], [(0.2, 0.3), (0.8, 0.5)])
    layers = [paint(at) for at in (0.5, 1.5, 2.9, 3.5, 6.5)]
    assert [[layer.focus for layer in each if isinstance(layer, Zoom)] for each in layers] == [
        [],
        [(0.2, 0.3)],
        [(0.2, 0.3)],
        [],
        [(0.8, 0.5)],
    ]

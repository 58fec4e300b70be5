"""Invented faces in the pictures of a film."""

from math import inf

from pipeline.vision.tracking import FaceSample, track_faces
from pipeline.vision.types import Face, FaceBox


def face(x: int, score: float = 0.95, side: int = 100) -> Face:
    return Face(FaceBox(x, 50, side, side), None, score)


def samples(*pictures: list[Face]) -> list[FaceSample]:
    return [FaceSample(float(number), tuple(faces)) for number, faces in enumerate(pictures)]


def test_a_face_that_moves_is_one_track() -> None:
    (track,) = track_faces(samples([face(0)], [face(40)], [face(80)]))
    assert [seconds for seconds, _ in track.samples] == [0, 1, 2]
    assert (track.start, track.end) == (-inf, inf)


def test_two_faces_side_by_side_are_not_mistaken_for_each_other() -> None:
    tracks = track_faces(samples([face(0), face(120)], [face(130), face(20)], [face(30), face(140)]))
    assert [[one.box.x for _, one in track.samples] for track in tracks] == [[0, 20, 30], [120, 130, 140]]


def test_what_is_seen_once_and_not_clearly_is_no_face() -> None:
    assert track_faces(samples([], [face(0, score=0.65)], [], [])) == []
    assert len(track_faces(samples([], [face(0, score=0.9)], [], []))) == 1
    assert len(track_faces(samples([], [face(0, score=0.65)], [face(5, score=0.65)], []))) == 1


def test_a_face_overlooked_once_goes_on() -> None:
    (track,) = track_faces(samples([face(0)], [face(0)], [], [face(0)], [face(0)]))
    region = track.find_region(1.5, 2.5)
    assert region is not None
    assert region.box == face(0).box


def test_a_face_may_be_there_from_the_picture_before_to_the_one_after() -> None:
    (track,) = track_faces(samples([], [], [face(0)], [face(0)], [], [], []))
    assert (track.start, track.end) == (1, 4)
    assert track.find_region(0.2, 0.9) is None
    assert track.find_region(0.2, 1.1) is not None
    assert track.find_region(4.0, 5.0) is None


def test_the_region_of_a_moving_face_holds_it_all_the_while() -> None:
    (track,) = track_faces(samples([face(0)], [face(40)], [face(80)], [face(120)]))
    region = track.find_region(1.2, 1.8)
    assert region is not None
    assert (region.box.x, region.box.x + region.box.width) == (40, 180)
    assert region.mouth.x <= 40 + 25
    assert region.mouth.x + region.mouth.width >= 80 + 75


def test_where_another_face_appears_a_new_track_begins() -> None:
    tracks = track_faces(samples([face(0)], [face(0)], [face(300)], [face(300)], [face(300)]))
    assert [(track.start, track.end) for track in tracks] == [(-inf, 2), (1, inf)]

"""Faces of films that are made here."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from fakes.film_scenes import Head, cut_between, draw_head, write_film

from models.errors import ErrorCode, RequestRejected
from pipeline.media.streams.sampling import read_frames_between, read_key_frames
from pipeline.vision.film_faces import find_film_faces

UPRIGHT = (180, 320)
ROWS = (0.62, 0.78)
SMALL = (96, 170)


def test_key_frames_are_sampled_at_their_times_and_nothing_else(tmp_path: Path) -> None:
    film = write_film(tmp_path / "f.mp4", lambda _: Head(0.5, 0.4, 0.3), UPRIGHT, 4, key_frames=10)
    found = list(read_key_frames(film, SMALL, 0.4))
    assert [frame.seconds for frame in found] == [0, 1, 2, 3]
    assert {frame.picture.shape for frame in found} == {(170, 96, 3)}
    assert [frame.seconds for frame in read_key_frames(film, SMALL, 1.5)] == [0, 2]
    assert [frame.seconds for frame in read_key_frames(film, SMALL, 0.4, [(0, 2), (2, 4)])] == [1, 3]


def test_key_frames_of_a_shot_that_goes_on_are_sampled_more_rarely_than_those_of_another(tmp_path: Path) -> None:
    far, near = Head(0.5, 0.4, 0.2), Head(0.5, 0.5, 0.9)
    heads = [far, far, far, far, far, near, far, far, far, far]
    film = write_film(tmp_path / "f.mp4", cut_between(heads, 1), UPRIGHT, 10, key_frames=10)
    found = [frame.seconds for frame in read_key_frames(film, SMALL, 0.4, still_interval=2.4)]
    assert found == [0, 1, 3, 5, 6, 9]  # x264 takes a few frames to settle on its quantizer


def test_a_sampled_key_frame_is_the_picture_at_its_time(tmp_path: Path) -> None:
    heads = [Head(0.5, 0.3, 0.3), Head(0.5, 0.7, 0.3), None]
    film = write_film(tmp_path / "f.mp4", cut_between(heads, 1), UPRIGHT, 3, key_frames=10)
    for head, frame in zip(heads, read_key_frames(film, UPRIGHT, 0.4), strict=True):
        assert np.abs(frame.picture.astype(int) - draw_head(head, *UPRIGHT)).mean() < 8


def test_frames_between_key_frames_are_sampled_from_the_spans_alone(tmp_path: Path) -> None:
    film = write_film(tmp_path / "f.mp4", lambda _: Head(0.5, 0.4, 0.3), UPRIGHT, 6, key_frames=20)
    found = [frame.seconds for frame in read_frames_between(film, SMALL, 0.5, [(2.0, 4.0)])]
    assert found == pytest.approx([2.5, 3.0, 3.5])
    assert [frame.seconds for frame in read_frames_between(film, SMALL, 0.5, [(4.0, np.inf)])][-1] >= 5


@pytest.mark.parametrize("codec", ["mpeg4", "libvpx", "libx265"])
def test_films_of_other_codecs_are_sampled(codec: str, tmp_path: Path) -> None:
    suffix = {"mpeg4": "avi", "libvpx": "webm", "libx265": "mkv"}[codec]
    film = write_film(tmp_path / f"f.{suffix}", lambda _: Head(0.5, 0.4, 0.3), UPRIGHT, 3, key_frames=10, codec=codec)
    faces = find_film_faces(film, UPRIGHT, ROWS)
    assert len(faces.tracks) == 1


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_faces_are_found_upright_where_they_are_shown(rotation: int, tmp_path: Path) -> None:
    upright = draw_head(Head(0.5, 0.3, 0.3), *UPRIGHT)
    turned = np.rot90(upright, -rotation // 90)
    path = tmp_path / "f.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = turned.shape[1], turned.shape[0], "yuv420p"
        stream.set_display_rotation(rotation)
        for index in range(10):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(turned), format="rgb24")
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    (track,) = find_film_faces(path, UPRIGHT, ROWS).tracks
    box = track.samples[0][1].box
    assert (box.y + box.height / 2) / 320 == pytest.approx(0.3, abs=0.05)


def test_a_face_is_followed_through_a_shot_and_ends_with_it(tmp_path: Path) -> None:
    heads = [Head(0.4, 0.4, 0.3), Head(0.6, 0.4, 0.3), None]
    film = write_film(tmp_path / "f.mp4", cut_between(heads, 2), UPRIGHT, 6, key_frames=10)
    faces = find_film_faces(film, UPRIGHT, ROWS)
    assert all(faces.find_regions(start, start + 0.4) for start in (0.2, 1.5, 2.5, 3.4))
    assert faces.find_regions(5.0, 6.0) == []
    assert len(faces.cuts) >= 1


def test_between_distant_key_frames_a_face_near_the_captions_is_looked_for(tmp_path: Path) -> None:
    def nod(time: float) -> Head:
        return Head(0.5, 0.72 if 1 <= time < 3 else 0.5, 0.3)

    film = write_film(tmp_path / "f.mp4", nod, UPRIGHT, 5, key_frames=50)
    faces = find_film_faces(film, UPRIGHT, ROWS)
    (region,) = faces.find_regions(1.6, 2.4)
    assert (region.mouth.y + region.mouth.height / 2) / 320 == pytest.approx(0.72 + 0.26 * 0.3, abs=0.04)


def test_only_a_few_seconds_of_a_film_are_decoded_between_its_key_frames(tmp_path: Path) -> None:
    """Four gaps of 2.5 s need a second look; half of that time is given to it."""
    film = write_film(
        tmp_path / "f.mp4", lambda time: Head(0.5, 0.5 + 0.12 * (time // 2.5 % 2), 0.3), UPRIGHT, 10, key_frames=25
    )
    seconds = sorted({seconds for track in find_film_faces(film, UPRIGHT, ROWS).tracks for seconds, _ in track.samples})
    looked_into = {int(each // 2.5) for each in seconds if each % 2.5}
    assert {0, 2.5, 5, 7.5} <= set(seconds)
    assert len(looked_into) == 2


@pytest.mark.parametrize(("seconds", "last"), [(3.5, 2.0), (3.9, 3.6)])
def test_the_end_of_a_film_is_searched_where_it_is_long_after_the_last_key_frame(
    seconds: float, last: float, tmp_path: Path
) -> None:
    film = write_film(tmp_path / "f.mp4", lambda _: Head(0.5, 0.68, 0.3), UPRIGHT, seconds, key_frames=20)
    (track,) = find_film_faces(film, UPRIGHT, ROWS).tracks
    assert track.samples[-1][0] == pytest.approx(last, abs=0.25)


def test_a_face_far_from_the_captions_costs_no_second_look(tmp_path: Path) -> None:
    film = write_film(tmp_path / "f.mp4", lambda _: Head(0.5, 0.25, 0.2), UPRIGHT, 5, key_frames=25)
    (track,) = find_film_faces(film, UPRIGHT, ROWS).tracks
    assert [seconds for seconds, _ in track.samples] == [0, 2.5]


def test_faces_are_searched_again_only_where_something_has_moved(tmp_path: Path) -> None:
    heads = [Head(0.5, 0.4, 0.3), Head(0.5, 0.4, 0.3), Head(0.54, 0.4, 0.3)]
    film = write_film(tmp_path / "f.mp4", cut_between(heads, 3), UPRIGHT, 9, key_frames=30)
    (track,) = find_film_faces(film, UPRIGHT, (0.9, 1.0)).tracks
    first, second, moved = (face for _, face in track.samples)
    assert first is second
    assert (moved.box.x - first.box.x) / UPRIGHT[0] == pytest.approx(0.04, abs=0.02)


def test_a_film_without_anybody_has_no_faces(tmp_path: Path) -> None:
    assert (
        find_film_faces(write_film(tmp_path / "f.mp4", lambda _: None, UPRIGHT, 2, key_frames=10), UPRIGHT, ROWS).tracks
        == ()
    )


def test_a_damaged_film_gives_the_faces_of_what_is_left(tmp_path: Path) -> None:
    film = write_film(tmp_path / "f.mkv", lambda _: Head(0.5, 0.4, 0.3), UPRIGHT, 6, key_frames=10)
    data = bytearray(film.read_bytes())
    noise = np.random.default_rng(3).integers(0, 256, 3000, dtype=np.uint8).tobytes()
    data[len(data) // 2 : len(data) // 2 + 3000] = noise
    film.write_bytes(data)
    assert find_film_faces(film, UPRIGHT, ROWS).tracks


def test_what_is_no_film_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.mp4"
    cv2.imwrite(str(tmp_path / "f.png"), draw_head(None, 64, 64))
    (tmp_path / "f.png").rename(path)
    with pytest.raises(RequestRejected) as refusal:
        find_film_faces(path, UPRIGHT, ROWS)
    assert refusal.value.code is ErrorCode.NO_PICTURE

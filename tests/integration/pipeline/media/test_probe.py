"""Files measured by what they hold."""

from fractions import Fraction
from pathlib import Path

import pytest
from fakes import sample_files

from models.errors import ErrorCode, RequestRejected
from models.media.facts import MediaInfo, MediaKind
from pipeline.media.probe import measure


def refusal(path: Path) -> ErrorCode:
    with pytest.raises(RequestRejected) as caught:
        measure(path)
    return caught.value.code


def test_a_picture_has_its_size_and_no_length(tmp_path: Path) -> None:
    path = sample_files.write_picture(tmp_path / "x.png")
    assert measure(path) == MediaInfo(MediaKind.IMAGE, "png", path.stat().st_size, 240, 160)


@pytest.mark.parametrize("orientation", [1, 3, 5, 6, 8])
def test_a_turned_photo_is_measured_as_it_is_shown(tmp_path: Path, orientation: int) -> None:
    facts = measure(sample_files.write_oriented_jpeg(tmp_path / "x.jpg", orientation))
    assert (facts.width, facts.height) == (240, 160)


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_an_animated_picture_is_a_picture(tmp_path: Path, suffix: str) -> None:
    assert measure(sample_files.write_animated_picture(tmp_path / f"x.{suffix}")).kind is MediaKind.IMAGE


@pytest.mark.parametrize(
    ("name", "codec", "sound"),
    [
        ("x.mp4", "libx264", "aac"),
        ("x.mov", "libx264", "aac"),
        ("x.mkv", "libx264", "aac"),
        ("x.3gp", "mpeg4", "aac"),
        ("x.ts", "libx264", "aac"),
        ("x.avi", "mpeg4", "mp3"),
        ("x.webm", "libvpx", "libopus"),
    ],
)
def test_a_film_is_measured_in_every_container(tmp_path: Path, name: str, codec: str, sound: str) -> None:
    facts = measure(sample_files.write_film(tmp_path / name, codec=codec, sound=sound))
    assert facts.kind is MediaKind.VIDEO
    assert (facts.width, facts.height, facts.has_audio) == (160, 90, True)
    assert facts.seconds == pytest.approx(1, abs=0.05)
    assert facts.fps == pytest.approx(25, abs=1)


def test_a_film_held_sideways_is_measured_as_it_is_shown(tmp_path: Path) -> None:
    facts = measure(sample_files.write_rotated_film(tmp_path / "x.mp4"))
    assert (facts.width, facts.height) == (90, 160)


def test_wide_pixels_count_as_wide(tmp_path: Path) -> None:
    assert measure(sample_files.write_film(tmp_path / "x.mp4", sar=Fraction(4, 3))).width == round(160 * 4 / 3)


@pytest.mark.parametrize(
    ("degrees", "aspect", "size"),
    [
        (45, None, (160, 90)),
        (0, Fraction(8, 9), (160, 101)),
        (0, Fraction(1, 10), (160, 90)),
        (90, Fraction(2), (90, 320)),
    ],
)
def test_a_film_is_measured_as_large_as_it_is_made(
    tmp_path: Path, degrees: int, aspect: Fraction | None, size: tuple[int, int]
) -> None:
    facts = measure(sample_files.write_film(tmp_path / "x.mp4", rotation=degrees, sar=aspect))
    assert (facts.width, facts.height) == size


def test_frames_are_counted_not_promised(tmp_path: Path) -> None:
    facts = measure(sample_files.write_variable_rate_film(tmp_path / "x.mp4"))
    assert facts.fps == pytest.approx(17, abs=1)  # 17 of 25 are there
    assert facts.seconds == pytest.approx(1, abs=0.05)


def test_a_film_without_sound_says_so(tmp_path: Path) -> None:
    assert not measure(sample_files.write_silent_film(tmp_path / "x.mp4")).has_audio


@pytest.mark.parametrize("name", ["x.m4a", "x.mp3", "x.flac", "x.ogg", "x.wav"])
def test_sound_alone_is_audio(tmp_path: Path, name: str) -> None:
    codecs = {"x.m4a": "aac", "x.mp3": "mp3", "x.flac": "flac", "x.ogg": "libopus", "x.wav": "pcm_s16le"}
    facts = measure(sample_files.write_recording(tmp_path / name, codec=codecs[name]))
    assert (facts.kind, facts.width, facts.height, facts.has_audio) == (MediaKind.AUDIO, None, None, True)
    assert facts.seconds == pytest.approx(1, abs=0.05)


def test_sound_in_a_film_s_container_is_audio(tmp_path: Path) -> None:
    assert measure(sample_files.write_recording(tmp_path / "x.mp4")).kind is MediaKind.AUDIO


def test_a_film_of_a_decoder_not_taken_is_refused(tmp_path: Path) -> None:
    assert (
        refusal(sample_files.write_film(tmp_path / "x.mkv", codec="ffv1", sound=None)) is ErrorCode.FORMAT_NOT_SUPPORTED
    )


def test_a_film_of_a_sound_not_taken_is_refused(tmp_path: Path) -> None:
    path = sample_files.write_film(tmp_path / "x.mkv", sound="wavpack")
    assert refusal(path) is ErrorCode.AUDIO_NOT_SUPPORTED


def test_a_song_s_cover_does_not_make_it_a_film(tmp_path: Path) -> None:
    assert measure(sample_files.write_song_with_cover(tmp_path / "x.mp3")).kind is MediaKind.AUDIO


def test_what_hides_behind_a_picture_or_a_film_is_not_looked_at(tmp_path: Path) -> None:
    photo = sample_files.write_zip_polyglot(tmp_path / "y.jpg", sample_files.write_picture(tmp_path / "x.jpg"))
    film = sample_files.write_zip_polyglot(tmp_path / "y.mp4", sample_files.write_film(tmp_path / "x.mp4"))
    assert measure(photo).kind is MediaKind.IMAGE
    assert measure(film).seconds == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(
    ("size", "code"),
    [((15, 100), ErrorCode.TOO_FEW_PIXELS), ((100, 15), ErrorCode.TOO_FEW_PIXELS), ((20, 500), ErrorCode.TOO_NARROW)],
)
def test_pictures_of_impossible_sizes_are_refused(tmp_path: Path, size: sample_files.Size, code: ErrorCode) -> None:
    assert refusal(sample_files.write_blank_picture(tmp_path / "x.png", size)) is code


def test_a_bomb_of_pixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    assert refusal(sample_files.write_png_bomb(tmp_path / "x.png")) is ErrorCode.TOO_MANY_PIXELS
    assert refusal(sample_files.write_png_bomb(tmp_path / "y.png", side=8001)) is ErrorCode.TOO_MANY_PIXELS


@pytest.mark.parametrize("suffix", ["jpg", "png", "gif", "heic", "webp", "tiff"])
def test_half_a_picture_is_broken(tmp_path: Path, suffix: str) -> None:
    whole = sample_files.write_picture(tmp_path / f"whole.{suffix}")
    assert refusal(sample_files.write_truncated(tmp_path / f"half.{suffix}", whole)) is ErrorCode.BROKEN_FILE


@pytest.mark.parametrize("options", [{}, {"movflags": "faststart"}])
def test_half_a_film_is_broken_wherever_its_index_lies(tmp_path: Path, options: dict[str, str]) -> None:
    whole = sample_files.write_film(tmp_path / "whole.mp4", options=options)
    assert refusal(sample_files.write_truncated(tmp_path / "half.mp4", whole)) is ErrorCode.BROKEN_FILE


def test_too_many_streams_are_refused(tmp_path: Path) -> None:
    assert refusal(sample_files.write_many_streams(tmp_path / "x.mkv")) is ErrorCode.TOO_MANY_STREAMS


def test_more_frames_a_second_than_eyes_need_are_refused(tmp_path: Path) -> None:
    path = sample_files.write_film(tmp_path / "x.mp4", fps=90, size=(64, 64), sound=None)
    assert refusal(path) is ErrorCode.TOO_MANY_FRAMES


def test_a_film_longer_than_the_limit_is_refused(tmp_path: Path) -> None:
    path = sample_files.write_film(tmp_path / "x.mp4", seconds=604, fps=1, size=(32, 32), sound=None)
    with pytest.raises(RequestRejected) as caught:
        measure(path)
    assert (caught.value.code, caught.value.values) == (ErrorCode.TOO_LONG, {"limit": 600})


def test_an_empty_file_is_empty(tmp_path: Path) -> None:
    assert refusal(sample_files.write_empty_file(tmp_path / "x.jpg")) is ErrorCode.EMPTY_FILE


def test_a_picture_over_the_limit_of_bytes_is_refused_unread(tmp_path: Path) -> None:
    path = sample_files.write_picture(tmp_path / "x.bmp")
    with path.open("r+b") as file:
        file.truncate(50_000_001)
    with pytest.raises(RequestRejected) as caught:
        measure(path)
    assert (caught.value.code, caught.value.values) == (ErrorCode.FILE_TOO_BIG, {"limit": 50})

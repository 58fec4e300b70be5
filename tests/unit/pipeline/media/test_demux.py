"""The one way a container is opened."""

from pathlib import Path

import av
import pytest
from fakes import sample_files

from models.errors import ErrorCode, RequestRejected
from pipeline.media.demux import is_cover_art, open_media


def refusal(path: Path) -> ErrorCode:
    with pytest.raises(RequestRejected) as caught:
        open_media(path)
    return caught.value.code


def test_a_film_opens_and_decodes(tmp_path: Path) -> None:
    with open_media(sample_files.write_film(tmp_path / "x.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == 25


def test_a_name_that_reads_as_a_protocol_is_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film = sample_files.write_silent_film(tmp_path / "x.mp4").rename(tmp_path / "concat:a|b.mp4")
    monkeypatch.chdir(tmp_path)
    with open_media(Path(film.name)) as container:
        assert len(container.streams.video) == 1


@pytest.mark.parametrize("name", ["photo.jpg", "x.png", "y%03d.jpg", "z.mkv", "nothing"])
@pytest.mark.parametrize("maker", [sample_files.write_song_with_cover, sample_files.write_recording])
def test_a_name_decides_nothing(tmp_path: Path, maker: sample_files.Maker, name: str) -> None:
    suffix = "mp3" if maker is sample_files.write_song_with_cover else "aac"
    song = maker(tmp_path / f"x.{suffix}").rename(tmp_path / name)
    with open_media(song) as container:
        assert len(container.streams.audio) == 1


@pytest.mark.parametrize(
    "maker",
    [
        sample_files.write_ffconcat,
        sample_files.write_hls,
        sample_files.write_dash,
        sample_files.write_sdp,
        sample_files.write_svg,
        sample_files.write_text_file,
    ],
)
def test_text_is_not_opened(tmp_path: Path, maker: sample_files.Maker) -> None:
    assert refusal(maker(tmp_path / "x.mp4")) is ErrorCode.NOT_MEDIA


def test_the_demuxer_is_the_one_the_bytes_call_for(tmp_path: Path) -> None:
    """Told that it is an AVI, FFmpeg may not find out that it is something else."""
    with pytest.raises(RequestRejected) as caught:
        open_media(sample_files.write_silent_film(tmp_path / "x.mp4"), "avi")
    assert caught.value.code is ErrorCode.BROKEN_FILE


def test_a_picture_has_no_tracks(tmp_path: Path) -> None:
    assert refusal(sample_files.write_picture(tmp_path / "x.jpg")) is ErrorCode.NO_PICTURE


def test_a_frame_over_the_limit_is_never_decoded(tmp_path: Path) -> None:
    with (
        open_media(sample_files.write_video_bomb(tmp_path / "x.mp4")) as container,
        pytest.raises(av.error.FFmpegError),
    ):
        next(container.decode(video=0))


def test_a_decoder_nobody_s_camera_needs_is_refused(tmp_path: Path) -> None:
    path = sample_files.write_film(tmp_path / "x.mkv", codec="ffv1", sound=None)
    with open_media(path) as container, pytest.raises((av.error.FFmpegError, RequestRejected)):
        next(container.decode(video=0))


def test_a_cover_is_told_from_a_film(tmp_path: Path) -> None:
    with open_media(sample_files.write_song_with_cover(tmp_path / "x.mp3")) as container:
        assert is_cover_art(container.streams.video[0])
    with open_media(sample_files.write_silent_film(tmp_path / "x.mp4")) as container:
        assert not is_cover_art(container.streams.video[0])

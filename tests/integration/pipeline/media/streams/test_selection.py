"""One choice of streams, whether a file is measured, heard or made into a film."""

import wave
from pathlib import Path

import av
import numpy as np
import pytest
from fakes import sample_containers, sample_files
from fakes.sample_containers import Track

from models.errors import ErrorCode, RequestRejected
from models.jobs.film import EncodingOptions, X264Preset
from pipeline.media import audio
from pipeline.media.overlay import Overlay
from pipeline.media.probe import measure
from pipeline.media.transcode import Canvas, Painter, transcode

UNDECODABLE = "wavpack"  # FFmpeg has a decoder for it; it is not on the allow-list


def make_film(source: Path) -> Path:
    def create_painter(_canvas: Canvas) -> Painter:
        def paint(_seconds: float) -> list[Overlay]:
            return []

        return paint

    encoding = EncodingOptions(preset=X264Preset.ULTRAFAST)
    return transcode(source, source.with_name("film.mp4"), create_painter, encoding, lambda *_: None).path


def hear_pitch(media: Path) -> float:
    """The loudest frequency of what would be transcribed, Hz."""
    wav = media.with_name("heard.wav")
    audio.extract(media, wav)
    with wave.open(str(wav), "rb") as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return float(np.argmax(np.abs(np.fft.rfft(sound))) * 16_000 / len(sound))


def sound(folder: Path, hertz: float, codec: str = "aac", *, is_default: bool = False) -> Track:
    path = sample_containers.write_tone(folder / f"{hertz}.mkv", hertz, codec=codec)
    return Track(path, "audio", is_default=is_default)


def test_the_sound_flagged_as_default_is_heard_and_kept(tmp_path: Path) -> None:
    source = sample_containers.write_film_with_sounds(
        tmp_path, "x.mkv", sound(tmp_path, 300), sound(tmp_path, 700, is_default=True)
    )
    assert hear_pitch(source) == pytest.approx(700, abs=2)
    assert hear_pitch(make_film(source)) == pytest.approx(700, abs=2)


def test_the_first_of_equal_sounds_is_taken(tmp_path: Path) -> None:
    source = sample_containers.write_film_with_sounds(tmp_path, "x.mkv", sound(tmp_path, 300), sound(tmp_path, 700))
    assert hear_pitch(source) == pytest.approx(300, abs=2)
    assert hear_pitch(make_film(source)) == pytest.approx(300, abs=2)


def test_a_commentary_is_not_taken_for_the_film_s_sound(tmp_path: Path) -> None:
    comment = sample_containers.write_tone(tmp_path / "comment.mkv", 300)
    source = sample_containers.write_film_with_sounds(
        tmp_path, "x.mkv", Track(comment, "audio", is_comment=True), sound(tmp_path, 700)
    )
    assert hear_pitch(source) == pytest.approx(700, abs=2)


def test_a_sound_that_no_decoder_takes_is_passed_over(tmp_path: Path) -> None:
    source = sample_containers.write_film_with_sounds(
        tmp_path, "x.mkv", sound(tmp_path, 300, UNDECODABLE, is_default=True), sound(tmp_path, 700)
    )
    assert measure(source).has_audio
    assert hear_pitch(source) == pytest.approx(700, abs=2)
    assert hear_pitch(make_film(source)) == pytest.approx(700, abs=2)


def test_a_sound_whose_packets_are_rubbish_is_passed_over(tmp_path: Path) -> None:
    source = sample_containers.write_film_with_sounds(
        tmp_path, "x.mkv", sound(tmp_path, 300, "flac", is_default=True), sound(tmp_path, 700, "flac")
    )
    sample_containers.garble_stream(source, 1)
    assert measure(source).has_audio
    assert hear_pitch(source) == pytest.approx(700, abs=2)


@pytest.mark.parametrize("codec", [UNDECODABLE, "flac"])
def test_a_film_whose_only_sound_cannot_be_decoded_is_refused_with_the_reason(tmp_path: Path, codec: str) -> None:
    source = sample_containers.write_film_with_sounds(tmp_path, "x.mkv", sound(tmp_path, 300, codec))
    if codec != UNDECODABLE:
        sample_containers.garble_stream(source, 1)
    with pytest.raises(RequestRejected) as refusal:
        measure(source)
    assert refusal.value.code is ErrorCode.AUDIO_NOT_SUPPORTED


@pytest.mark.parametrize("use", [hear_pitch, make_film])
def test_no_film_is_mute_because_its_sound_could_not_be_decoded(tmp_path: Path, use: object) -> None:
    source = sample_containers.write_film_with_sounds(tmp_path, "x.mkv", sound(tmp_path, 300, UNDECODABLE))
    assert callable(use)
    with pytest.raises(RequestRejected) as refusal:
        use(source)
    assert refusal.value.code is ErrorCode.AUDIO_NOT_SUPPORTED


def test_a_picture_that_no_decoder_takes_is_passed_over(tmp_path: Path) -> None:
    unknown = sample_files.write_film(tmp_path / "a.mkv", codec="ffv1", sound=None, size=(64, 64))
    known = sample_files.write_film(tmp_path / "b.mkv", sound=None)
    source = sample_containers.write_tracks(
        tmp_path / "x.mkv", Track(unknown, "video", is_default=True), Track(known, "video")
    )
    assert (measure(source).width, measure(source).height) == (160, 90)
    with av.open(str(make_film(source))) as film:
        assert (film.streams.video[0].width, film.streams.video[0].height) == (160, 90)


def test_fonts_and_covers_are_no_streams_too_many(tmp_path: Path) -> None:
    film = sample_files.write_film(tmp_path / "a.mkv")
    source = sample_containers.write_tracks(
        tmp_path / "x.mkv", Track(film, "video"), Track(film, "audio"), extra=sample_containers.attach_fonts(12)
    )
    assert measure(source).has_audio
    assert measure(source).seconds == pytest.approx(1, abs=0.1)

import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from fakes import sample_speech

from models.errors import ErrorCode, RequestRejected
from pipeline.media import audio
from pipeline.speech import preparation
from pipeline.speech.audio_reader import WavReader


def tone(seconds: float, rate: int, hertz: float = 440.0) -> np.ndarray:
    return (np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate) * 8000).astype(np.int16)


def read(path: Path) -> np.ndarray:
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16_000)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def late_sound(path: Path, gaps: dict[int, float]) -> Path:
    """A film with 0.1 s blocks of tone; before block n comes a gap of gaps[n] seconds."""
    with av.open(str(path), "w", format="matroska") as container:
        pictures = container.add_stream("libx264", rate=10, options={"preset": "ultrafast", "tune": "zerolatency"})
        pictures.width = pictures.height = 64
        sound = container.add_stream("pcm_s16le", rate=16_000, layout="mono")
        for index in range(20):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 10)
            container.mux(pictures.encode(frame))
        at = 0
        for index in range(10):
            at += round(gaps.get(index, 0.0) * 16_000)
            block = av.AudioFrame.from_ndarray(tone(0.1, 16_000)[None, :], "s16", "mono")
            block.sample_rate, block.pts, block.time_base = 16_000, at, Fraction(1, 16_000)
            at += 1600
            container.mux(sound.encode(block))
        container.mux(pictures.encode(None))
    return path


def test_a_video_gives_mono_sound_at_16_khz(tmp_path: Path) -> None:
    film = sample_speech.write_video(tmp_path / "film.mp4", tone(1.0, 48_000), seconds=1.0, size=(64, 64), fps=10)
    seconds = audio.extract(film, tmp_path / "out.wav")
    sound = read(tmp_path / "out.wav")
    assert seconds == pytest.approx(1.0, abs=0.05)
    assert len(sound) == round(seconds * 16_000)
    spectrum = np.abs(np.fft.rfft(sound[2000:14_000]))
    assert np.argmax(spectrum) * 16_000 / 12_000 == pytest.approx(440, abs=2)


def test_sound_that_starts_late_or_has_a_gap_keeps_its_place(tmp_path: Path) -> None:
    film = late_sound(tmp_path / "film.mkv", {0: 0.5, 5: 0.4})
    assert audio.extract(film, tmp_path / "out.wav") == pytest.approx(1.9, abs=0.02)
    loud = np.abs(read(tmp_path / "out.wav").astype(int)).reshape(-1, 400).max(axis=1) > 1000
    assert not loud[:19].any()
    assert loud[21:39].all()
    assert not loud[41:55].any()
    assert loud[57:75].all()


def test_a_film_without_sound_is_refused(tmp_path: Path) -> None:
    film = sample_speech.write_video(tmp_path / "film.mp4", None, seconds=0.5, size=(64, 64), fps=10)
    with pytest.raises(RequestRejected) as refusal:
        audio.extract(film, tmp_path / "out.wav")
    assert refusal.value.code is ErrorCode.NO_AUDIO


def test_silence_is_no_speech_before_anybody_is_asked(tmp_path: Path) -> None:
    film = sample_speech.write_video(
        tmp_path / "film.mp4", sample_speech.create_silence(1, 48_000), seconds=1.0, size=(64, 64), fps=10
    )
    with pytest.raises(RequestRejected) as refusal:
        preparation.prepare(film, tmp_path / "out.wav")
    assert refusal.value.code is ErrorCode.NO_SPEECH


def test_an_hour_of_sound_fits_into_what_groq_takes(tmp_path: Path) -> None:
    wav = sample_speech.write_wav(tmp_path / "in.wav", sample_speech.create_noise(10.0, level=0.2))
    packed = audio.compress(wav, tmp_path / "out.ogg")
    assert packed.stat().st_size * 360 < 20_000_000


def test_compressed_sound_keeps_its_length_and_place(tmp_path: Path) -> None:
    sound = np.concatenate([sample_speech.create_silence(1.0), tone(0.5, 16_000), sample_speech.create_silence(0.5)])
    packed = audio.compress(sample_speech.write_wav(tmp_path / "in.wav", sound), tmp_path / "out.ogg")
    assert audio.extract(packed, tmp_path / "back.wav") == pytest.approx(2.0, abs=0.03)
    loud = np.flatnonzero(np.abs(read(tmp_path / "back.wav").astype(int)) > 2000)
    assert loud[0] / 16_000 == pytest.approx(1.0, abs=0.02)
    assert loud[-1] / 16_000 == pytest.approx(1.5, abs=0.02)


def test_damaged_sound_is_taken_as_far_as_it_goes(tmp_path: Path) -> None:
    packed = audio.compress(sample_speech.write_wav(tmp_path / "in.wav", tone(3.0, 16_000)), tmp_path / "in.ogg")
    data = bytearray(packed.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 300] = bytes(300)
    packed.write_bytes(data)
    assert 1.0 < audio.extract(packed, tmp_path / "out.wav") <= 3.05


def test_a_recording_of_another_form_is_not_taken_for_ours(tmp_path: Path) -> None:
    path = sample_speech.write_wav(tmp_path / "in.wav", tone(0.1, 8_000), 8_000)
    with pytest.raises(ValueError, match="8000"):
        WavReader(path)


def test_samples_are_read_from_any_window(tmp_path: Path) -> None:
    sound = np.arange(32_000, dtype=np.int16) // 2
    with WavReader(sample_speech.write_wav(tmp_path / "in.wav", sound)) as recording:
        assert recording.seconds == 2.0
        assert recording.read_samples(0.5, 0.75).tolist() == sound[8000:12_000].tolist()
        assert recording.read_samples(1.9, 9.0).tolist() == sound[30_400:].tolist()
        assert len(recording.read_levels()) == 200

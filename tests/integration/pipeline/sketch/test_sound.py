"""Sound of films, judged by what was delivered: that of the pen, and files that were given."""

import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from fakes import sample_pictures
from PIL import Image

from models.errors import ErrorCode, RequestRejected
from models.jobs.film import Film
from models.jobs.options import SketchOptions
from pipeline.media.finishing.sound_levels import measure_levels
from pipeline.media.pictures.picture import Picture
from pipeline.sketch import entrypoint, film
from pipeline.sketch.outputs.extra_files import ExtraFiles

FPS = 20


def make_film(folder: Path, **options: Any) -> Film:
    asked = SketchOptions(**{"seconds": 5, "fps": FPS, "width": 320, "height": 240, **options})
    picture = Picture(sample_pictures.draw_line_drawing(320, 240))
    extras = ExtraFiles(track=folder / "track.json")
    return film.make([picture], folder / "film.mp4", asked, lambda _stage, _share: None, extras=extras)


def write_sound(path: Path, codec: str, container: str, seconds: float, rate: int = 48_000) -> Path:
    """A tone of 440 Hz in the first half of each second."""
    times = np.arange(round(seconds * rate)) / rate
    tone = (0.3 * np.sin(2 * np.pi * 440 * times) * (times % 1 < 0.5)).astype(np.float32)
    with av.open(str(path), "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(tone[None], format="flt", layout="mono")
        frame.sample_rate, frame.pts = rate, 0
        size = stream.codec_context.frame_size or 1024
        for block in av.AudioResampler(stream.codec_context.format, "mono", rate, size).resample(frame):
            output.mux(stream.encode(block))
        output.mux(stream.encode(None))
    return path


def read_sound(path: Path) -> tuple[np.ndarray, int, str]:
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        samples = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(stream)])
        return samples, stream.rate, stream.codec_context.name


def measure_loud_frames(samples: np.ndarray, rate: int) -> np.ndarray:
    """Level of each frame of the film."""
    length = rate // FPS
    count = len(samples) // length
    return np.sqrt((samples[: count * length].reshape(count, length) ** 2).mean(axis=1))


def read_packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


@pytest.mark.parametrize("sound", ["auto", "pencil", "chalk"])
def test_a_film_has_the_sound_of_its_pen_at_a_quiet_loudness(tmp_path: Path, sound: str) -> None:
    made = make_film(tmp_path, sound=sound)
    samples, rate, codec = read_sound(made.path)
    assert (rate, codec) == (48_000, "aac")
    assert len(samples) / rate == pytest.approx(5, abs=0.03)
    levels = measure_levels(made.path)
    assert levels is not None
    assert levels.loudness == pytest.approx(-20, abs=1)
    assert levels.peak < -0.5
    assert made.size == made.path.stat().st_size


def test_a_film_is_silent_unless_sound_is_asked_for(tmp_path: Path) -> None:
    with av.open(str(make_film(tmp_path).path)) as container:
        assert not container.streams.audio


def test_the_sound_is_in_step_with_the_pen(tmp_path: Path) -> None:
    made = make_film(tmp_path, sound="pencil", finish="lines")
    levels = measure_loud_frames(*read_sound(made.path)[:2])
    frames = json.loads((tmp_path / "track.json").read_text())["frames"]
    positions = np.array([frame["pen"] for frame in frames])
    moved = np.concatenate([[0.0], np.hypot(*np.diff(positions, axis=0).T)])
    is_drawing = np.array([frame["down"] and frame["phase"] == "lines" for frame in frames])
    count = min(len(levels), len(frames))
    drawn, held = levels[:count][is_drawing[:count] & (moved[:count] > 2)], levels[len(frames) - 5 : count]
    assert (drawn > 0.005).mean() > 0.97
    assert held.max() < 0.001
    shifts = range(-4, 5)
    envelope = np.where(is_drawing, moved, 0)[:count]
    matches = [np.corrcoef(np.roll(envelope, shift), levels[:count])[0, 1] for shift in shifts]
    assert abs(shifts[int(np.argmax(matches))]) <= 1


def test_sound_changes_nothing_of_the_picture(tmp_path: Path) -> None:
    frames = []
    for sound in ("none", "marker"):
        with av.open(str(make_film(tmp_path, sound=sound).path)) as container:
            frames.append([frame.to_ndarray() for frame in container.decode(video=0)])
            assert container.streams.video[0].codec_context.color_primaries == 1
    assert len(frames[0]) == len(frames[1]) == 100
    assert all(np.array_equal(*pair) for pair in zip(*frames, strict=True))


def test_a_film_with_sound_fits_the_limit_of_a_messenger(tmp_path: Path) -> None:
    made = make_film(tmp_path, sound="marker", encoding={"max_bytes": 200_000})
    assert made.path.stat().st_size <= 200_000
    assert read_sound(made.path)[2] == "aac"


def draw_to_sound(folder: Path, file: Path, **options: Any) -> Film:
    picture = folder / "picture.png"
    Image.fromarray(sample_pictures.draw_line_drawing(320, 240)).save(picture)
    asked = SketchOptions(**{"fps": FPS, "width": 160, "height": 120, "finish": "lines", "hand": "none", **options})
    return entrypoint.draw((picture, file), folder / "film.mp4", asked, lambda _stage, _share: None)


@pytest.mark.parametrize(
    ("codec", "container", "suffix", "is_copied"),
    [("aac", "mp4", "m4a", True), ("libmp3lame", "mp3", "mp3", True), ("libopus", "ogg", "ogg", False),
     ("pcm_s16le", "wav", "wav", False)],
)  # fmt: skip
def test_a_drawing_is_as_long_as_the_sound_it_is_made_to(
    tmp_path: Path, codec: str, container: str, suffix: str, is_copied: bool
) -> None:
    sound = write_sound(tmp_path / f"sound.{suffix}", codec, container, 4.6)
    made = draw_to_sound(tmp_path, sound, seconds=20, sound="pencil")
    assert made.seconds == pytest.approx(4.6, abs=0.06)
    assert made.frames == round(made.seconds * FPS)
    samples, rate, name = read_sound(made.path)
    assert len(samples) / rate == pytest.approx(4.6, abs=0.08)
    assert name == (codec if codec == "aac" else {"libmp3lame": "mp3float"}.get(codec, "aac"))
    assert (read_packets(made.path)[2:40] == read_packets(sound)[2:40]) == is_copied
    loud = measure_loud_frames(samples, rate) > 0.05
    expected = (np.arange(len(loud)) % FPS) < FPS / 2
    assert (loud == expected).mean() > 0.9


def test_a_drawing_to_a_short_sound_has_the_shortest_length(tmp_path: Path) -> None:
    assert draw_to_sound(tmp_path, write_sound(tmp_path / "a.wav", "pcm_s16le", "wav", 0.8)).frames == 3 * FPS


def test_a_sound_that_is_longer_than_films_can_be_is_refused(tmp_path: Path) -> None:
    sound = write_sound(tmp_path / "a.wav", "pcm_s16le", "wav", 61, 8000)
    with pytest.raises(RequestRejected) as refused:
        draw_to_sound(tmp_path, sound)
    assert refused.value.code is ErrorCode.TOO_LONG


def test_a_job_costs_by_the_length_of_its_sound() -> None:
    options = SketchOptions(seconds=10)
    assert [options.compute_seconds(seconds) for seconds in (0, 1.5, 42, 75)] == [10, 3, 42, 75]

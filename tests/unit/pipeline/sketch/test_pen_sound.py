"""The sound of the pen against its motion."""

import wave
from pathlib import Path

import numpy as np
import pytest

from pipeline.media.finishing.sound_levels import SILENT
from pipeline.sketch.scene_types import PenMotion
from pipeline.sketch.sound.noise import SAMPLE_RATE
from pipeline.sketch.sound.pen_sound import FilmClock, build_pen_sound
from pipeline.sketch.sound.timbres import load_timbres
from pipeline.sketch.sound.wav import measure_loudness, write_wav
from pipeline.sketch.strokes.pen_timing import PenPath

FPS = 25
CLOCK = FilmClock(FPS, 4.0, 100.0)


def build_motion(strokes: list[tuple[float, float, float]], tool: str = "marker", start: float = 0) -> PenMotion:
    """Strokes as begin and end in seconds, and units a second; the pen is up between them."""
    frames, points, down, x = [0.0], [(0.0, 0.0)], [False], 0.0
    for begin, end, speed in strokes:
        frames += [begin * FPS, end * FPS]
        points += [(x, 0.0), (x + 100 * speed * (end - begin), 0.0)]
        x += 100 * speed * (end - begin)
        down += [False, True]
    return PenMotion(tool, PenPath(np.array(frames), np.array(points, np.float32), np.array(down)), start)


def measure_level(sound: np.ndarray, begin: float, end: float) -> float:
    """Root mean square in dB."""
    part = sound[round(begin * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
    return float(20 * np.log10(np.sqrt(np.mean(part**2)) + 1e-9))


def measure_pitch(sound: np.ndarray, begin: float, end: float) -> float:
    """Middle of the spectrum in hertz."""
    part = sound[round(begin * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
    power = np.abs(np.fft.rfft(part * np.hanning(len(part)))) ** 2
    return float((np.fft.rfftfreq(len(part), 1 / SAMPLE_RATE) * power).sum() / power.sum())


STROKES = [(0.5, 1.5, 1.0), (2.0, 3.0, 4.0)]


@pytest.mark.parametrize("tool", load_timbres())
def test_a_tool_is_heard_while_it_draws_and_silent_while_it_is_lifted(tool: str) -> None:
    sound = build_pen_sound([build_motion(STROKES)], tool, CLOCK)
    assert len(sound) == 4 * SAMPLE_RATE
    for begin, end in ((0, 0.48), (1.54, 1.97), (3.1, 4)):
        assert not sound[round(begin * SAMPLE_RATE) : round(end * SAMPLE_RATE)].any()
    drawn = [measure_level(sound, 0.62, 1.45), measure_level(sound, 2.12, 2.95)]
    assert min(drawn) > -20
    assert drawn[1] > drawn[0] + 2


@pytest.mark.parametrize("tool", load_timbres())
def test_a_fast_pen_sounds_brighter(tool: str) -> None:
    sound = build_pen_sound([build_motion(STROKES)], tool, CLOCK)
    assert measure_pitch(sound, 2.12, 2.95) > 1.25 * measure_pitch(sound, 0.62, 1.45)


def test_tools_sound_differently() -> None:
    pitches = {
        tool: measure_pitch(build_pen_sound([build_motion(STROKES)], tool, CLOCK), 2.12, 2.95)
        for tool in ("brush", "marker", "chalk", "pencil")
    }
    assert list(pitches) == sorted(pitches, key=pitches.__getitem__)
    assert pitches["pencil"] > 2 * pitches["brush"]


def test_sound_is_in_step_with_the_pen_within_a_frame() -> None:
    strokes = [(0.3 + 0.4 * number, 0.3 + 0.4 * number + 0.23, 2.0) for number in range(8)]
    sound = build_pen_sound([build_motion(strokes)], "pencil", CLOCK)
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max()) / SAMPLE_RATE
    for begin, end, _ in strokes:
        heard = loud[(loud > begin - 0.08) & (loud < end + 0.08)]
        assert abs(heard[0] - begin) < 1 / FPS
        assert abs(heard[-1] - end) < 1 / FPS


def test_a_tap_is_heard_where_the_pen_touches_the_board() -> None:
    sound = build_pen_sound([build_motion([(1.0, 3.0, 0.05)])], "marker", CLOCK)
    assert measure_level(sound, 1.0, 1.02) > measure_level(sound, 2.0, 2.9) + 6


def test_the_same_motion_always_sounds_the_same() -> None:
    sounds = [build_pen_sound([build_motion(STROKES)], "chalk", CLOCK) for _ in range(2)]
    assert np.array_equal(*sounds)


def test_nothing_clicks_where_strokes_begin_and_end() -> None:
    sound = build_pen_sound([build_motion([(0.5, 1.5, 4.0), (2.0, 3.0, 4.0)])], "brush", CLOCK)
    steps = np.abs(np.diff(sound))
    inside = steps[round(0.7 * SAMPLE_RATE) : round(1.4 * SAMPLE_RATE)].max()
    edges = [
        steps[round((time - 0.01) * SAMPLE_RATE) : round((time + 0.01) * SAMPLE_RATE)].max() for time in (1.5, 3.0)
    ]
    assert max(edges) < inside


def test_the_eraser_sounds_like_one_whatever_draws() -> None:
    motions = [build_motion(STROKES, tool="eraser", start=0)]
    assert np.array_equal(build_pen_sound(motions, "chalk", CLOCK), build_pen_sound(motions, "pencil", CLOCK))
    assert not np.array_equal(
        build_pen_sound(motions, "chalk", CLOCK), build_pen_sound([build_motion(STROKES)], "chalk", CLOCK)
    )


def test_a_later_scene_is_heard_later() -> None:
    early, late = (build_pen_sound([build_motion([(0.2, 0.8, 2)], start=start)], "marker", CLOCK) for start in (0, 50))
    assert not late[: round(2.1 * SAMPLE_RATE)].any()
    assert measure_level(late, 2.25, 2.75) == pytest.approx(measure_level(early, 0.25, 0.75), abs=0.1)


def test_a_pen_that_draws_beyond_the_end_of_the_film_is_cut_off() -> None:
    assert len(build_pen_sound([build_motion([(3.5, 5.0, 2.0)])], "marker", CLOCK)) == 4 * SAMPLE_RATE


@pytest.mark.parametrize("tool", ["pencil", "marker", "chalk"])
def test_the_file_has_twenty_loudness_units_and_no_overload(tool: str, tmp_path: Path) -> None:
    write_wav(build_pen_sound([build_motion(STROKES)], tool, CLOCK), tmp_path / "a.wav")
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (48_000, 1, 4 * SAMPLE_RATE)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
    assert measure_loudness(samples) == pytest.approx(-20, abs=0.7)
    assert np.abs(samples).max() < 0.9


def test_silence_stays_silent(tmp_path: Path) -> None:
    write_wav(np.zeros(SAMPLE_RATE, np.float32), tmp_path / "a.wav")
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert not any(file.readframes(SAMPLE_RATE))
    assert measure_loudness(np.zeros(SAMPLE_RATE, np.float32)) == SILENT

"""Sound of the pen of a film: noise whose level and band follow its speed, a tap where it touches the board, and
silence where it is lifted. The same motion always sounds the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.sketch.scene_types import PenMotion
from pipeline.sketch.sound.noise import SAMPLE_RATE, build_textures
from pipeline.sketch.sound.timbres import Timbre, timbre_of
from pipeline.sketch.strokes.pen_timing import PenPath
from pipeline.sketch.types import Array, Floats

_CONTROL_RATE = 1000  # times a second that the pen's speed is asked for
_SMOOTHING = 11  # of these, over which level and band change: nothing clicks
_LEVEL_SPEED, _FULL_SPEED = 2.0, 5.0  # units a second: of the usual level, and of the brightest noise
_MAX_LEVEL, _LEVEL_EXPONENT = 1.6, 0.6
_TAP_SECONDS, _TAP_DECAY, _TAP_ATTACK = 0.06, 0.011, 0.0012
_TAP_HERTZ = 170.0  # of the board's thump
_MIN_LIFT = 0.05  # seconds that the pen was up before it is heard to touch down
_TAP_SEED = 41


@dataclass(frozen=True, slots=True)
class FilmClock:
    """Frames per second of a film, its seconds, and the unit of its lengths in pixels (`SceneSpec.unit`)."""

    fps: int
    seconds: float
    unit: float

    @property
    def samples(self) -> int:
        return round(self.seconds * SAMPLE_RATE)


def build_pen_sound(motions: Sequence[PenMotion], tool: str, clock: FilmClock) -> Floats:
    """Return the samples of one channel at 48 kHz; `tool` is what the pen is, unless a scene names the eraser."""
    sound = np.zeros(clock.samples, np.float32)
    for motion in motions:
        timbre = timbre_of(motion.tool if motion.tool == "eraser" else tool)
        _add_motion(sound, motion, timbre, clock)
    return sound


def _add_motion(sound: Floats, motion: PenMotion, timbre: Timbre, clock: FilmClock) -> None:
    times = (motion.path.frames + motion.start) / clock.fps
    begin, end = (min(round(float(time) * SAMPLE_RATE), len(sound)) for time in (times[0], times[-1]))
    if end <= begin:
        return
    part, gain = sound[begin:end], 10 ** (timbre.level / 20)
    part += gain * _render_noise(motion.path, times, timbre, clock.unit, end - begin)
    for number, touch in enumerate(_list_touches(motion.path.down, times)):
        _add_tap(sound, round(touch * SAMPLE_RATE), gain * timbre.tap, number)


def _render_noise(path: PenPath, times: Array, timbre: Timbre, unit: float, count: int) -> Floats:
    """Samples of the noise of a path from its first point on."""
    speeds = _sample_speeds(path, times, unit, count)
    positions = np.arange(len(speeds)) * (SAMPLE_RATE / _CONTROL_RATE)
    levels = _smooth(np.minimum((speeds / _LEVEL_SPEED) ** _LEVEL_EXPONENT, _MAX_LEVEL))
    brightness = _smooth(np.minimum(speeds / _FULL_SPEED, 1))
    samples = np.arange(count)
    level, share = (np.interp(samples, positions, each).astype(np.float32) for each in (levels, brightness))
    slow, fast = (np.resize(texture, count) for texture in build_textures(timbre))
    noise: Floats = level * ((1 - share) * slow + share * fast)
    return noise


def _sample_speeds(path: PenPath, times: Array, unit: float, count: int) -> Array:
    """Speed of the pen in units a second at each control tick, 0 where it is up."""
    steps = np.hypot(*np.diff(path.points, axis=0).T) / unit
    speeds = np.where(path.down[1:], steps / np.maximum(np.diff(times), 1e-4), 0)
    ticks = times[0] + np.arange(count * _CONTROL_RATE // SAMPLE_RATE + 2) / _CONTROL_RATE
    segments = np.clip(np.searchsorted(times, ticks, side="right") - 1, 0, len(speeds) - 1)
    return np.where(ticks <= times[-1], speeds[segments], 0)


def _smooth(values: Array) -> Array:
    window = np.hanning(_SMOOTHING + 2)
    return np.convolve(values, window / window.sum(), mode="same")


def _list_touches(down: Array, times: Array) -> list[float]:
    """Seconds at which the pen touches the board after it was up for a while."""
    starts, ends = (np.flatnonzero(np.diff(down.astype(np.int8)) == step) for step in (1, -1))
    lifted = [float(times[begin] - times[ends[ends < begin][-1]]) if (ends < begin).any() else 1.0 for begin in starts]
    return [float(times[begin]) for begin, seconds in zip(starts, lifted, strict=True) if seconds >= _MIN_LIFT]


def _add_tap(sound: Floats, start: int, gain: float, number: int) -> None:
    part = sound[start : start + round(_TAP_SECONDS * SAMPLE_RATE)]
    generator = np.random.default_rng((_TAP_SEED, number))
    seconds = np.arange(len(part)) / SAMPLE_RATE
    envelope = np.exp(-seconds / _TAP_DECAY) * np.minimum(seconds / _TAP_ATTACK, 1)
    noise = np.convolve(generator.standard_normal(len(part) + 15), np.hanning(16) / 4, mode="valid")
    thump = 2 * np.sin(2 * np.pi * _TAP_HERTZ * generator.uniform(0.85, 1.2) * seconds)
    part += (gain * generator.uniform(0.6, 1.1) * envelope * (noise[: len(part)] + thump)).astype(np.float32)

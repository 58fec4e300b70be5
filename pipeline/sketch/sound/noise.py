"""Noise of a tool that is drawn over a board: pieces that can be repeated without a seam."""

from functools import cache

import numpy as np

from pipeline.sketch.sound.timbres import Timbre
from pipeline.sketch.types import Floats

SAMPLE_RATE = 48_000  # samples per second
_LENGTH = 1 << 18  # samples, five seconds and a half: nobody hears that noise is repeated
_SLOPE = 4.0  # of a band's edges: the order of its corners
_SEED = 14


@cache
def build_textures(timbre: Timbre) -> tuple[Floats, Floats]:
    """The noise of a tool at rest and at full speed, each of root mean square 1."""
    grain = _build_grain(timbre)
    bands = (timbre.slow_band, timbre.fast_band)
    return _normalize(_filter_noise(bands[0], _SEED) * grain), _normalize(_filter_noise(bands[1], _SEED + 1) * grain)


def _build_grain(timbre: Timbre) -> Floats:
    """Level of the noise over time, around 1: a surface is rougher here and smoother there."""
    grain: Floats = 1 + timbre.grain_depth * _normalize(_filter_noise((2.0, timbre.grain_hertz), _SEED + 2))
    return np.maximum(grain, 0)


def _filter_noise(band: tuple[float, float], seed: int) -> Floats:
    """White noise within a band: filtered as a circle, so that its end goes on at its beginning."""
    noise = np.random.default_rng(seed).standard_normal(_LENGTH, np.float32)
    frequencies = np.maximum(np.fft.rfftfreq(_LENGTH, 1 / SAMPLE_RATE), 1e-3)
    low, high = band
    gains = 1 / np.sqrt((1 + (low / frequencies) ** _SLOPE) * (1 + (frequencies / high) ** _SLOPE))
    filtered: Floats = np.fft.irfft(np.fft.rfft(noise) * gains, _LENGTH).astype(np.float32)
    return filtered


def _normalize(sound: Floats) -> Floats:
    normalized: Floats = sound / np.sqrt(np.mean(sound**2))
    return normalized

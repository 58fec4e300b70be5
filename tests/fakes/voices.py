"""Voices by formula: pulses of the vocal folds through the formants of vowels. No words, but pitch and envelope."""

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (570, 840, 2410), (530, 1840, 2480))  # formants of a man, Hz
BANDWIDTHS = (90.0, 110.0, 170.0)
WOMAN = 1.17  # factor on a man's formants

Samples = NDArray[np.int16]


def speak(seconds: float, pitch: float, *, tract: float = 1.0, seed: int = 1, range_semitones: float = 2.0) -> Samples:
    """Vowels of 0.2 s at a pitch in Hz that falls by so many semitones from the start to the end."""
    count = round(seconds * RATE)
    random = np.random.default_rng(seed)
    fall = np.linspace(range_semitones / 2, -range_semitones / 2, count) + 0.3 * np.sin(np.arange(count) / 900)
    phase = np.cumsum(pitch * 2 ** (fall / 12) / RATE)
    source = np.diff(np.floor(phase), prepend=0.0) + random.normal(0, 0.003, count)
    sound, step = np.zeros(count), round(0.2 * RATE)
    for number, begin in enumerate(range(0, count, step)):
        vowel = VOWELS[(number + seed) % len(VOWELS)]
        sound[begin : begin + step] = _filter(source[begin : begin + step], vowel, tract)
    return (sound / np.abs(sound).max() * 12_000).astype(np.int16)


def _filter(source: NDArray[np.float64], vowel: tuple[int, ...], tract: float) -> NDArray[np.float64]:
    """The spectrum of the source, weighted by the resonances and by the fall of a voice's overtones."""
    hertz = np.fft.rfftfreq(len(source), 1 / RATE)
    gain = 1 / (1 + (hertz / 500) ** 1.2)
    for formant, width in zip(vowel, BANDWIDTHS, strict=True):
        centre = formant * tract
        gain = gain * centre**2 / np.sqrt((centre**2 - hertz**2) ** 2 + (width * hertz) ** 2 + 1)
    return np.fft.irfft(np.fft.rfft(source) * gain, len(source))


def pause(seconds: float, seed: int = 0) -> Samples:
    """The noise of a quiet room."""
    return np.random.default_rng(seed).normal(0, 12, round(seconds * RATE)).astype(np.int16)

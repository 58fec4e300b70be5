"""What tells voices apart: the pitch and the spectral envelope of the voiced frames of a piece of sound."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.audio_reader import SAMPLE_RATE, Samples, to_floats

Floats = NDArray[np.float32] | NDArray[np.float64]

_FRAME: Final = 640  # samples, 40 ms: two periods of the lowest voice
_HOP: Final = 320  # samples, 20 ms
_FFT: Final = 2048
_LONGEST_LAG: Final = SAMPLE_RATE // 65  # samples: nobody speaks lower than 65 Hz
_SHORTEST_LAG: Final = SAMPLE_RATE // 400
_MIN_PERIODICITY: Final = 0.6  # correlation with the period before, above which a frame is voiced
_OCTAVE_MARGIN: Final = 0.9  # of the highest correlation: the shortest such period is the pitch, not a multiple
_MIN_LOUDNESS: Final = 0.1  # of the loud frames
_REFERENCE_PITCH: Final = 100.0  # Hz
_BANDS: Final = 20
_BAND_EDGES: Final = (150.0, 3700.0)  # Hz: what telephones and all microphones keep
_COEFFICIENTS: Final = 12


@dataclass(frozen=True, slots=True)
class Voice:
    """The voice of a piece: how many frames of 20 ms are voiced, their median pitch in semitones above 100 Hz, and the
    mean cepstrum of their envelope."""

    frames: int
    pitch: float
    envelope: Floats


def measure_voice(samples: Samples) -> Voice | None:
    """The voice in a piece of sound of at most some seconds; None where no frame is voiced."""
    count = (len(samples) - _FRAME) // _HOP + 1
    if count < 1:
        return None
    indices = np.arange(count)[:, None] * _HOP + np.arange(_FRAME)
    frames = to_floats(samples)[indices]
    frames = frames - frames.mean(axis=1, keepdims=True)
    power = np.abs(np.fft.rfft(frames * np.hanning(_FRAME), _FFT)) ** 2
    pitches, periodicity = _find_pitches(power)
    loudness = np.sqrt((frames**2).mean(axis=1))
    is_voiced = (periodicity > _MIN_PERIODICITY) & (loudness > _MIN_LOUDNESS * np.quantile(loudness, 0.95))
    if not is_voiced.any():
        return None
    envelope = _compute_cepstra(power[is_voiced]).mean(axis=0)
    return Voice(int(is_voiced.sum()), float(np.median(pitches[is_voiced])), envelope)


def _find_pitches(power: Floats) -> tuple[Floats, Floats]:
    """Pitch in semitones and periodicity, 0 to 1, of each frame, by its autocorrelation without that of the window."""
    correlation = np.fft.irfft(power, _FFT)[:, :_LONGEST_LAG]
    window = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(_FRAME), _FFT)) ** 2, _FFT)[:_LONGEST_LAG]
    normalized = correlation / (correlation[:, :1] + 1e-9) / (window / window[0])
    lags = normalized[:, _SHORTEST_LAG:]
    highest = lags.max(axis=1)
    is_peak = np.zeros(lags.shape, bool)
    is_peak[:, 1:-1] = (lags[:, 1:-1] >= lags[:, :-2]) & (lags[:, 1:-1] >= lags[:, 2:])
    is_candidate = is_peak & (lags >= _OCTAVE_MARGIN * highest[:, None])
    first = np.where(is_candidate.any(axis=1), is_candidate.argmax(axis=1), lags.argmax(axis=1))
    hertz = SAMPLE_RATE / (_SHORTEST_LAG + first)
    return 12 * np.log2(hertz / _REFERENCE_PITCH), highest


def _compute_cepstra(power: Floats) -> Floats:
    """Cepstra of mel bands without their loudness."""
    bands = np.log(power @ _build_mel_bank().T + 1e-8)
    steps = np.outer(np.arange(1, _COEFFICIENTS + 1), np.arange(_BANDS) + 0.5)
    cepstra: Floats = bands @ np.cos(np.pi / _BANDS * steps).T / _BANDS
    return cepstra


@cache
def _build_mel_bank() -> Floats:
    """Triangular bands, evenly spaced on the mel scale, over the bins of the spectrum."""
    low, high = (2595 * np.log10(1 + edge / 700) for edge in _BAND_EDGES)
    hertz = 700 * (10 ** (np.linspace(low, high, _BANDS + 2) / 2595) - 1)
    edges = hertz / SAMPLE_RATE * _FFT
    bins = np.arange(_FFT // 2 + 1)
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    bank: Floats = np.clip(np.minimum(rising, falling), 0, None)
    return bank

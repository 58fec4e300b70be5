"""A meter of loudness and true peak by ITU-R BS.1770-4, written from the recommendation for sound of 48 kHz."""

from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

Sound = NDArray[np.float64]

RATE = 48_000
_SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
_BLOCK, _STEP = RATE * 4 // 10, RATE // 10  # samples: 400 ms, of which 75 % overlap


def read_sound(path: Path) -> Sound:
    """Channels x samples of a file, from its time 0 on."""
    resampler = AudioResampler("fltp", rate=RATE)
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        frames = list(container.decode(stream))
        start = round(float(frames[0].pts * frames[0].time_base) * RATE)
        blocks = [block.to_ndarray() for frame in [*frames, None] for block in resampler.resample(frame)]
    sound = np.concatenate(blocks, axis=1).astype(np.float64)
    return np.pad(sound, ((0, 0), (start, 0))) if start >= 0 else sound[:, -start:]


def compute_loudness(sound: Sound) -> float:
    """Integrated loudness in LUFS, gated at -70 LUFS and at 10 LU under the mean of what is left."""
    powers = _weight(sound) ** 2
    starts = range(0, powers.shape[1] - _BLOCK + 1, _STEP)
    blocks = np.array([powers[:, start : start + _BLOCK].mean(axis=1).sum() for start in starts])
    blocks = blocks[_to_lufs(blocks) > -70]
    if not len(blocks):
        return -np.inf
    return float(_to_lufs(blocks[_to_lufs(blocks) > _to_lufs(blocks.mean()) - 10].mean()))


def compute_true_peak(sound: Sound) -> float:
    """dBTP, of the sound at four times its rate."""
    spectrum = np.fft.rfft(sound, axis=1)
    count = sound.shape[1]
    padded = np.zeros((sound.shape[0], 2 * count + 1), complex)
    padded[:, : spectrum.shape[1]] = spectrum
    return float(20 * np.log10(np.abs(np.fft.irfft(padded, 4 * count, axis=1) * 4).max() + 1e-12))


def find_lag(one: Sound, other: Sound) -> int:
    """Samples by which the second sound is behind the first."""
    count = 2 * max(one.shape[1], other.shape[1])
    spectra = [np.fft.rfft(sound[0], count) for sound in (one, other)]
    lag = int(np.argmax(np.fft.irfft(np.conj(spectra[0]) * spectra[1], count)))
    return lag - count if lag > count // 2 else lag


def _weight(sound: Sound) -> Sound:
    count = sound.shape[1] + RATE  # behind it, so that nothing comes round
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(count))
    response = np.prod([np.polyval(b[::-1], z) / np.polyval(a[::-1], z) for b, a in (_SHELF, _HIGH_PASS)], axis=0)
    return np.fft.irfft(np.fft.rfft(sound, count, axis=1) * response, count, axis=1)[:, : sound.shape[1]]


def _to_lufs(power: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    return np.asarray(-0.691 + 10 * np.log10(np.maximum(power, 1e-12)))

"""The pen's sound as a WAV file, at the loudness of a quiet voice."""

import wave
from pathlib import Path

import numpy as np
from av import AudioFrame

from pipeline.media.finishing.sound_levels import LOUDNESS_METER, SILENT, build_filters, filter_frames, read_loudness
from pipeline.sketch.sound.noise import SAMPLE_RATE
from pipeline.sketch.types import Floats

_LOUDNESS = -20.0  # LUFS
_KNEE, _CEILING = 0.5, 0.85  # of full scale: from which peaks are bent down, and what they never reach
_BLOCK = SAMPLE_RATE // 10


def write_wav(sound: Floats, out: Path) -> None:
    """Write one channel of 16 bits at 48 kHz, brought to -20 LUFS; silence stays silence. Raises OSError."""
    loudness = measure_loudness(sound)
    gain = 10 ** ((_LOUDNESS - loudness) / 20) if loudness > SILENT else 0.0
    with wave.open(str(out), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", "not compressed"))
        file.writeframes((_bend_peaks(sound * gain) * 32767).round().astype("<i2").tobytes())


def measure_loudness(sound: Floats) -> float:
    """Integrated loudness in LUFS by ITU-R BS.1770; -70 for what is silent."""
    loudness, graph = SILENT, None
    for start in range(0, len(sound), _BLOCK):
        frame = AudioFrame.from_ndarray(sound[None, start : start + _BLOCK], format="flt", layout="mono")
        frame.sample_rate, frame.pts = SAMPLE_RATE, start
        graph = graph or build_filters(frame, LOUDNESS_METER)
        for measured in filter_frames(graph, frame):
            loudness = read_loudness(measured, loudness)
    return max(loudness, SILENT)


def _bend_peaks(sound: Floats) -> Floats:
    room = _CEILING - _KNEE
    excess = np.maximum(np.abs(sound) - _KNEE, 0) / room
    bent: Floats = np.sign(sound) * (np.minimum(np.abs(sound), _KNEE) + room * np.tanh(excess))
    return bent

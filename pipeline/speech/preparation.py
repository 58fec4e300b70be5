"""Extraction of a media file's audio for the transcription engines; runs in the sandbox, before either of them."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from models.errors import ErrorCode, RequestRejected
from models.media.facts import LOUDNESS_STEP, SoundInfo
from pipeline.media import audio
from pipeline.speech.audio_reader import LEVEL_SECONDS, Levels, WavReader
from pipeline.speech.speakers.diarization import find_speaker_turns

_SILENCE_LEVEL: Final = 10 ** (-60 / 20)  # RMS relative to full scale in the loudest 10 ms; room noise is louder
_MIN_POWER: Final = 1e-10  # of full scale: -100 dB stands for silence


def prepare(media: Path, wav: Path) -> SoundInfo:
    """Write the audio to `wav`, which the engines read.

    Raises RequestRejected: what `audio.extract` raises, and NO_SPEECH for silence, so that no engine is called, or
    paid, for it.
    """
    audio.extract(media, wav)
    with WavReader(wav) as recording:
        levels = recording.read_levels()
        if levels.max(initial=0.0) < _SILENCE_LEVEL:
            raise RequestRejected(ErrorCode.NO_SPEECH)
        turns = find_speaker_turns(recording, levels)
    return replace(measure_sound(levels), speaker_turns=turns)


def measure_sound(levels: Levels) -> SoundInfo:
    """The length and loudness of a recording with these levels."""
    return SoundInfo(len(levels) * LEVEL_SECONDS, _measure_loudness(levels))


def _measure_loudness(levels: Levels) -> tuple[int, ...]:
    """Loudness of each `LOUDNESS_STEP` in dB, by the power of its levels."""
    step = round(LOUDNESS_STEP / LEVEL_SECONDS)
    power = (levels[: len(levels) // step * step].reshape(-1, step) ** 2).mean(axis=1)
    return tuple(np.rint(10 * np.log10(np.maximum(power, _MIN_POWER))).astype(int).tolist())

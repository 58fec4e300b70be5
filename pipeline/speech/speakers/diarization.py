"""Turns of two speakers: where a pause and another voice, by its pitch and its envelope, make one likely.

Whether there are two is decided for the whole recording: a voice that rises and falls is one speaker's, however far, as
long as it is heard at all heights between (docs/speech.md has the measurements).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.speech.audio_reader import Levels, WavReader
from pipeline.speech.speakers.voice_features import Floats, Voice, measure_voice
from pipeline.speech.voice_activity import find_pauses

_MIN_PAUSE: Final = 0.25  # seconds between two speakers
_MAX_LOOK: Final = 10.0  # seconds of a piece that are looked at
_MIN_FRAMES: Final = 20  # voiced frames, 0.4 s, of a piece that says anything
_MIN_PIECES: Final = 2  # of each speaker
_MIN_SPEAKER_FRAMES: Final = 60  # voiced frames, 1.2 s, of each speaker
_MIN_TURNS: Final = 3  # both come back: a reader who plays a part in one place does not
_MIN_PITCH_DISTANCE: Final = 5.0  # semitones between the speakers' means; one speaker's halves had up to 4.0
_MIN_PITCH_GAP: Final = 2.5  # semitones between nine tenths of one and of the other; up to 1.9 for one speaker
_MIN_ENVELOPE_DISTANCE: Final = 0.55  # in standard deviations; two voices had 0.60 and more
_ENVELOPE_NOISE: Final = 0.02  # variance of a cepstrum that is none of the voice's


@dataclass(frozen=True, slots=True)
class VoicePiece:
    """A piece between two pauses: when it begins, in seconds, and its voice."""

    start: float
    voice: Voice


@dataclass(frozen=True, slots=True)
class PitchBands:
    """Two speakers by pitch: pieces at or below `low` are one's, those at or above `high` the other's; semitones."""

    low: float
    high: float


def find_speaker_turns(recording: WavReader, levels: Levels) -> tuple[float, ...]:
    """When another speaker begins, in seconds; empty where one speaks, or more than two, or where it is not clear."""
    return find_turns(list(_list_pieces(recording, levels)))


def _list_pieces(recording: WavReader, levels: Levels) -> Iterator[VoicePiece]:
    pauses = [pause for pause in find_pauses(levels) if pause[1] - pause[0] >= _MIN_PAUSE]
    edges = [0.0, *(edge for pause in pauses for edge in pause), recording.seconds]
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        voice = measure_voice(recording.read_samples(start, min(end, start + _MAX_LOOK)))
        if voice is not None and voice.frames >= _MIN_FRAMES:
            yield VoicePiece(start, voice)


def find_turns(pieces: Sequence[VoicePiece]) -> tuple[float, ...]:
    """The turns of pieces in order. A piece of which it is not clear whose it is belongs to the speaker before."""
    bands = find_bands([piece.voice for piece in pieces])
    if bands is None:
        return ()
    turns: list[float] = []
    is_high: bool | None = None
    for piece in pieces:
        if bands.low < piece.voice.pitch < bands.high:
            continue
        if is_high is not None and is_high != (piece.voice.pitch >= bands.high):
            turns.append(round(piece.start, 3))
        is_high = piece.voice.pitch >= bands.high
    return tuple(turns) if len(turns) >= _MIN_TURNS else ()


def find_bands(voices: Sequence[Voice]) -> PitchBands | None:
    """The pitches of two speakers; None where these are the voices of one."""
    pitches, weights = np.array([each.pitch for each in voices]), np.array([each.frames for each in voices], float)
    is_high = _split_pitches(pitches, weights)
    if is_high is None or not _has_both_speakers(is_high, weights):
        return None
    distance = _compute_mean(pitches, weights, is_high) - _compute_mean(pitches, weights, ~is_high)
    low = _find_quantile(pitches[~is_high], weights[~is_high], 0.9)
    high = _find_quantile(pitches[is_high], weights[is_high], 0.1)
    envelopes = np.array([each.envelope for each in voices])
    is_clear = distance >= _MIN_PITCH_DISTANCE and high - low >= _MIN_PITCH_GAP
    if not is_clear or _measure_distance(envelopes, weights, is_high) < _MIN_ENVELOPE_DISTANCE:
        return None
    margin = (high - low) / 3
    return PitchBands(low + margin, high - margin)


def _split_pitches(pitches: Floats, weights: Floats) -> np.ndarray | None:
    """Which pitches are high, by the split with the greatest variance between both sides (after Otsu)."""
    edges = np.unique(pitches)[1:]
    if not len(edges):
        return None

    def measure(edge: float) -> float:
        is_high = pitches >= edge
        difference = _compute_mean(pitches, weights, is_high) - _compute_mean(pitches, weights, ~is_high)
        return float(weights[is_high].sum() * weights[~is_high].sum() * difference**2)

    found: np.ndarray = pitches >= max(edges, key=measure)
    return found


def _has_both_speakers(is_high: np.ndarray, weights: Floats) -> bool:
    sides = (is_high, ~is_high)
    return all(side.sum() >= _MIN_PIECES and weights[side].sum() >= _MIN_SPEAKER_FRAMES for side in sides)


def _compute_mean(values: Floats, weights: Floats, chosen: np.ndarray) -> float:
    return float(np.average(values[chosen], weights=weights[chosen]))


def _find_quantile(values: Floats, weights: Floats, share: float) -> float:
    order = np.argsort(values)
    middles = np.cumsum(weights[order], dtype=np.float64) - weights[order] / 2
    return float(np.interp(share * weights.sum(), middles, values[order]))


def _measure_distance(envelopes: Floats, weights: Floats, is_high: np.ndarray) -> float:
    """Distance of the mean envelopes of both sides, by the deviation of envelopes within them."""
    means = [np.average(envelopes[side], axis=0, weights=weights[side]) for side in (~is_high, is_high)]
    deviations = envelopes - np.where(is_high[:, None], means[1], means[0])
    variance = np.average(deviations**2, axis=0, weights=weights) + _ENVELOPE_NOISE
    return float(np.sqrt(((means[1] - means[0]) ** 2 / variance).mean()))

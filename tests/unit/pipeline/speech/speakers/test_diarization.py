"""Turns of two speakers: found where voices differ clearly, and never in what one person says."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from fakes import sample_speech
from fakes.voices import RATE, WOMAN, Samples, pause, speak
from hypothesis import given
from hypothesis import strategies as st

from pipeline.speech.audio_reader import WavReader
from pipeline.speech.speakers.diarization import VoicePiece, find_bands, find_speaker_turns, find_turns
from pipeline.speech.speakers.voice_features import Voice, measure_voice

DIALOGUE = "endgame_nagg_nell.wav"  # a man and a woman, 28 s
HER_TURNS = (8.74, 14.67, 22.53)
HIS_TURNS = (12.0, 17.61, 23.77)


def find(folder: Path, *sounds: Samples) -> tuple[float, ...]:
    with WavReader(sample_speech.write_wav(folder / "sound.wav", np.concatenate(sounds))) as recording:
        return find_speaker_turns(recording, recording.read_levels())


def talk(*utterances: Samples, seconds: float = 0.6) -> tuple[list[Samples], list[float]]:
    """The utterances with pauses between them, and when those after the first begin."""
    sounds: list[Samples] = [pause(seconds)]
    starts: list[float] = []
    for number, utterance in enumerate(utterances):
        starts.append(sum(map(len, sounds)) / RATE)
        sounds += [utterance, pause(seconds, number)]
    return sounds, starts[1:]


def man(seconds: float, seed: int) -> Samples:
    return speak(seconds, 110, seed=seed)


def woman(seconds: float, seed: int) -> Samples:
    return speak(seconds, 210, tract=WOMAN, seed=seed)


def test_in_a_dialogue_of_a_man_and_a_woman_each_turn_is_found(tmp_path: Path) -> None:
    sounds, starts = talk(man(2, 1), woman(1.5, 2), man(2.5, 3), woman(2, 4), man(1.2, 5))
    assert find(tmp_path, *sounds) == pytest.approx(starts, abs=0.15)


def test_a_speaker_who_goes_on_after_a_pause_takes_no_turn(tmp_path: Path) -> None:
    sounds, starts = talk(man(2, 1), man(2, 2), woman(2, 3), woman(2, 4), man(2, 5), man(2, 6), woman(2, 7))
    assert find(tmp_path, *sounds) == pytest.approx([starts[1], starts[3], starts[5]], abs=0.15)


def test_in_a_recorded_dialogue_the_turns_are_found(tmp_path: Path) -> None:
    found = find(tmp_path, sample_speech.read_samples(DIALOGUE))
    assert found == pytest.approx(sorted((*HER_TURNS, *HIS_TURNS)), abs=0.2)


@pytest.mark.parametrize("name", [sample_speech.TWO_CITIES, sample_speech.BECKETT])
@pytest.mark.parametrize("noise", [0, 100, 400])
@pytest.mark.parametrize("level", [0.2, 1.0])
def test_what_one_person_reads_has_no_turn(tmp_path: Path, name: str, noise: int, level: float) -> None:
    samples = level * sample_speech.read_samples(name)
    noisy = samples + noise * np.random.default_rng(2).standard_normal(len(samples))
    assert find(tmp_path, np.clip(noisy, -32768, 32767).astype(np.int16)) == ()


def test_a_voice_that_rises_and_falls_is_one_speakers(tmp_path: Path) -> None:
    pitches = (100, 112, 125, 140, 158, 176, 198, 176, 158, 140, 125, 112, 100)
    sounds, _ = talk(*(speak(1.2, pitch, seed=number) for number, pitch in enumerate(pitches)))
    assert find(tmp_path, *sounds) == ()


def test_one_voice_at_two_heights_is_one_speakers(tmp_path: Path) -> None:
    sounds, _ = talk(*(speak(1.6, pitch, seed=number % 2) for number, pitch in enumerate((110, 130) * 4)))
    assert find(tmp_path, *sounds) == ()


def test_a_second_voice_that_is_heard_once_is_no_dialogue(tmp_path: Path) -> None:
    sounds, _ = talk(man(2, 1), man(2, 2), woman(2, 3), man(2, 4), man(2, 5))
    assert find(tmp_path, *sounds) == ()


@pytest.mark.parametrize(
    "create", [sample_speech.create_silence, sample_speech.create_noise, sample_speech.create_music]
)
def test_what_is_no_speech_has_no_turn(tmp_path: Path, create: object) -> None:
    assert callable(create)
    assert find(tmp_path, create(20.0)) == ()


def test_silence_of_no_length_has_no_turn(tmp_path: Path) -> None:
    assert find(tmp_path, pause(0.0)) == ()


@pytest.mark.parametrize(("pitch", "semitones"), [(80, -3.9), (110, 1.65), (210, 12.8), (350, 21.7)])
def test_the_pitch_of_a_voice_is_measured(pitch: float, semitones: float) -> None:
    voice = measure_voice(speak(2.0, pitch, range_semitones=1.0))
    assert voice is not None
    assert voice.pitch == pytest.approx(semitones, abs=0.5)
    assert voice.frames > 60


def test_of_noise_and_silence_there_is_no_voice() -> None:
    assert measure_voice(np.zeros(16_000, np.int16)) is None
    assert measure_voice(np.zeros(10, np.int16)) is None
    noise = measure_voice(sample_speech.create_noise(2.0))
    assert noise is None or noise.frames < 5


def pieces_of(pitches: Sequence[float], envelopes: Sequence[float]) -> list[VoicePiece]:
    voices = (Voice(50, pitch, np.full(12, envelope)) for pitch, envelope in zip(pitches, envelopes, strict=True))
    return [VoicePiece(float(number), voice) for number, voice in enumerate(voices)]


def test_two_pitches_with_one_envelope_are_one_speaker() -> None:
    pitches = (2.0, 10.0) * 4
    assert find_turns(pieces_of(pitches, (0.0, 1.0) * 4)) == (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)
    assert find_turns(pieces_of(pitches, (0.0,) * 8)) == ()


def test_a_piece_of_unclear_pitch_belongs_to_the_speaker_before() -> None:
    pitches = (2, 10, 6, 10, 2, 2, 10, 2, 10, 2, 10, 10, 2, 2, 10, 10, 2, 2)
    envelopes = [each / 8 for each in pitches]
    assert 2.0 not in find_turns(pieces_of(pitches, envelopes))
    assert 3.0 not in find_turns(pieces_of(pitches, envelopes))


@given(st.lists(st.floats(-6, 24), max_size=40), st.floats(0, 3.9))
def test_turns_are_in_order_and_pitches_close_to_each_other_have_none(pitches: list[float], width: float) -> None:
    found = find_turns(pieces_of(pitches, [pitch / 8 for pitch in pitches]))
    assert all(one < two for one, two in pairwise(found))
    narrow = [width * (pitch + 6) / 30 for pitch in pitches]
    assert find_turns(pieces_of(narrow, narrow)) == ()
    assert find_bands([]) is None

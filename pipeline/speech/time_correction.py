"""Correction of the times of words by the sound: English is aligned, other languages follow the voice.

Runs in the sandbox.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from models.jobs.transcript import Transcript, Word
from pipeline.speech import alignment, voice_activity, word_timing
from pipeline.speech.audio_reader import Levels, WavReader

ALIGNED_LANGUAGE: Final = "en"  # whose words are aligned with the sound by a model of its own


def correct(wav: Path, transcript: Transcript) -> Transcript:
    """The transcript of a recording, as a speech service returns it, with corrected times."""
    with WavReader(wav) as recording:
        words = correct_words(transcript.words, transcript.language, recording, recording.read_levels())
    return transcript.model_copy(update={"words": words})


def correct_words(words: Sequence[Word], language: str, recording: WavReader, levels: Levels) -> tuple[Word, ...]:
    """The same words with times by the sound, in order and inside the recording."""
    ordered = word_timing.order_words(words, recording.seconds)
    if language == ALIGNED_LANGUAGE:
        timed = alignment.align_lines(recording, ordered)
    else:
        timed = voice_activity.correct_times(ordered, levels)
    return word_timing.order_words(timed, recording.seconds)

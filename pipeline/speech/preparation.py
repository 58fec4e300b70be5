"""Extraction of a media file's audio for the transcription engines; runs in the sandbox, before either of them."""

from pathlib import Path
from typing import Final

from models.errors import ErrorCode, RequestRejected
from pipeline.media import audio
from pipeline.speech.audio_reader import WavReader

_SILENCE_LEVEL: Final = 10 ** (-60 / 20)  # RMS relative to full scale in the loudest 10 ms; room noise is louder


def prepare(media: Path, wav: Path, upload: Path | None = None) -> float:
    """Write the audio to `wav`, for the local engine and aligner, and if given, compressed to `upload` (.ogg) for
    Groq.

    Returns the seconds of audio. Raises RequestRejected: what `audio.extract` raises, and NO_SPEECH for silence, so
    that no engine is called, or paid, for it.
    """
    seconds = audio.extract(media, wav)
    with WavReader(wav) as recording:
        if recording.read_levels().max(initial=0.0) < _SILENCE_LEVEL:
            raise RequestRejected(ErrorCode.NO_SPEECH)
    if upload is not None:
        audio.compress(wav, upload)
    return seconds

"""From somebody's file to the sound the engines take: runs in the sandboxed child, before either of them."""

from pathlib import Path
from typing import Final

from models.errors import Code, Refused
from pipeline.media import audio
from pipeline.speech.sound import Recording

_SILENT: Final = 10 ** (-60 / 20)  # RMS of full scale in the loudest 10 ms; a room is louder


def prepare(media: Path, wav: Path, upload: Path | None = None) -> float:
    """Write the sound to `wav`, for the local engine and aligner, and where asked, small to `upload` (.ogg), for Groq.

    Returns the seconds of sound. Raises Refused: what `audio.extract` refuses, and NO_SPEECH for silence, so that
    nobody is asked, and paid, to hear it.
    """
    seconds = audio.extract(media, wav)
    with Recording(wav) as recording:
        if recording.levels().max(initial=0.0) < _SILENT:
            raise Refused(Code.NO_SPEECH)
    if upload is not None:
        audio.compress(wav, upload)
    return seconds

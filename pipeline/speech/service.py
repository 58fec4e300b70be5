"""Speech services as the transcriber sees them: what they are given, and what they have to do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from models.jobs.transcript import Transcript
from models.media.facts import SoundInfo, SoundPiece
from pipeline.sandbox.client import ignore, return_false


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """A recording to be transcribed: its pieces, and the functions by which the service works with the job.

    `language` is a code, None where it is unknown. `vocabulary` are names that may be spoken. `split` makes smaller
    pieces of one that is too large. `record_seconds` is called with the seconds that the service charges.
    """

    pieces: Sequence[SoundPiece]
    sound: SoundInfo
    split: Callable[[SoundPiece], Sequence[SoundPiece]]
    language: str | None = None
    vocabulary: tuple[str, ...] = ()
    is_cancelled: Callable[[], bool] = return_false
    report_progress: Callable[[float], None] = ignore
    record_seconds: Callable[[float], None] = ignore


class SpeechService(Protocol):
    """A speech-to-text service; only its adapter imports its SDK."""

    def transcribe(self, request: ServiceRequest) -> Transcript: ...

"""Measured properties of a media file."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final


class MediaKind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """Properties of a media file as measured, never as its header or its name claims.

    `width` and `height` are pixels as displayed (rotation applied, pixels made square); `seconds` is counted from
    decoded packets. A still picture has no seconds; audio has no width and height.
    """

    kind: MediaKind
    format: str  # "jpeg", "png", "mp4", "ogg", ...: a name of `models/limits.toml`
    size: int  # bytes
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    fps: float | None = None
    has_audio: bool = False


SOUND_NAME: Final = "sound.wav"  # the sound of a job's input as engines read it, in the folder of the job
LOUDNESS_STEP: Final = 0.1  # seconds


@dataclass(frozen=True, slots=True)
class SoundInfo:
    """The sound of a file: its length, how loud each `LOUDNESS_STEP` is, in dB relative to full scale, and when another
    speaker begins, in seconds."""

    seconds: float
    loudness: tuple[int, ...] = ()
    speaker_turns: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class SoundPiece:
    """A compressed part of a recording, from `start` to `end` in seconds of it. A piece that begins before the previous
    one ends was cut where nobody pauses: what both hear is the same.
    """

    path: Path
    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start

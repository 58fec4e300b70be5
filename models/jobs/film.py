"""A rendered film, and how its encoder is set."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class X264Preset(StrEnum):
    """Presets of x264, slowest last."""

    ULTRAFAST = "ultrafast"
    SUPERFAST = "superfast"
    VERYFAST = "veryfast"
    FASTER = "faster"
    FAST = "fast"
    MEDIUM = "medium"
    SLOW = "slow"


class EncodingOptions(BaseModel):
    """Encoder settings: preset and constant rate factor of x264, and the maximum size in bytes."""

    model_config = ConfigDict(frozen=True)

    preset: X264Preset = X264Preset.VERYFAST
    crf: int = Field(default=21, ge=0, le=51)
    max_bytes: int | None = Field(default=None, ge=100_000)


@dataclass(frozen=True, slots=True)
class Film:
    """A rendered film: its path, displayed size in pixels, length in seconds, a JPEG of one frame, and the parts of the
    input, as start and end in seconds, that are not in it."""

    path: Path
    thumbnail: Path
    width: int
    height: int
    seconds: float
    frames: int
    size: int  # bytes
    cuts: tuple[tuple[float, float], ...] = ()

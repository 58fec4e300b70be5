"""Options of the job kinds, and the rendered film."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

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


class SketchOptions(BaseModel):
    """Parameters of a sketch job, version 1. `width` and `height` are pixels; both None: derived from the picture."""

    model_config = ConfigDict(frozen=True)

    version: Literal[1] = 1
    seconds: float = Field(default=10, ge=3, le=60)
    fps: int = Field(default=30, ge=10, le=60)
    width: int | None = Field(default=None, ge=64, le=3840)
    height: int | None = Field(default=None, ge=64, le=3840)
    hand: str = "marker"
    finish: Literal["colour", "lines"] = "colour"
    watermark: str | None = Field(default=None, max_length=60)
    encoding: EncodingOptions = EncodingOptions()


class CaptionOptions(BaseModel):
    """Parameters of a caption job, version 1."""

    model_config = ConfigDict(frozen=True)

    version: Literal[1] = 1
    style: str = "classic"
    language: str = "auto"
    engine: Literal["auto", "groq", "local"] = "auto"
    heard_in: tuple[str, ...] | None = None  # languages the plan allows, ISO 639-1; None: all
    watermark: str | None = Field(default=None, max_length=60)
    encoding: EncodingOptions = EncodingOptions()


@dataclass(frozen=True, slots=True)
class Film:
    """A rendered film: its path, displayed size in pixels, length in seconds, and a JPEG of one frame."""

    path: Path
    thumbnail: Path
    width: int
    height: int
    seconds: float
    frames: int
    size: int  # bytes

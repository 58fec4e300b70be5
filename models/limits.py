"""Limits on inputs and outputs, read from `limits.toml`."""

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PictureLimits(_Table):
    max_bytes: int
    max_pixels: int
    max_aspect: float
    min_side: int


class FilmLimits(_Table):
    min_seconds: float
    max_seconds: float
    max_width: int
    max_height: int
    max_title: int
    max_scenes: int


class VideoLimits(_Table):
    max_bytes: int
    max_seconds: float
    max_side: int
    max_pixels: int
    max_fps: float
    max_streams: int


class AudioLimits(_Table):
    max_bytes: int
    max_seconds: float


class ChildLimits(_Table):
    memory: int
    memory_4k: int
    cpu_per_second: float
    cpu_extra: float
    wall_per_cpu: float


class PersonLimits(_Table):
    waiting_free: int
    waiting_paid: int
    messages_per_minute: int


class DiskLimits(_Table):
    floor: int
    cache: int


class Formats(_Table):
    image: tuple[str, ...]
    video: tuple[str, ...]
    audio: tuple[str, ...]


class Limits(_Table):
    """Limits in bytes, pixels, seconds and counts."""

    picture: PictureLimits
    film: FilmLimits
    video: VideoLimits
    audio: AudioLimits
    child: ChildLimits
    person: PersonLimits
    disk: DiskLimits
    formats: Formats


@cache
def limits() -> Limits:
    """The bundled limits."""
    return Limits.model_validate(tomllib.loads(files("models").joinpath("limits.toml").read_text()))

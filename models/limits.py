"""Limits on inputs and outputs, read from `limits.toml`."""

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict


class _LimitsTable(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PictureLimits(_LimitsTable):
    max_bytes: int
    max_pixels: int
    max_aspect: float
    min_side: int


class FilmLimits(_LimitsTable):
    max_width: int
    max_height: int
    max_title: int


class KindLimits(_LimitsTable):
    """Limits of one kind of job: the most inputs of one job, and the shortest and longest result in seconds."""

    max_inputs: int = 1
    min_seconds: float = 0
    max_seconds: float


class VideoLimits(_LimitsTable):
    max_bytes: int
    max_seconds: float
    max_side: int
    max_pixels: int
    max_fps: float
    max_streams: int


class AudioLimits(_LimitsTable):
    max_bytes: int
    max_seconds: float


class SandboxLimits(_LimitsTable):
    memory: int
    memory_4k: int
    cpu_per_second: float
    cpu_extra: float
    wall_per_cpu: float


class PersonLimits(_LimitsTable):
    """Limits of one sender: messages, files that wait their turn, taps on buttons, and requests and thumbnails of the
    page."""

    messages_per_minute: int
    messages_waiting: int
    taps_per_minute: int
    posts_per_minute: int
    thumbnails_per_hour: int


class DiskLimits(_LimitsTable):
    floor: int
    cache: int
    previews: int


class MediaFormats(_LimitsTable):
    image: tuple[str, ...]
    video: tuple[str, ...]
    audio: tuple[str, ...]


class Limits(_LimitsTable):
    """Limits in bytes, pixels, seconds and counts."""

    picture: PictureLimits
    film: FilmLimits
    kinds: dict[str, KindLimits]
    video: VideoLimits
    audio: AudioLimits
    child: SandboxLimits
    person: PersonLimits
    disk: DiskLimits
    formats: MediaFormats


@cache
def load_limits() -> Limits:
    """The bundled limits."""
    return Limits.model_validate(tomllib.loads(files("models").joinpath("limits.toml").read_text()))

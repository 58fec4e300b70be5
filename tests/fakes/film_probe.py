"""Probe of a delivered film: facts and frames read from the file itself."""

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Colours = NDArray[np.uint8]  # with an axis of three


@dataclass(frozen=True)
class ProbedFilm:
    """Codec and pixel format, size, frame rate, frames, seconds, audio codec, and whether the moov box comes first."""

    codec: str
    pixel_format: str
    size: tuple[int, int]
    frame_rate: Fraction
    frames: int
    seconds: float
    audio_codec: str | None
    is_faststart: bool


def probe_film(film: Path) -> ProbedFilm:
    with av.open(str(film)) as container:
        video = container.streams.video[0]
        audio_codec = container.streams.audio[0].codec_context.name if container.streams.audio else None
        frames = sum(1 for _ in container.decode(video))
        frame_rate = Fraction(video.average_rate or 0)
        context = video.codec_context
        return ProbedFilm(
            codec=context.name,
            pixel_format=str(context.pix_fmt),
            size=(context.width, context.height),
            frame_rate=frame_rate,
            frames=frames,
            seconds=float(frames / frame_rate),
            audio_codec=audio_codec,
            is_faststart=_has_moov_first(film),
        )


def read_luma_frames(film: Path, first: int | None = None) -> list[Gray]:
    """Every frame's luma, or that of so many first frames."""
    with av.open(str(film)) as container:
        return [frame.to_ndarray(format="gray") for frame in islice(container.decode(video=0), first)]


def read_colour_frames(film: Path, numbers: Collection[int]) -> dict[int, Colours]:
    """The frames of those numbers, RGB."""
    with av.open(str(film)) as container:
        decoded = enumerate(islice(container.decode(video=0), max(numbers) + 1))
        return {number: frame.to_ndarray(format="rgb24") for number, frame in decoded if number in numbers}


def find_colour_box(frame: Colours, colour: tuple[int, int, int]) -> tuple[int, int, int, int] | None:
    """The box (x, y, width, height) around everything of about that colour; None where there is none."""
    rows, columns = np.nonzero(np.abs(frame.astype(int) - colour).max(axis=2) < 60)
    if not len(rows):
        return None
    left, top = int(columns.min()), int(rows.min())
    return left, top, int(columns.max()) + 1 - left, int(rows.max()) + 1 - top


def compute_ink_share(frame: Gray) -> float:
    """The share of a frame's pixels that are not white board."""
    return float(np.mean(frame < 200))


def compute_difference(before: Gray, after: Gray, box: tuple[int, int, int, int] | None = None) -> float:
    """The mean difference of two frames, in a box (x, y, width, height) where one is given."""
    left, top, width, height = box or (0, 0, before.shape[1], before.shape[0])
    region: Any = np.s_[top : top + height, left : left + width]
    return float(np.abs(before[region].astype(int) - after[region].astype(int)).mean())


def _has_moov_first(film: Path) -> bool:
    raw = film.read_bytes()
    return 0 < raw.find(b"moov") < raw.find(b"mdat")

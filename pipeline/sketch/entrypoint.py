"""Sandbox entry point of a sketch job: reads the picture files and renders the film."""

from collections.abc import Sequence
from pathlib import Path

from models.jobs.film import Film
from models.jobs.options import SketchOptions
from pipeline.media.pictures.reader import read_picture
from pipeline.progress import ProgressCallback
from pipeline.sketch import film


def draw(
    pictures: Sequence[Path],
    out: Path,
    options: SketchOptions,
    progress: ProgressCallback,
    track: Path | None = None,
    logo: Path | None = None,
) -> Film:
    """Read the pictures and render the film; raises what `read_picture` and `film.make` raise."""
    return film.make([read_picture(path) for path in pictures], out, options, progress, track=track, logo=logo)

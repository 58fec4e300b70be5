"""Sandbox entry point of a sketch job: reads the picture files and renders the film."""

from collections.abc import Sequence
from pathlib import Path

from models.jobs.film import Film
from models.jobs.options import SketchOptions
from pipeline.media.pictures.reader import read_picture
from pipeline.progress import ProgressCallback
from pipeline.sketch import film
from pipeline.sketch.outputs.extra_files import ExtraFiles


def draw(
    pictures: Sequence[Path],
    out: Path,
    options: SketchOptions,
    progress: ProgressCallback,
    logo: Path | None = None,
    **extras: Path,
) -> Film:
    """Read the pictures and render the film, and the `extras`, which are files of `ExtraFiles` by name; raises what
    `read_picture` and `film.make` raise.
    """
    opened = [read_picture(path) for path in pictures]
    return film.make(opened, out, options, progress, logo=logo, extras=ExtraFiles(**extras))

"""Sandbox entry point of a sketch job: reads the picture files and renders the film."""

from collections.abc import Sequence
from pathlib import Path

from models.errors import ErrorCode, RequestRejected
from models.jobs.film import Film
from models.jobs.options import SketchOptions
from models.limits import load_limits
from models.media.facts import MediaKind
from pipeline.media.pictures.reader import read_picture
from pipeline.media.probe import measure
from pipeline.media.sniff import sniff
from pipeline.progress import ProgressCallback
from pipeline.sketch import film
from pipeline.sketch.outputs.extra_files import ExtraFiles


def draw(
    inputs: Sequence[Path],
    out: Path,
    options: SketchOptions,
    progress: ProgressCallback,
    logo: Path | None = None,
    **extras: Path,
) -> Film:
    """Read the pictures and render the film, as long as the sound that may be among the inputs, and the `extras`, which
    are files of `ExtraFiles` by name. Raises what `read_picture`, `measure` and `film.make` raise, and RequestRejected
    (TOO_LONG) for a sound.
    """
    pictures = [path for path in inputs if sniff(path).kind is MediaKind.IMAGE]
    sound = next((path for path in inputs if path not in pictures), None)
    if sound is not None:
        options = _fit_to_sound(options, sound)
    opened = [read_picture(path) for path in pictures]
    return film.make(opened, out, options, progress, logo=logo, sound=sound, extras=ExtraFiles(**extras))


def _fit_to_sound(options: SketchOptions, sound: Path) -> SketchOptions:
    """The options with the length of a sound."""
    seconds, longest = measure(sound).seconds or 0.0, load_limits().kinds["sketch"].max_seconds
    if seconds > longest:
        raise RequestRejected(ErrorCode.TOO_LONG, limit=round(longest))
    return options.model_copy(update={"seconds": options.compute_seconds(seconds)})

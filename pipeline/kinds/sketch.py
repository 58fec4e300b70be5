"""Sketches: films of pictures being drawn by hand."""

from pathlib import Path
from typing import cast

from models.jobs.film import Film
from models.jobs.options import SketchOptions
from models.limits import load_limits
from models.media.facts import MediaInfo, MediaKind
from pipeline.kinds.job_kind import AGAIN_BUTTON, FILE_BUTTON, ORDER_BUTTON, JobKind, OutputSpec, ResultButton
from pipeline.kinds.running_job import JobResult, OutputFile, RunningJob, list_film_files

_EXTRA_FORMATS = {"still": "png", "svg": "svg", "gif": "gif"}
_FILE_BUTTONS = tuple(ResultButton("file", name, begins_row=number == 0) for number, name in enumerate(_EXTRA_FORMATS))

SKETCH = JobKind(
    name="sketch",
    options=SketchOptions,
    accepts=frozenset({MediaKind.IMAGE}),
    accepts_beside=frozenset({MediaKind.AUDIO}),
    stages=("drawing",),
    run="pipeline.kinds.sketch:run",
    outputs=(
        OutputSpec("film", MediaKind.VIDEO),
        OutputSpec("thumbnail", MediaKind.IMAGE),
        OutputSpec("still", MediaKind.IMAGE),
        OutputSpec("svg", MediaKind.DOCUMENT),
        OutputSpec("gif", MediaKind.IMAGE, is_optional=True),
    ),
    limits=load_limits().kinds["sketch"],
    icon="✏️",
    buttons=(AGAIN_BUTTON, FILE_BUTTON, *_FILE_BUTTONS, ORDER_BUTTON),
)


def run(job: RunningJob) -> JobResult:
    """Draw the pictures, one scene after the other, to the sound that may be among the inputs."""
    options = cast("SketchOptions", job.spec.options)
    names = [name for name in _EXTRA_FORMATS if name != "gif" or options.gif]
    paths = {name: job.spec.folder / f"drawing.{_EXTRA_FORMATS[name]}" for name in names}
    extras = {**paths, **job.spec.extra_outputs}
    arguments = {
        "inputs": job.spec.inputs,
        "out": job.spec.folder / "film.mp4",
        "options": options,
        "logo": job.spec.logo,
        **extras,
    }
    film = job.run_task("drawing", "pipeline.sketch.entrypoint:draw", arguments)
    kinds = {output.name: output.media_kind for output in SKETCH.outputs}
    described = (_describe_file(name, kinds[name], film, extras[name]) for name in names)
    return JobResult((*list_film_files(film), *described))


def _describe_file(name: str, kind: MediaKind, film: Film, path: Path) -> OutputFile:
    sides = (film.width, film.height) if kind is MediaKind.IMAGE else (None, None)
    return OutputFile(name, path, MediaInfo(kind, _EXTRA_FORMATS[name], path.stat().st_size, *sides))

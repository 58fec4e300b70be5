"""Sketches: films of pictures being drawn by hand."""

from models.jobs.options import SketchOptions
from models.limits import load_limits
from models.media.facts import MediaKind
from pipeline.kinds.job_kind import JobKind, OutputSpec
from pipeline.kinds.running_job import JobResult, RunningJob, list_film_files

SKETCH = JobKind(
    name="sketch",
    options=SketchOptions,
    accepts=frozenset({MediaKind.IMAGE}),
    stages=("drawing",),
    run="pipeline.kinds.sketch:run",
    outputs=(OutputSpec("film", MediaKind.VIDEO), OutputSpec("thumbnail", MediaKind.IMAGE)),
    limits=load_limits().kinds["sketch"],
    icon="✏️",
)


def run(job: RunningJob) -> JobResult:
    """Draw the pictures, one scene after the other."""
    arguments = {
        "pictures": job.spec.inputs,
        "out": job.spec.folder / "film.mp4",
        "options": job.spec.options,
        "logo": job.spec.logo,
        **job.spec.extra_outputs,
    }
    return JobResult(list_film_files(job.run_task("drawing", "pipeline.sketch.entrypoint:draw", arguments)))

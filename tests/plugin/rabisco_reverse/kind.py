"""The kind of job: a video is played backwards, once or several times."""

from pydantic import Field

from models.jobs.options import FilmOptions
from models.limits import KindLimits
from models.media.facts import MediaKind
from pipeline import JobKind, JobResult, OutputSpec, RunningJob, list_film_files


class ReverseOptions(FilmOptions):
    """Options of a job: how many times the video is played."""

    loops: int = Field(default=1, ge=1, le=60)

    def compute_seconds(self, input_seconds: float) -> float:
        return self.loops * input_seconds


REVERSE = JobKind(
    name="reverse",
    options=ReverseOptions,
    accepts=frozenset({MediaKind.VIDEO}),
    stages=("reversing",),
    run="rabisco_reverse.kind:run",
    outputs=(OutputSpec("film", MediaKind.VIDEO), OutputSpec("thumbnail", MediaKind.IMAGE)),
    limits=KindLimits(max_seconds=300),
    icon="⏪",
)


def run(job: RunningJob) -> JobResult:
    """Play the first input backwards."""
    arguments = {"video": job.spec.inputs[0], "out": job.spec.folder / "film.mp4", "options": job.spec.options}
    return JobResult(list_film_files(job.run_task("reversing", "rabisco_reverse.engine:play_backwards", arguments)))

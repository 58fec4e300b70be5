"""The renderers alone: the same jobs in the same children, back to back, without bot, queue, database or delivery."""

import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from load.errands import Specimen

from bots.telegram.channel import CLOUD_API_CAPABILITIES
from models.identity.people import Preferences
from models.jobs.job import JobType
from models.jobs.options import EncodingOptions
from pipeline.jobs.renderer import Renderer, RenderSpec, Usage
from pipeline.jobs.service import Pipeline
from pipeline.jobs.transcription import Transcriber
from pipeline.sandbox.client import SandboxClient, return_false

WATERMARK: Final = Pipeline.__dataclass_fields__["watermark"].default


@dataclass(frozen=True, slots=True)
class Timing:
    """What one job took: seconds of wall clock and of processor."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Sample:
    """What rendering alone reached. The rate has no beginning and no end at which a worker waits for the others."""

    workers: int
    jobs: tuple[Timing, ...]

    @property
    def rate(self) -> float:
        """Jobs a second of all workers together."""
        return self.workers * len(self.jobs) / sum(job.wall for job in self.jobs)

    @property
    def cpu(self) -> float:
        """Processor seconds a job."""
        return sum(job.cpu for job in self.jobs) / len(self.jobs)


def rendered(children: SandboxClient, workers: int, specimens: Sequence[Specimen]) -> Sample:
    """Render each, with so many at the same time."""
    renderer = Renderer(children, Transcriber(None))
    with ThreadPoolExecutor(workers) as pool:
        return Sample(workers, tuple(pool.map(lambda each: _render(renderer, each), specimens)))


def _render(renderer: Renderer, specimen: Specimen) -> Timing:
    usage, begun = Usage(), time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "input"
        path.write_bytes(specimen.content)
        renderer.render(_work(specimen, path), lambda *_: None, return_false, usage)
    return Timing(time.monotonic() - begun, usage.cpu_seconds)


def _work(specimen: Specimen, path: Path) -> RenderSpec:
    """The job a person of the free plan gets who has chosen nothing."""
    drawing, tastes = specimen.kind is JobType.SKETCH, Preferences()
    options = (tastes.to_sketch_options() if drawing else tastes.to_caption_options()).model_copy(
        update={"watermark": WATERMARK, "encoding": EncodingOptions(max_bytes=CLOUD_API_CAPABILITIES.max_upload)}
    )
    largest = specimen.sizes[-1]
    return RenderSpec(
        kind=specimen.kind,
        parameters=options.model_dump(mode="json"),
        inputs=(path,),
        seconds=tastes.seconds if drawing else specimen.seconds,
        pixels=0 if drawing else largest.width * largest.height,
        transcript=None,
        folder=path.parent,
    )

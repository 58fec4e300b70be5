"""The renderers alone: the same jobs in the same children, back to back, without bot, queue, database or delivery."""

import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bots.core.conversation.features.registry import get_feature
from bots.telegram.channel import CLOUD_API_CAPABILITIES
from models.billing.catalogue import read_catalogue
from models.billing.plans import FREE_PLAN
from pipeline.jobs.renderer import Renderer
from pipeline.jobs.service import Pipeline
from pipeline.kinds.running_job import JobSpec
from pipeline.kinds.usage import Usage
from pipeline.sandbox.client import SandboxClient, return_false
from pipeline.speech.transcription import Transcriber
from tools.load.errands import Specimen

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
    return Timing(time.monotonic() - begun, usage.costs.cpu_seconds)


def _work(specimen: Specimen, path: Path) -> JobSpec:
    """The job a person of the free plan gets who has chosen nothing."""
    options = get_feature(specimen.kind).build_options({})
    options = options.with_plan(read_catalogue().get_plan(FREE_PLAN), WATERMARK).with_max_bytes(
        CLOUD_API_CAPABILITIES.max_upload
    )
    largest = specimen.sizes[-1]
    return JobSpec(
        kind=specimen.kind,
        options=options,
        inputs=(path,),
        seconds=options.compute_seconds(specimen.seconds),
        pixels=options.compute_pixels(largest.width * largest.height),
        transcript=None,
        folder=path.parent,
    )

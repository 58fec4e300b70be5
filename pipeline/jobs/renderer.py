"""Renders one job's film in sandboxed children: a sketch of pictures, or a transcribed and captioned video."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.errors import ErrorCode, RequestRejected
from models.jobs.job import JobStage, JobType
from models.jobs.options import CaptionOptions, Film, SketchOptions
from models.jobs.transcript import Transcript
from models.languages import load_languages
from pipeline.jobs.transcription import Transcriber, TranscriptionResult
from pipeline.progress import ProgressCallback
from pipeline.sandbox.client import SandboxClient
from pipeline.sandbox.limits import ResourceLimits

TRANSCRIPTION_SHARE = 0.4  # of a caption job's progress
UHD_PIXELS = 1920 * 1088  # pixels above which a child needs more memory


@dataclass(frozen=True, slots=True)
class RenderSpec:
    """What is rendered for a job: its parameters, its input files, and a private folder to work in."""

    kind: JobType
    parameters: Mapping[str, Any]
    inputs: tuple[Path, ...]
    seconds: float  # of the longest input or of the result, whichever is longer
    pixels: int  # of the largest frame
    transcript: Transcript | None
    folder: Path
    extra_outputs: Mapping[str, Path] = field(default_factory=dict)  # other output files, by argument name


@dataclass(slots=True)
class Usage:
    """Resources used so far, whatever the outcome; `provider_cost` in millionths of a US dollar."""

    cpu_seconds: float = 0.0
    provider_seconds: float = 0.0
    provider_cost: int = 0

    def add_cpu(self, seconds: float) -> None:
        self.cpu_seconds += seconds


@dataclass(frozen=True, slots=True)
class RenderResult:
    film: Film
    transcript: Transcript | None = None


@dataclass(frozen=True, slots=True)
class Renderer:
    """Renders films and transcripts. Raises RequestRejected, ProcessingFailed or JobCancelled."""

    sandbox: SandboxClient
    transcriber: Transcriber

    def render(
        self, spec: RenderSpec, progress: ProgressCallback, is_cancelled: Callable[[], bool], usage: Usage
    ) -> RenderResult:
        runner = _StageRunner(self.sandbox, spec, progress, is_cancelled, usage)
        if spec.kind is JobType.SKETCH:
            return _render_sketch(spec, runner)
        return self._render_captions(spec, runner)

    def transcribe(
        self, spec: RenderSpec, progress: ProgressCallback, is_cancelled: Callable[[], bool], usage: Usage
    ) -> Transcript:
        """Transcribe without rendering a film."""
        runner = _StageRunner(self.sandbox, spec, progress, is_cancelled, usage)
        options = CaptionOptions.model_validate(spec.parameters)
        result = self.transcriber.transcribe(
            spec.inputs[0], options, spec.folder, runner.task_runner_for(JobStage.LISTENING, 0.0, 1.0)
        )
        return result.transcript

    def _render_captions(self, spec: RenderSpec, runner: "_StageRunner") -> RenderResult:
        options = CaptionOptions.model_validate(spec.parameters)
        video = spec.inputs[0]
        transcript, share = spec.transcript, 0.0
        if transcript is None:
            result = self._transcribe(video, options, runner)
            transcript, share = result.transcript, TRANSCRIPTION_SHARE
        film = runner.task_runner_for(JobStage.CAPTIONING, share, 1.0)(
            "pipeline.captions.film:make",
            {
                "video": video,
                "words": transcript.words,
                "out": spec.folder / "film.mp4",
                "options": options,
                "language": transcript.language,
                **spec.extra_outputs,
            },
        )
        return RenderResult(film, transcript)

    def _transcribe(self, video: Path, options: CaptionOptions, runner: "_StageRunner") -> TranscriptionResult:
        result = self.transcriber.transcribe(
            video, options, runner.spec.folder, runner.task_runner_for(JobStage.LISTENING, 0.0, TRANSCRIPTION_SHARE)
        )
        runner.usage.provider_seconds += result.provider_seconds
        runner.usage.provider_cost += result.provider_cost
        if (
            options.heard_in is not None
            and load_languages().find_code(result.transcript.language) not in options.heard_in
        ):
            raise RequestRejected(ErrorCode.PLAN_LANGUAGE)
        return result


def _render_sketch(spec: RenderSpec, runner: "_StageRunner") -> RenderResult:
    film = runner.task_runner_for(JobStage.DRAWING, 0.0, 1.0)(
        "pipeline.sketch.entrypoint:draw",
        {
            "pictures": spec.inputs,
            "out": spec.folder / "film.mp4",
            "options": SketchOptions.model_validate(spec.parameters),
            **spec.extra_outputs,
        },
    )
    return RenderResult(film)


@dataclass(slots=True)
class _StageRunner:
    """Runs the tasks of a job's stages in children, reporting each one's progress as a part of the whole."""

    sandbox: SandboxClient
    spec: RenderSpec
    progress: ProgressCallback
    is_cancelled: Callable[[], bool]
    usage: Usage

    def task_runner_for(self, stage: JobStage, start: float, end: float) -> Callable[[str, dict[str, object]], Any]:
        def report(_: str, share: float) -> None:
            self.progress(stage, start + (end - start) * share)

        def run(task: str, arguments: dict[str, object]) -> Any:
            report("", 0.0)
            return self.sandbox.run(
                task,
                arguments,
                directory=self.spec.folder,
                limits=ResourceLimits.for_media(self.spec.seconds, uhd=self.spec.pixels > UHD_PIXELS),
                on_progress=report,
                is_cancelled=self.is_cancelled,
                on_usage=self.usage.add_cpu,
            )

        return run

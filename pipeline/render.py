"""Renders one job's film in sandboxed children: a sketch of pictures, or a transcribed and captioned video."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.errors import Code, Refused
from models.films import CaptionOptions, Film, SketchOptions
from models.jobs import Kind, Stage
from models.languages import languages
from models.words import Transcript
from pipeline.child import Allowance, Children
from pipeline.hearing import Heard, Hearing
from pipeline.progress import Progress

LISTENING_SHARE = 0.4  # of a caption job's progress
UHD = 1920 * 1088  # pixels above which a child needs more memory


@dataclass(frozen=True, slots=True)
class Work:
    """What is rendered for a job: its parameters, its input files, and a private folder to work in."""

    kind: Kind
    parameters: Mapping[str, Any]
    inputs: tuple[Path, ...]
    seconds: float  # of the longest input or of the result, whichever is longer
    pixels: int  # of the largest frame
    transcript: Transcript | None
    folder: Path
    records: Mapping[str, Path] = field(default_factory=dict)  # other output files, by argument name


@dataclass(slots=True)
class Usage:
    """Resources used so far, whatever the outcome; `provider_cost` in millionths of a US dollar."""

    cpu_seconds: float = 0.0
    provider_seconds: float = 0.0
    provider_cost: int = 0

    def add_cpu(self, seconds: float) -> None:
        self.cpu_seconds += seconds


@dataclass(frozen=True, slots=True)
class Rendered:
    film: Film
    transcript: Transcript | None = None


@dataclass(frozen=True, slots=True)
class Renderer:
    """Renders films and transcripts. Raises RequestRejected, ProcessingFailed or JobCancelled."""

    children: Children
    hearing: Hearing

    def render(self, work: Work, progress: Progress, is_cancelled: Callable[[], bool], usage: Usage) -> Rendered:
        run = _Run(self.children, work, progress, is_cancelled, usage)
        if work.kind is Kind.SKETCH:
            return _sketch(work, run)
        return self._caption(work, run)

    def hear(self, work: Work, progress: Progress, is_cancelled: Callable[[], bool], usage: Usage) -> Transcript:
        """Transcribe without rendering a film."""
        run = _Run(self.children, work, progress, is_cancelled, usage)
        options = CaptionOptions.model_validate(work.parameters)
        heard = self.hearing.hear(work.inputs[0], options, work.folder, run.within(Stage.LISTENING, 0.0, 1.0))
        return heard.transcript

    def _caption(self, work: Work, run: "_Run") -> Rendered:
        options = CaptionOptions.model_validate(work.parameters)
        video = work.inputs[0]
        transcript, share = work.transcript, 0.0
        if transcript is None:
            heard = self._hear(video, options, run)
            transcript, share = heard.transcript, LISTENING_SHARE
        film = run.within(Stage.CAPTIONING, share, 1.0)(
            "pipeline.captions.film:make",
            {
                "video": video,
                "words": transcript.words,
                "out": work.folder / "film.mp4",
                "options": options,
                "language": transcript.language,
                **work.records,
            },
        )
        return Rendered(film, transcript)

    def _hear(self, video: Path, options: CaptionOptions, run: "_Run") -> Heard:
        heard = self.hearing.hear(video, options, run.work.folder, run.within(Stage.LISTENING, 0.0, LISTENING_SHARE))
        run.usage.provider_seconds += heard.provider_seconds
        run.usage.provider_cost += heard.provider_cost
        if options.heard_in is not None and languages().code(heard.transcript.language) not in options.heard_in:
            raise Refused(Code.PLAN_LANGUAGE)
        return heard


def _sketch(work: Work, run: "_Run") -> Rendered:
    film = run.within(Stage.DRAWING, 0.0, 1.0)(
        "pipeline.sketch.task:draw",
        {
            "pictures": work.inputs,
            "out": work.folder / "film.mp4",
            "options": SketchOptions.model_validate(work.parameters),
            **work.records,
        },
    )
    return Rendered(film)


@dataclass(slots=True)
class _Run:
    """Runs the tasks of a job's stages in children, reporting each one's progress as a part of the whole."""

    children: Children
    work: Work
    progress: Progress
    is_cancelled: Callable[[], bool]
    usage: Usage

    def within(self, stage: Stage, start: float, end: float) -> Callable[[str, dict[str, object]], Any]:
        def tell(_: str, share: float) -> None:
            self.progress(stage, start + (end - start) * share)

        def run(task: str, arguments: dict[str, object]) -> Any:
            tell("", 0.0)
            return self.children.run(
                task,
                arguments,
                directory=self.work.folder,
                allowance=Allowance.for_media(self.work.seconds, uhd=self.work.pixels > UHD),
                on_progress=tell,
                is_cancelled=self.is_cancelled,
                on_usage=self.usage.add_cpu,
            )

        return run

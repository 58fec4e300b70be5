"""A job while it runs: its inputs and options, the tasks it runs in sandboxed children, and the files it makes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from models.errors import ErrorCode, RequestRejected
from models.jobs.film import Film
from models.jobs.options import JobOptions, SpeechOptions, TranslationOptions
from models.jobs.transcript import EarlierTranslation, Transcript, Translation
from models.languages import load_languages
from models.media.facts import MediaInfo, MediaKind
from pipeline.chat.model import ChatJob, ChatModel
from pipeline.chat.translation import translate_below, translate_transcript
from pipeline.kinds.usage import Usage
from pipeline.media.editing.cut_list import CutList
from pipeline.progress import ProgressCallback, keep_rising
from pipeline.sandbox.client import SandboxClient, ignore
from pipeline.sandbox.limits import ResourceLimits
from pipeline.speech.transcription import Transcriber, TranscriptionJob

UHD_PIXELS = 1920 * 1088  # pixels above which a child needs more memory


@dataclass(frozen=True, slots=True)
class JobSpec:
    """What is to be made: the name of the job's kind, its options, its input files, and a private folder to work in."""

    kind: str
    options: JobOptions
    inputs: tuple[Path, ...]
    seconds: float  # of the longest input or of the result, whichever is longer
    pixels: int  # of the largest frame
    transcript: Transcript | None
    folder: Path
    translation: Transcript | None = None  # known of that transcript, as are the lines below it
    lines_below: Translation | None = None
    earlier_translation: EarlierTranslation | None = None  # of words that were corrected since
    cuts: CutList = field(default_factory=CutList)  # out of the result that the job follows
    logo: Path | None = None  # the picture of the options' logo
    extra_outputs: Mapping[str, Path] = field(default_factory=dict)  # other output files, by argument name


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A finished file, under the name of one of the kind's outputs."""

    name: str
    path: Path
    info: MediaInfo
    cuts: tuple[tuple[float, float], ...] | None = None  # of a film, parts of its input that are not in it; seconds


@dataclass(frozen=True, slots=True)
class JobResult:
    """The files a job made, the result itself first, and the transcript it made or was given. `translation` is what the
    result shows, where that is in another language; `lines_below` are those it shows beside what is said."""

    outputs: tuple[OutputFile, ...]
    transcript: Transcript | None = None
    translation: Transcript | None = None
    lines_below: Translation | None = None


@dataclass(frozen=True, slots=True)
class RunningJob:
    """A job while it runs, as its kind's `run` function sees it."""

    spec: JobSpec
    sandbox: SandboxClient
    transcriber: Transcriber
    progress: ProgressCallback
    is_cancelled: Callable[[], bool]
    usage: Usage
    chat: ChatModel | None = None
    keep_transcript: Callable[[Transcript], None] = ignore

    def translate(self, transcript: Transcript, target: str | None) -> Transcript:
        """The transcript in another language; as it is where that is the spoken one, or None.

        Raises RequestRejected(CHAT_MODEL_MISSING), ProcessingFailed(TEXT_SERVICE_DOWN), JobCancelled.
        """
        if target is None or target == transcript.language:
            return transcript
        if self.spec.translation is not None:
            return self.spec.translation
        return translate_transcript(self.require_chat_model(), transcript, target, self.chat_job)

    def translate_below(self, transcript: Transcript, options: TranslationOptions) -> Translation | None:
        """Lines in another language to be shown below what is said; None where the options ask for none. Those of lines
        that were not corrected stay.

        Raises as `translate`.
        """
        target, is_asked_for = options.target_language, options.translation_lines == "both"
        if not is_asked_for or target is None or target == transcript.language:
            return None
        if self.spec.lines_below is not None:
            return self.spec.lines_below
        return translate_below(
            self.require_chat_model(), transcript, target, self.chat_job, self.spec.earlier_translation
        )

    @property
    def chat_job(self) -> ChatJob:
        """This job, as questions to the chat model see it."""
        return ChatJob(self.is_cancelled, self.usage.add_chat)

    def require_chat_model(self) -> ChatModel:
        """The chat model. Raises RequestRejected(CHAT_MODEL_MISSING)."""
        if self.chat is None:
            raise RequestRejected(ErrorCode.CHAT_MODEL_MISSING)
        return self.chat

    def create_progress_report(self, stage: str, start: float) -> Callable[[float], None]:
        """A function that reports the progress of a stage, which begins at that share of the job."""
        self.progress(stage, start)
        return lambda share: self.progress(stage, start + (1 - start) * share)

    def write_text(self, name: str, text: str, transcript: Transcript) -> JobResult:
        """A result that is a text; what was heard for it goes with it, if it was not known before."""
        path = self.spec.folder / f"{self.spec.kind}.txt"
        path.write_text(text + "\n", encoding="utf-8")
        return JobResult((describe_text_file(name, path),), transcript if self.spec.transcript is None else None)

    def run_task(
        self, stage: str, task: str, arguments: Mapping[str, object], *, start: float = 0.0, end: float = 1.0
    ) -> Any:
        """Run a task (`module:function`) in a child; its progress is that of the job from `start` to `end`."""

        def report(_: str, share: float) -> None:
            self.progress(stage, start + (end - start) * share)

        report("", 0.0)
        return self.sandbox.run(
            task,
            dict(arguments),
            directory=self.spec.folder,
            limits=ResourceLimits.for_media(self.spec.seconds, uhd=self.spec.pixels > UHD_PIXELS),
            on_progress=report,
            is_cancelled=self.is_cancelled,
            on_usage=self.usage.add_cpu,
        )

    def transcribe(self, stage: str, options: SpeechOptions, *, end: float = 1.0) -> Transcript:
        """The job's transcript: the one it was given, or that of its first input. The latter is kept, so that another
        attempt does not hear it again.

        Raises RequestRejected, also for a language that the user's plan does not include, or ProcessingFailed.
        """
        if self.spec.transcript is not None:
            return self.spec.transcript
        hearing = replace(self, progress=keep_rising(self.progress))
        job = TranscriptionJob(
            self.spec.folder,
            lambda task, arguments: hearing.run_task(stage, task, arguments, end=end),
            self.is_cancelled,
            lambda share: hearing.progress(stage, end * share),
            self.usage.add_speech,
        )
        transcript = self.transcriber.transcribe(self.spec.inputs[0], options, job)
        language = load_languages().find_code(transcript.language)
        if options.heard_in is not None and language not in options.heard_in:
            raise RequestRejected(ErrorCode.PLAN_LANGUAGE)
        self.keep_transcript(transcript)
        return transcript


RunJob = Callable[[RunningJob], JobResult]
"""Makes the files of a job. Raises RequestRejected, ProcessingFailed or JobCancelled."""


def describe_text_file(name: str, path: Path) -> OutputFile:
    """A text that was written, as the output of that name; its suffix is its format."""
    return OutputFile(name, path, MediaInfo(MediaKind.TEXT, path.suffix.removeprefix("."), path.stat().st_size))


def list_film_files(film: Film) -> tuple[OutputFile, OutputFile]:
    """The outputs "film" and "thumbnail" of a rendered film."""
    film_info = MediaInfo(MediaKind.VIDEO, "mp4", film.size, film.width, film.height, film.seconds)
    thumbnail_info = MediaInfo(MediaKind.IMAGE, "jpeg", film.thumbnail.stat().st_size)
    return OutputFile("film", film.path, film_info, film.cuts), OutputFile("thumbnail", film.thumbnail, thumbnail_info)

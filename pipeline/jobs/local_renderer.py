"""Local rendering for the command line, with the same kinds, sandbox and engines as the workers."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from models.errors import ErrorCode, RequestRejected
from models.jobs.options import JobOptions
from models.jobs.transcript import Transcript, Translation
from models.media.facts import MediaInfo, MediaKind
from models.settings import Settings
from pipeline.chat.model import ChatModel, create_chat_model
from pipeline.jobs import media_validation
from pipeline.jobs.renderer import Renderer
from pipeline.kinds.registry import kind_of
from pipeline.kinds.running_job import JobResult, JobSpec
from pipeline.kinds.usage import Usage
from pipeline.progress import ProgressCallback
from pipeline.sandbox.client import SandboxClient, return_false
from pipeline.sandbox.limits import ResourceLimits
from pipeline.speech.subtitles import writer
from pipeline.speech.transcription import Transcriber, create_transcriber

TRANSCRIPT_SUFFIXES = writer.SUFFIXES  # file suffixes a transcript can be written to


@dataclass(frozen=True, slots=True)
class LocalRenderer:
    """Renders from files to files. Every method raises RequestRejected or ProcessingFailed."""

    sandbox: SandboxClient
    transcriber: Transcriber
    chat: ChatModel | None = None

    def render(
        self,
        source: Path | Sequence[Path],
        out: Path | None,
        options: JobOptions,
        progress: ProgressCallback,
        *,
        transcript: Transcript | None = None,
        beside: Path | None = None,
        extra_outputs: Mapping[str, Path] | None = None,
    ) -> JobResult:
        """Make what `options` are the options of, from one file or several; the result itself goes to `out`.

        `beside` is a file that may come with the input, such as a sound. `extra_outputs` are further files that the
        engine writes, by the names of its arguments. The paths of the returned outputs no longer exist.
        """
        kind = kind_of(options)
        sources = [source] if isinstance(source, Path) else source
        inputs = {path: self._require_accepted(path, kind.accepts) for path in sources}
        if beside is not None:
            inputs[beside] = self._require_accepted(beside, kind.accepts_beside)
        with _open_temp_folder() as folder:
            spec = _build_spec(inputs, options, folder, transcript, extra_outputs or {})
            renderer = Renderer(self.sandbox, self.transcriber, self.chat)
            result = renderer.render(spec, progress, return_false, Usage())
            for name, target in (extra_outputs or {}).items():
                shutil.move(spec.extra_outputs[name], target)
            if out is not None:
                shutil.move(result.outputs[0].path, out)
            return result

    def read_transcript(self, path: Path, language: str = "und") -> Transcript:
        """Read a subtitle or words file. Raises RequestRejected(SUBTITLES_UNREADABLE)."""
        with _open_temp_folder() as folder:
            transcript: Transcript = self.sandbox.run(
                "pipeline.speech.subtitles.reader:read",
                {"data": path.read_bytes(), "language": language},
                directory=folder,
                limits=ResourceLimits.for_measuring(path.stat().st_size),
            )
        return transcript

    def _require_accepted(self, path: Path, accepted: frozenset[MediaKind]) -> MediaInfo:
        info = measure_file(self.sandbox, path)
        if info.kind not in accepted:
            raise RequestRejected(_REJECTIONS.get(accepted, ErrorCode.NOT_MEDIA))
        return info


_REJECTIONS = {
    frozenset({MediaKind.VIDEO}): ErrorCode.NO_PICTURE,
    frozenset({MediaKind.VIDEO, MediaKind.AUDIO}): ErrorCode.NO_AUDIO,
    frozenset({MediaKind.AUDIO}): ErrorCode.NO_AUDIO,
}
"""What is wrong with a file, by the media kinds that are accepted; otherwise it is no such medium."""


def measure_file(sandbox: SandboxClient, path: Path) -> MediaInfo:
    """Measure a file. Raises OSError if it does not exist, RequestRejected or ProcessingFailed."""
    if path.is_dir():
        raise RequestRejected(ErrorCode.NOT_MEDIA)
    with _open_temp_folder() as folder:
        return media_validation.measure_file(sandbox, path, folder)


def create_local_renderer(settings: Settings, sandbox: SandboxClient) -> LocalRenderer:
    """A renderer with this machine's settings."""
    return LocalRenderer(sandbox, create_transcriber(settings), create_chat_model(settings))


def format_transcript(transcript: Transcript, suffix: str, translation: Translation | None = None) -> str:
    """A transcript in the format of a suffix, with a translation below. Raises RequestRejected(USAGE) for an unknown
    one."""
    try:
        return writer.write(transcript, suffix, translation)
    except KeyError as error:
        raise RequestRejected(ErrorCode.USAGE) from error


def write_transcript(transcript: Transcript, out: Path, translation: Translation | None = None) -> None:
    """Write a transcript as `format_transcript` does, by the file's suffix."""
    out.write_text(format_transcript(transcript, out.suffix, translation), encoding="utf-8")


def _build_spec(
    inputs: Mapping[Path, MediaInfo],
    options: JobOptions,
    folder: Path,
    transcript: Transcript | None,
    extra_outputs: Mapping[str, Path],
) -> JobSpec:
    seconds = max(info.seconds or 0 for info in inputs.values())
    return JobSpec(
        kind=kind_of(options).name,
        options=options,
        inputs=tuple(inputs),
        seconds=max(seconds, options.compute_seconds(seconds)),
        pixels=options.compute_pixels(max((info.width or 0) * (info.height or 0) for info in inputs.values())),
        transcript=transcript,
        folder=folder,
        extra_outputs={name: folder / f"{name}.json" for name in extra_outputs},
    )


@contextmanager
def _open_temp_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rabisco-") as name:
        yield Path(name)

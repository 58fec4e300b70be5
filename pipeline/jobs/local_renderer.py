"""Local rendering for the command line, with the same sandbox and engines as the workers."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from models.errors import ErrorCode, RequestRejected
from models.jobs.job import JobType
from models.jobs.options import CaptionOptions, Film, SketchOptions
from models.jobs.transcript import Transcript
from models.media.facts import MediaInfo, MediaKind
from pipeline.jobs import media_validation
from pipeline.jobs.renderer import Renderer, RenderSpec, Usage
from pipeline.jobs.transcription import Transcriber
from pipeline.progress import ProgressCallback
from pipeline.sandbox.client import SandboxClient, return_false
from pipeline.sandbox.limits import ResourceLimits
from pipeline.speech import subtitles

TRANSCRIPT_SUFFIXES = tuple(subtitles.EXPORTERS)  # file suffixes a transcript can be written to


@dataclass(frozen=True, slots=True)
class LocalRenderer:
    """Renders from files to files. Every method raises RequestRejected or ProcessingFailed."""

    sandbox: SandboxClient
    transcriber: Transcriber

    def measure(self, path: Path) -> MediaInfo:
        """Measure a file. Raises OSError if it does not exist."""
        if path.is_dir():
            raise RequestRejected(ErrorCode.NOT_MEDIA)
        with _open_temp_folder() as folder:
            return media_validation.measure_file(self.sandbox, path, folder)

    def sketch(
        self, picture: Path, out: Path, options: SketchOptions, progress: ProgressCallback, *, track: Path | None = None
    ) -> Film:
        """Render a sketch film of a picture; `track` is the file for the pen's track."""
        self._require_kind(picture, MediaKind.IMAGE)
        with _open_temp_folder() as folder:
            extra_outputs = {"track": folder / "track.json"} if track else {}
            pixels = (options.width or 0) * (options.height or 0)
            spec = RenderSpec(
                JobType.SKETCH,
                options.model_dump(mode="json"),
                (picture,),
                options.seconds,
                pixels,
                None,
                folder,
                extra_outputs,
            )
            return self._render(spec, progress, out, {"track": track})

    def caption(
        self,
        video: Path,
        out: Path,
        options: CaptionOptions,
        progress: ProgressCallback,
        *,
        transcript: Transcript | None = None,
        layout: Path | None = None,
    ) -> Film:
        """Render captions onto a video, from the given transcript or by transcribing it."""
        info = self._require_kind(video, MediaKind.VIDEO)
        with _open_temp_folder() as folder:
            extra_outputs = {"layout": folder / "layout.json"} if layout else {}
            spec = _caption_spec_for(video, options, info, folder, transcript, extra_outputs)
            return self._render(spec, progress, out, {"layout": layout})

    def transcribe(self, media: Path, options: CaptionOptions, progress: ProgressCallback) -> Transcript:
        """Transcribe the speech of a video or an audio file."""
        info = self.measure(media)
        if info.kind is MediaKind.IMAGE:
            raise RequestRejected(ErrorCode.NO_AUDIO)
        with _open_temp_folder() as folder:
            spec = _caption_spec_for(media, options, info, folder, None, {})
            return Renderer(self.sandbox, self.transcriber).transcribe(spec, progress, return_false, Usage())

    def read_transcript(self, path: Path, language: str = "und") -> Transcript:
        """Read a subtitle or words file. Raises RequestRejected(SUBTITLES_UNREADABLE)."""
        with _open_temp_folder() as folder:
            transcript: Transcript = self.sandbox.run(
                "pipeline.speech.subtitles:read",
                {"data": path.read_bytes(), "language": language},
                directory=folder,
                limits=ResourceLimits.for_measuring(path.stat().st_size),
            )
        return transcript

    def _require_kind(self, path: Path, kind: MediaKind) -> MediaInfo:
        info = self.measure(path)
        if info.kind is not kind:
            raise RequestRejected(ErrorCode.NOT_MEDIA if kind is MediaKind.IMAGE else ErrorCode.NO_PICTURE)
        return info

    def _render(
        self, spec: RenderSpec, progress: ProgressCallback, out: Path, extra_outputs: dict[str, Path | None]
    ) -> Film:
        result = Renderer(self.sandbox, self.transcriber).render(spec, progress, return_false, Usage())
        for name, target in extra_outputs.items():
            if target is not None:
                shutil.move(spec.extra_outputs[name], target)
        shutil.move(result.film.path, out)
        return result.film


def write_transcript(transcript: Transcript, out: Path) -> None:
    """Write a transcript in the format of the file's suffix. Raises RequestRejected(USAGE) for an unknown one."""
    try:
        text = subtitles.write(transcript, out.suffix)
    except KeyError as error:
        raise RequestRejected(ErrorCode.USAGE) from error
    out.write_text(text, encoding="utf-8")


def _caption_spec_for(
    media: Path,
    options: CaptionOptions,
    info: MediaInfo,
    folder: Path,
    transcript: Transcript | None,
    extra_outputs: dict[str, Path],
) -> RenderSpec:
    pixels = (info.width or 0) * (info.height or 0)
    parameters = options.model_dump(mode="json")
    return RenderSpec(
        JobType.CAPTION, parameters, (media,), info.seconds or 0, pixels, transcript, folder, extra_outputs
    )


@contextmanager
def _open_temp_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rabisco-") as name:
        yield Path(name)

"""The one renderer stub."""

from collections.abc import Callable
from dataclasses import dataclass, field

from fakes.thumbnail import create_thumbnail

from models.jobs.transcript import Transcript
from models.media.facts import MediaInfo, MediaKind
from pipeline.kinds.registry import get_kind
from pipeline.kinds.running_job import JobResult, JobSpec, OutputFile
from pipeline.kinds.usage import Usage


@dataclass(slots=True)
class StubRenderer:
    """`pipeline.jobs.renderer.Renderer` without rendering: writes films of a few bytes and `thumbnail`, or raises
    `error`. `transcript` is what is heard in every file whose words are not given; `film` is
    what its films are, if they are to be played.
    """

    error: Exception | None = None
    transcript: Transcript | None = None
    film: bytes = b""
    thumbnail: bytes = field(default_factory=create_thumbnail)
    last_spec: JobSpec | None = None
    has_chat_model: bool = False

    def render(
        self, spec: JobSpec, progress: Callable[[str, float], None], _: object, usage: Usage, keep_transcript: object
    ) -> JobResult:
        self.last_spec, kind = spec, get_kind(spec.kind)
        progress(kind.stages[-1], 0.5)
        if self.error is not None:
            raise self.error
        outputs = tuple(
            self._write(spec, output.name, output.media_kind) for output in kind.outputs if not output.is_optional
        )
        return JobResult(outputs, spec.transcript or self.transcript)

    def _write(self, spec: JobSpec, name: str, media_kind: MediaKind) -> OutputFile:
        path = spec.folder / name
        content = self.thumbnail if media_kind is MediaKind.IMAGE else f"a {name} of {spec.options}".encode()
        if media_kind is MediaKind.VIDEO and self.film:
            content = self.film
        info = {
            MediaKind.VIDEO: MediaInfo(MediaKind.VIDEO, "mp4", len(content), 1280, 720, 10.0),
            MediaKind.IMAGE: MediaInfo(MediaKind.IMAGE, "jpeg", len(content)),
        }.get(media_kind, MediaInfo(media_kind, name, len(content)))
        path.write_bytes(content)
        return OutputFile(name, path, info)

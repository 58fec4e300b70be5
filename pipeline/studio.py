"""Local rendering for the command line, with the same sandbox and engines as the workers."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from models.errors import Code, Refused
from models.films import CaptionOptions, Film, SketchOptions
from models.jobs import Kind
from models.media import Facts, MediaKind
from models.words import Transcript
from pipeline import gate
from pipeline.child import Allowance, Children, never
from pipeline.hearing import Hearing
from pipeline.progress import Progress
from pipeline.render import Renderer, Usage, Work
from pipeline.speech import subtitles

WORDS_FORMATS = tuple(subtitles.FORMATS)  # file suffixes a transcript can be written to


@dataclass(frozen=True, slots=True)
class Studio:
    """Renders from files to files. Every method raises RequestRejected or ProcessingFailed."""

    children: Children
    hearing: Hearing

    def measure(self, path: Path) -> Facts:
        """Measure a file. Raises OSError if it does not exist."""
        if path.is_dir():
            raise Refused(Code.NOT_MEDIA)
        with _folder() as folder:
            return gate.measured(self.children, path, folder)

    def sketch(
        self, picture: Path, out: Path, options: SketchOptions, progress: Progress, *, track: Path | None = None
    ) -> Film:
        """Render a sketch film of a picture; `track` is the file for the pen's track."""
        self._expect(picture, MediaKind.IMAGE)
        with _folder() as folder:
            records = {"track": folder / "track.json"} if track else {}
            pixels = (options.width or 0) * (options.height or 0)
            work = Work(
                Kind.SKETCH, options.model_dump(mode="json"), (picture,), options.seconds, pixels, None, folder, records
            )
            return self._make(work, progress, out, {"track": track})

    def caption(
        self,
        video: Path,
        out: Path,
        options: CaptionOptions,
        progress: Progress,
        *,
        transcript: Transcript | None = None,
        layout: Path | None = None,
    ) -> Film:
        """Render captions onto a video, from the given transcript or by transcribing it."""
        facts = self._expect(video, MediaKind.VIDEO)
        with _folder() as folder:
            records = {"layout": folder / "layout.json"} if layout else {}
            work = _listening(video, options, facts, folder, transcript, records)
            return self._make(work, progress, out, {"layout": layout})

    def transcribe(self, media: Path, options: CaptionOptions, progress: Progress) -> Transcript:
        """Transcribe the speech of a video or an audio file."""
        facts = self.measure(media)
        if facts.kind is MediaKind.IMAGE:
            raise Refused(Code.NO_AUDIO)
        with _folder() as folder:
            work = _listening(media, options, facts, folder, None, {})
            return Renderer(self.children, self.hearing).hear(work, progress, never, Usage())

    def read_words(self, path: Path, language: str = "und") -> Transcript:
        """Read a subtitle or words file. Raises RequestRejected(SUBTITLES_UNREADABLE)."""
        with _folder() as folder:
            transcript: Transcript = self.children.run(
                "pipeline.speech.subtitles:read",
                {"data": path.read_bytes(), "language": language},
                directory=folder,
                allowance=Allowance.for_measuring(path.stat().st_size),
            )
        return transcript

    def _expect(self, path: Path, kind: MediaKind) -> Facts:
        facts = self.measure(path)
        if facts.kind is not kind:
            raise Refused(Code.NOT_MEDIA if kind is MediaKind.IMAGE else Code.NO_PICTURE)
        return facts

    def _make(self, work: Work, progress: Progress, out: Path, records: dict[str, Path | None]) -> Film:
        rendered = Renderer(self.children, self.hearing).render(work, progress, never, Usage())
        for name, wanted in records.items():
            if wanted is not None:
                shutil.move(work.records[name], wanted)
        shutil.move(rendered.film.path, out)
        return rendered.film


def write_words(transcript: Transcript, out: Path) -> None:
    """Write a transcript in the format of the file's suffix. Raises RequestRejected(USAGE) for an unknown one."""
    try:
        text = subtitles.write(transcript, out.suffix)
    except KeyError as error:
        raise Refused(Code.USAGE) from error
    out.write_text(text, encoding="utf-8")


def _listening(
    media: Path,
    options: CaptionOptions,
    facts: Facts,
    folder: Path,
    transcript: Transcript | None,
    records: dict[str, Path],
) -> Work:
    pixels = (facts.width or 0) * (facts.height or 0)
    parameters = options.model_dump(mode="json")
    return Work(Kind.CAPTION, parameters, (media,), facts.seconds or 0, pixels, transcript, folder, records)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rabisco-") as name:
        yield Path(name)

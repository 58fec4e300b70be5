"""Renderer of previews: draws them in sandboxed children and keeps them, so that each is drawn once."""

import hashlib
import re
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog
from pydantic import TypeAdapter, ValidationError

from models.errors import AppError, ErrorCode, ProcessingFailed
from models.limits import load_limits
from models.sketch.subjects import NumberedSubject
from pipeline.operations.file_executor import FileExecutor
from pipeline.previews.request import PreviewRequest
from pipeline.previews.sentences import FILM_SUFFIXES
from pipeline.previews.still_request import StillRequest
from pipeline.sandbox.client import SandboxClient
from pipeline.sandbox.limits import ResourceLimits
from storage.media.file_cache import FileCache
from storage.media.media_store import MediaStore, find_local_path

_VERSION: Final = 1  # of the drawing: grows when previews that were kept are no longer right
_SIZE: Final = re.compile(rb"([1-9]\d{0,3})x([1-9]\d{0,3})")  # pixels
_SUBJECTS: Final = TypeAdapter(tuple[NumberedSubject, ...])
_CONCURRENT: Final = 2  # children that draw at the same time in one process, so that films are not kept waiting
_LIMITS: Final = ResourceLimits(load_limits().child.memory, cpu_seconds=20, wall_seconds=60, file_bytes=8_000_000)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PreviewFilm:
    """A preview that is a film: its file, a small JPEG of it, and its size in pixels."""

    path: Path
    thumbnail: Path
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PreviewRenderer:
    """Draws previews. Every method may block for a second; thread-safe."""

    sandbox: SandboxClient
    store: MediaStore
    cache: FileCache
    open_temp_folder: Callable[[], AbstractContextManager[Path]]
    executor: FileExecutor  # threads in which previews may be waited for
    _slots: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(_CONCURRENT))

    def draw_picture(self, request: PreviewRequest) -> Path:
        """A JPEG of the captions. Raises ProcessingFailed or RequestRejected."""
        return self._draw("draw_picture", request, (".jpg",))[0]

    def draw_film(self, request: PreviewRequest) -> PreviewFilm:
        """An MP4 of two seconds. Raises ProcessingFailed or RequestRejected."""
        film, thumbnail, size = self._draw("draw_film", request, FILM_SUFFIXES)
        return PreviewFilm(film, thumbnail, *_read_size(size))

    def find_subjects(self, picture_keys: Sequence[str]) -> tuple[NumberedSubject, ...]:
        """The objects in stored pictures. Raises ProcessingFailed, RequestRejected, or FileNotFoundError."""
        pictures = [self.store.get_local_path(key) for key in picture_keys]
        name = _build_still_key("find_subjects", picture_keys)
        path = self._make([f"{name}.json"], "pipeline.previews.numbered_still:find_subjects", {"pictures": pictures})[0]
        try:
            return _SUBJECTS.validate_json(path.read_bytes())
        except ValidationError as error:
            raise ProcessingFailed(ErrorCode.CRASHED) from error

    def draw_still(self, request: StillRequest) -> Path:
        """A JPEG of pictures with numbers on their objects. Raises as `find_subjects` does."""
        arguments = {
            "pictures": [self.store.get_local_path(key) for key in request.picture_keys],
            "subjects": list(request.subjects),
            "chosen": list(request.chosen),
        }
        name = _build_still_key("draw_still", (request.picture_keys, request.subjects, request.chosen))
        return self._make([f"{name}.jpg"], "pipeline.previews.numbered_still:draw_still", arguments)[0]

    def store_film(self, film: PreviewFilm) -> str:
        """Put a copy of a film into the media store, as the page serves files from there; its key.

        No row refers to it, so that it is deleted there after a day as abandoned uploads are.
        """
        with self.open_temp_folder() as folder:
            return self.store.put(Path(shutil.copy(film.path, folder)))

    def _draw(self, task: str, request: PreviewRequest, suffixes: Sequence[str]) -> list[Path]:
        ground = self._find_ground(request)
        arguments = {
            "options": request.options,
            "words": list(request.words),
            "language": request.language,
            "moment": request.moment,
            "ground": ground,
            "logo": find_local_path(self.store, request.logo_key),
        }
        key = _build_key(task, request, ground.name if ground else "")
        names = [f"{key}{suffix}" for suffix in suffixes]
        return self._make(names, f"pipeline.previews.drawing:{task}", arguments)

    def _find_ground(self, request: PreviewRequest) -> Path | None:
        """The frame of the user's video; None, and with it the neutral picture, where there is none to be had."""
        if request.video_key is None:
            return None
        try:
            video = self.store.get_local_path(request.video_key)
            arguments = {"video": video, "seconds": request.moment}
            key = hashlib.sha256(f"{_VERSION} {request.video_key} {request.moment}".encode()).hexdigest()
            return self._make([f"{key}.jpg"], "pipeline.previews.source_frame:take_frame", arguments)[0]
        except (AppError, FileNotFoundError) as error:
            log.info("preview-frame-missing", error=type(error).__name__)
            return None

    def _make(self, names: Sequence[str], task: str, arguments: Mapping[str, object]) -> list[Path]:
        """The files of these names, made by a task if any of them is not kept; it writes to `out`, the first of them,
        and beside that."""
        with self._slots:
            if kept := self._find_kept(names):
                return kept
            with self.open_temp_folder() as folder:
                self.sandbox.run(task, {**arguments, "out": folder / names[0]}, directory=folder, limits=_LIMITS)
                for name in names:
                    self.cache.move_in(name, _require_plain_file(folder / name))
            return [self.cache.root / name for name in names]

    def _find_kept(self, names: Sequence[str]) -> list[Path]:
        """All of these files, or none."""
        kept = [copy for name in names if (copy := self.cache.find(name)) is not None]
        try:
            return [self.cache.touch(copy) for copy in kept] if len(kept) == len(names) else []
        except FileNotFoundError:  # evicted just now
            return []


def create_preview_cache(data_folder: Path) -> FileCache:
    """The folder of the previews that were drawn."""
    return FileCache(data_folder / "previews", load_limits().disk.previews)


def _build_key(task: str, request: PreviewRequest, ground: str) -> str:
    content = (_VERSION, task, request.options.model_dump_json(), [each.model_dump_json() for each in request.words])
    parts = (*content, request.language, request.moment, ground, request.logo_key)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _build_still_key(task: str, parts: object) -> str:
    return hashlib.sha256(repr((_VERSION, task, parts)).encode()).hexdigest()


def _require_plain_file(path: Path) -> Path:
    """Raises ProcessingFailed for anything else: a compromised child could leave a link to another user's file."""
    if path.is_symlink() or not path.is_file():
        raise ProcessingFailed(ErrorCode.CRASHED)
    return path


def _read_size(path: Path) -> tuple[int, int]:
    """Raises ProcessingFailed for what is no size of a frame."""
    with path.open("rb") as file:
        match = _SIZE.fullmatch(file.read(16))
    if match is None:
        raise ProcessingFailed(ErrorCode.CRASHED)
    return int(match[1]), int(match[2])

"""Sandbox without processes: runs the tasks that a test stages, and writes real files."""

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.errors import AppError, JobCancelled
from models.jobs.film import Film
from models.jobs.transcript import Transcript, Word
from models.media.facts import SoundInfo
from pipeline.sandbox.client import SandboxClient, ignore, return_false
from pipeline.sandbox.limits import ResourceLimits

DRAW = "pipeline.sketch.entrypoint:draw"
CAPTION = "pipeline.captions.film:make"
PREPARE = "pipeline.speech.preparation:prepare"
LISTEN = "pipeline.speech.local:transcribe"
CORRECT = "pipeline.speech.time_correction:correct"
TRANSCRIPT = Transcript(language="en", engine="local", confidence=0.9, words=(Word(text="Hello", start=0.2, end=0.6),))
CPU_SECONDS = 1.5


class WorkerKilled(BaseException):
    """The worker's process was killed: nothing after this line happens."""


@dataclass(frozen=True, slots=True)
class StagedCall:
    """One sandbox call, as a staged task receives it."""

    task: str
    arguments: Mapping[str, Any]
    directory: Path
    on_progress: Callable[[str, float], None]
    is_cancelled: Callable[[], bool]


StagedTask = Callable[[StagedCall], Any]


def create_film(call: StagedCall) -> Film:
    """A few bytes in place of a film, its thumbnail, its subtitles, and the picture, lines and GIF of a drawing."""
    call.on_progress("", 0.5)
    out, thumbnail = Path(call.arguments["out"]), call.directory / "thumbnail.jpg"
    out.write_bytes(b"film " + secrets.token_bytes(16))
    thumbnail.write_bytes(b"thumbnail " + secrets.token_bytes(16))
    for path in call.arguments.get("subtitles", ()):
        Path(path).write_text(f"subtitles as {path.suffix}")
    for name in {"still", "svg", "gif"} & call.arguments.keys():
        Path(call.arguments[name]).write_bytes(f"{name} ".encode() + secrets.token_bytes(16))
    call.on_progress("", 1.0)
    return Film(out, thumbnail, width=640, height=360, seconds=5.0, frames=150, size=out.stat().st_size)


def return_transcript(call: StagedCall) -> Any:
    """The transcript as it was given."""
    return call.arguments["transcript"]


def build_raiser(error: AppError | BaseException) -> StagedTask:
    """A task that raises an error midway."""

    def raise_error(call: StagedCall) -> Any:
        call.on_progress("", 0.3)
        raise error

    return raise_error


def build_returner(value: object) -> StagedTask:
    return lambda _run: value


@dataclass(slots=True)
class BlockingTask:
    """A task that blocks until a test releases it, and stops when it is cancelled."""

    started: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)

    def __call__(self, call: StagedCall) -> Film:
        self.started.set()
        while not self.released.wait(0.01):
            if call.is_cancelled():
                self.cancelled.set()
                raise JobCancelled
        return create_film(call)


class StagedSandbox(SandboxClient):
    """Runs the tasks staged for a name one after the other, then the default again. Thread-safe."""

    def __init__(self) -> None:
        super().__init__()
        self.tasks: list[str] = []
        self.limits: list[ResourceLimits] = []
        self._staged: dict[str, list[StagedTask]] = {}
        self._defaults: dict[str, StagedTask] = {
            DRAW: create_film,
            CAPTION: create_film,
            PREPARE: build_returner(SoundInfo(5.0)),
            LISTEN: build_returner(TRANSCRIPT),
            CORRECT: return_transcript,
        }

    def stage(self, task: str, *tasks: StagedTask) -> None:
        self._staged.setdefault(task, []).extend(tasks)

    def run(
        self,
        task: str,
        arguments: Mapping[str, object],
        *,
        directory: Path,
        limits: ResourceLimits,
        on_progress: Callable[[str, float], None] = ignore,
        is_cancelled: Callable[[], bool] = return_false,
        on_usage: Callable[[float], None] = ignore,
    ) -> Any:
        self.tasks.append(task)
        self.limits.append(limits)
        staged = self._staged.get(task)
        staged_task = staged.pop(0) if staged else self._defaults[task]
        try:
            return staged_task(StagedCall(task, arguments, directory, on_progress, is_cancelled))
        finally:
            on_usage(CPU_SECONDS)

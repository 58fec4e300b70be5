"""Sandbox without processes: runs the tasks that a test stages, and writes real files."""

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from models.errors import AppError, JobCancelled
from models.jobs.options import Film
from models.jobs.transcript import Transcript, Word
from pipeline.jobs.job_runner import JobRunner
from pipeline.jobs.renderer import Renderer
from pipeline.jobs.service import Retention
from pipeline.jobs.transcription import SpeechService, Transcriber
from pipeline.sandbox.client import SandboxClient, ignore, return_false
from pipeline.sandbox.limits import ResourceLimits
from storage.db import Database
from storage.media.media_store import FolderMediaStore

DRAW = "pipeline.sketch.entrypoint:draw"
CAPTION = "pipeline.captions.film:make"
PREPARE = "pipeline.speech.preparation:prepare"
LISTEN = "pipeline.speech.local:transcribe"
SAID = Transcript(language="en", engine="local", confidence=0.9, words=(Word(text="Hello", start=0.2, end=0.6),))
CPU_SECONDS = 1.5


class Died(BaseException):
    """The worker's process was killed: nothing after this line happens."""


@dataclass(frozen=True, slots=True)
class Run:
    """One sandbox call, as a staged task receives it."""

    task: str
    arguments: Mapping[str, Any]
    directory: Path
    on_progress: Callable[[str, float], None]
    is_cancelled: Callable[[], bool]


Act = Callable[[Run], Any]


def film(run: Run) -> Film:
    """A few bytes in place of a film and its thumbnail."""
    run.on_progress("", 0.5)
    out, thumbnail = Path(run.arguments["out"]), run.directory / "thumbnail.jpg"
    out.write_bytes(b"film " + secrets.token_bytes(16))
    thumbnail.write_bytes(b"thumbnail " + secrets.token_bytes(16))
    run.on_progress("", 1.0)
    return Film(out, thumbnail, width=640, height=360, seconds=5.0, frames=150, size=out.stat().st_size)


def raises(error: AppError | BaseException) -> Act:
    """A task that raises an error midway."""

    def act(run: Run) -> Any:
        run.on_progress("", 0.3)
        raise error

    return act


def returns(value: object) -> Act:
    return lambda _run: value


@dataclass(slots=True)
class Gate:
    """A task that blocks until a test releases it, and stops when it is cancelled."""

    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)

    def __call__(self, run: Run) -> Film:
        self.reached.set()
        while not self.opened.wait(0.01):
            if run.is_cancelled():
                self.stopped.set()
                raise JobCancelled
        return film(run)


class StagedChildren(SandboxClient):
    """Runs the tasks staged for a name one after the other, then the default again. Thread-safe."""

    def __init__(self) -> None:
        super().__init__()
        self.tasks: list[str] = []
        self.allowances: list[ResourceLimits] = []
        self._staged: dict[str, list[Act]] = {}
        self._usual: dict[str, Act] = {DRAW: film, CAPTION: film, PREPARE: returns(5.0), LISTEN: returns(SAID)}

    def stage(self, task: str, *acts: Act) -> None:
        self._staged.setdefault(task, []).extend(acts)

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
        self.allowances.append(limits)
        staged = self._staged.get(task)
        act = staged.pop(0) if staged else self._usual[task]
        try:
            return act(Run(task, arguments, directory, on_progress, is_cancelled))
        finally:
            on_usage(CPU_SECONDS)


def workshop_for(
    database: Database,
    folder: Path,
    children: SandboxClient,
    *,
    service: SpeechService | None = None,
    owner: str = "worker-1",
    lease_seconds: float = 30.0,
) -> JobRunner:
    """A job runner with a staged sandbox; several on one database and folder share everything but their name."""
    return JobRunner(
        db=database,
        store=FolderMediaStore(folder / "media"),
        renderer=Renderer(children, Transcriber(service)),
        retention=Retention(
            temp_folder=folder / "passing", input_lifetime=timedelta(hours=24), result_lifetime=timedelta(days=7)
        ),
        owner=owner,
        lease_seconds=lease_seconds,
    )

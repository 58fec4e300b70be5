"""Sending one file: through the gate, and what it lets pass on to the renderers."""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from models.errors import AppError, ErrorCode, ProcessingFailed, RequestRejected
from models.jobs.film import EncodingOptions, Film, X264Preset
from models.jobs.options import CaptionOptions, SketchOptions
from models.jobs.transcript import Word
from models.media.facts import MediaInfo, MediaKind
from pipeline.jobs.media_validation import measure_file
from pipeline.jobs.service import SUBTITLE_SUFFIXES
from pipeline.sandbox.client import SandboxClient
from pipeline.sandbox.limits import ResourceLimits
from pipeline.speech.subtitles.detection import is_subtitle_file
from tools.hostile.declarations import list_blind_channels
from tools.hostile.specimens import Specimen
from tools.hostile.witness import ACCOUNT

FAST: Final = EncodingOptions(preset=X264Preset.ULTRAFAST)
SKETCH: Final = SketchOptions(seconds=3, fps=10, width=320, height=240, encoding=FAST)
CAPTIONS: Final = CaptionOptions(encoding=FAST)
WORDS: Final = (Word(text="word", start=0.0, end=0.5),)


ROUNDING: Final = 1e-6  # seconds
MAX_LENGTH_ERROR: Final = 0.15  # seconds, of a film whose length is known


@dataclass(slots=True)
class Account:
    """What all the children of one file took together."""

    memory: int = 0  # bytes above what a child has at its start; of the hungriest
    sockets: int = 0
    died: int = 0  # ended by a signal, without a word
    raised: int = 0  # broke in code of ours
    left: int = 0  # files in the private folder of a measuring


class Watched(SandboxClient):
    """Children that give an account of themselves; each thread has its own to fill."""

    def __init__(self) -> None:
        super().__init__()
        self._thread = threading.local()

    @property
    def account(self) -> Account:
        account: Account = self._thread.account
        return account

    def open_account(self) -> Account:
        self._thread.account = Account()
        return self.account

    def run(self, task: str, arguments: Mapping[str, object], *, directory: Path, **options: Any) -> Any:
        """As the parent class does, inside `witness:watched`."""
        inner = {"task": task, "arguments": dict(arguments)}
        try:
            return super().run("tools.hostile.witness:watched", inner, directory=directory, **options)
        except ProcessingFailed as error:
            if error.code is ErrorCode.CRASHED:
                self._note_end(told=(directory / ACCOUNT).exists())
            raise
        finally:
            self._note(directory / ACCOUNT)

    def _note_end(self, *, told: bool) -> None:
        """Whoever dies of a signal leaves no account; an exception on its way out does."""
        if told:
            self.account.raised += 1
        else:
            self.account.died += 1

    def _note(self, path: Path) -> None:
        if path.exists():
            told = json.loads(path.read_text())
            path.unlink()
            self.account.memory = max(self.account.memory, told["memory"])
            self.account.sockets += told["sockets"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: `gate` is a kind, "subtitles" or the refusal's code, `later` what each renderer said;
    of what is no file, what became of it.
    """

    specimen: str
    gate: str
    seconds: float
    account: Account
    later: Mapping[str, str] = field(default_factory=dict)
    expected: frozenset[str] = frozenset()  # what `gate` must be one of; empty for anything

    @property
    def is_expected(self) -> bool:
        return not self.expected or self.gate in self.expected


@dataclass(frozen=True, slots=True)
class Inbox:
    """Sends files through the gate. All lie in one folder, the canaries among them: worse than it ever is."""

    children: Watched
    folder: Path

    def send(self, specimen: Specimen, number: int, *, rendered: bool) -> Outcome:
        """Whether it was accepted; if so, and where `rendered`, films are made of it too."""
        path = self.folder / f"{number}-{specimen.name}"
        own = self.folder.parent / f"own-{number}"
        path.write_bytes(specimen.data())
        own.mkdir()
        account = self.children.open_account()
        begun = time.monotonic()
        gate, facts = self._measured(path, own, specimen)
        seconds = time.monotonic() - begun
        account.left = len(list(own.iterdir()))
        later = self._later(path, own, facts, rendered=rendered) if facts else {}
        path.unlink()
        _clear(own)
        return Outcome(specimen.name, gate, seconds, account, later, specimen.expected)

    def _measured(self, path: Path, own: Path, specimen: Specimen) -> tuple[str, MediaInfo | None]:
        if blind := list_blind_channels(specimen.name, specimen.mime):
            return f"unread by {' and '.join(blind)}", None
        try:
            found = self._received(path, own, specimen.name)
        except AppError as error:
            return str(error.code), None
        if isinstance(found, str):
            return found, None
        is_right_length = specimen.seconds is None or abs((found.seconds or 0) - specimen.seconds) < MAX_LENGTH_ERROR
        return str(found.kind) if is_right_length else f"{found.seconds} instead of {specimen.seconds} s", found

    def _received(self, path: Path, own: Path, name: str) -> MediaInfo | str:
        """As `Pipeline.receive` does."""
        if is_subtitle_file(path):
            return self._read_subtitles(path, own)
        try:
            return measure_file(self.children, path, own)
        except RequestRejected as error:
            if error.code is ErrorCode.NOT_MEDIA and name.lower().endswith(SUBTITLE_SUFFIXES):
                return self._read_subtitles(path, own)
            raise

    def _read_subtitles(self, path: Path, own: Path) -> str:
        """What is read must be words in their order."""
        limits = ResourceLimits.for_measuring(path.stat().st_size)
        task, arguments = "pipeline.speech.subtitles.reader:read", {"data": path.read_bytes()}
        words = self.children.run(task, arguments, directory=own, limits=limits).words
        in_order = all(before.end <= word.start + ROUNDING for before, word in pairwise(words))
        return "subtitles" if words and in_order else str(ErrorCode.UNEXPECTED)

    def _later(self, path: Path, own: Path, facts: MediaInfo, *, rendered: bool) -> dict[str, str]:
        """Every picture is read; what else is done costs seconds."""
        runs: dict[str, tuple[str, dict[str, object]]] = {}
        film = {"out": own / "film.mp4"}
        if facts.kind is MediaKind.IMAGE:
            runs["read"] = ("tools.hostile.witness:seen", {"path": path})
        if facts.has_audio and rendered:
            runs["heard"] = ("tools.hostile.witness:heard", {"path": path})
        if facts.kind is MediaKind.IMAGE and rendered:
            runs["drawn"] = ("pipeline.sketch.entrypoint:draw", {"inputs": [path], "options": SKETCH, **film})
        if facts.kind is MediaKind.VIDEO and rendered:
            runs["captioned"] = (
                "pipeline.captions.film:make",
                {"video": path, "words": WORDS, "options": CAPTIONS, **film},
            )
        return {name: self._run(task, arguments, own, facts) for name, (task, arguments) in runs.items()}

    def _run(self, task: str, arguments: dict[str, object], own: Path, facts: MediaInfo) -> str:
        allowance = ResourceLimits.for_media(max(facts.seconds or 0, SKETCH.seconds))
        try:
            result = self.children.run(task, arguments, directory=own, limits=allowance)
        except AppError as error:
            return str(error.code)
        return "ok" if not isinstance(result, Film) or result.size else "no film"


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()

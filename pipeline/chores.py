"""Scheduler of a process's periodic tasks."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import SQLAlchemyError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """A periodic action; `interval` is the least seconds between two starts, `initial_delay` those before the first."""

    do: Callable[[], None]
    every: float = 0.0
    first: float = 0.0


@dataclass(slots=True)
class Chores:
    """Runs tasks in a thread, checking every `check_interval` seconds which are due. A failing task delays no other."""

    chores: Sequence[Chore]
    seconds: float
    name: str
    over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _next: dict[int, float] = field(default_factory=dict)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.over.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        self._next = {place: time.monotonic() + chore.first for place, chore in enumerate(self.chores)}
        while not self.over.wait(self.seconds):
            for place, chore in enumerate(self.chores):
                if time.monotonic() >= self._next[place]:
                    self._next[place] = time.monotonic() + chore.every
                    _tried(chore.do)


def _tried(do: Callable[[], None]) -> None:
    try:
        do()
    except (SQLAlchemyError, OSError) as error:
        log.warning("chore-failed", chore=do.__name__, error=type(error).__name__)
    except Exception:
        log.exception("chore-surprised", chore=do.__name__)  # the thread must survive: it runs the other tasks

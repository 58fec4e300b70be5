"""Scheduler of a process's periodic tasks."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import SQLAlchemyError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ScheduledTask:
    """A periodic action; `interval` is the least seconds between two starts, `initial_delay` those before the first."""

    action: Callable[[], None]
    interval: float = 0.0
    initial_delay: float = 0.0


@dataclass(slots=True)
class Scheduler:
    """Runs tasks in a thread, checking every `check_interval` seconds which are due. A failing task delays no other."""

    tasks: Sequence[ScheduledTask]
    check_interval: float
    name: str
    stop_event: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _next_runs: dict[int, float] = field(default_factory=dict)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.stop_event.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        self._next_runs = {index: time.monotonic() + task.initial_delay for index, task in enumerate(self.tasks)}
        while not self.stop_event.wait(self.check_interval):
            for index, task in enumerate(self.tasks):
                if time.monotonic() >= self._next_runs[index]:
                    self._next_runs[index] = time.monotonic() + task.interval
                    _run_task(task.action)


def _run_task(action: Callable[[], None]) -> None:
    try:
        action()
    except (SQLAlchemyError, OSError) as error:
        log.warning("chore-failed", chore=action.__name__, error=type(error).__name__)
    except Exception:
        log.exception("chore-surprised", chore=action.__name__)  # the thread must survive: it runs the other tasks

"""Scheduler of a process's periodic tasks."""

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import SQLAlchemyError

from pipeline.operations.request_id import wrap_for_thread

log = structlog.get_logger(__name__)

UNAVAILABLE: tuple[type[Exception], ...] = (SQLAlchemyError, OSError)  # the database, a disk or a network is away


@dataclass(frozen=True, slots=True)
class ScheduledTask:
    """A periodic action; `interval` is the seconds between two runs, `initial_delay` those before the first."""

    action: Callable[[], object]
    interval: float
    initial_delay: float = 0.0


@dataclass(slots=True)
class Scheduler:
    """Runs tasks one after another in a thread of its own. A task that fails delays no other and is run again.

    The `expected_errors` of tasks, and those of unavailable resources, are logged without a traceback.
    """

    name: str
    tasks: Sequence[ScheduledTask]
    expected_errors: tuple[type[Exception], ...] = ()
    _next_runs: dict[ScheduledTask, float] = field(default_factory=dict)
    _has_changed: threading.Condition = field(default_factory=threading.Condition)
    _is_stopping: bool = False
    _thread: threading.Thread | None = None

    def start(self) -> None:
        now = time.monotonic()
        self._next_runs = {task: now + task.initial_delay for task in self.tasks}
        self._thread = threading.Thread(target=wrap_for_thread(self._run), name=self.name, daemon=True)
        self._thread.start()

    def wake(self, task: ScheduledTask) -> None:
        """Run a task now, or again if it is running. Thread-safe."""
        with self._has_changed:
            self._next_runs[task] = time.monotonic()
            self._has_changed.notify()

    def request_stop(self) -> None:
        with self._has_changed:
            self._is_stopping = True
            self._has_changed.notify()

    def stop(self, timeout: float | None = None) -> None:
        """Start no more tasks; wait for the running one, at most `timeout` seconds."""
        self.request_stop()
        if self._thread is not None:
            self._thread.join(timeout)

    def is_stopping(self) -> bool:
        return self._is_stopping

    def _run(self) -> None:
        while (task := self._wait_for_task()) is not None:
            self._run_task(task)
            with self._has_changed:  # which may have been woken meanwhile
                self._next_runs[task] = min(self._next_runs[task], time.monotonic() + task.interval)

    def _wait_for_task(self) -> ScheduledTask | None:
        """Wait for the next task that is due; None once the scheduler stops."""
        with self._has_changed:
            while not self._is_stopping:
                task = min(self._next_runs, key=lambda each: self._next_runs[each])
                delay = self._next_runs[task] - time.monotonic()
                if delay <= 0:
                    self._next_runs[task] = math.inf
                    return task
                self._has_changed.wait(delay)
        return None

    def _run_task(self, task: ScheduledTask) -> None:
        action = task.action
        try:
            action()
        except UNAVAILABLE + self.expected_errors as error:
            log.warning("scheduled-task-failed", loop=self.name, task=action.__name__, error=type(error).__name__)
        except Exception:  # the thread runs the other tasks
            log.exception("scheduled-task-unexpected-error", loop=self.name, task=action.__name__)

"""Periodic tasks of the whole installation, which every process offers to run."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from pipeline.operations.scheduler import ScheduledTask
from storage.db import Database
from storage.operations import task_runs


def share_task(
    db: Database, action: Callable[[], object], interval: float, initial_delay: float = 0.0
) -> ScheduledTask:
    """A task that runs once an interval (seconds) in one of all processes, whichever asks first."""
    name, pause = action.__qualname__, timedelta(seconds=interval)

    @wraps(action)
    def run_if_due() -> None:
        with db.read_transaction() as session:
            if not task_runs.is_due(session, name, db.clock(), pause):
                return
        with db.transaction() as session:
            is_ours = task_runs.claim(session, name, db.clock(), pause)
        if is_ours:
            action()

    return ScheduledTask(run_if_due, interval, initial_delay)

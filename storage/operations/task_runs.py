"""Claims of periodic tasks, so that one process of the installation runs each, and another when that one is gone."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update
from sqlmodel import Session, col

from models.operations.task_runs import TaskRun
from storage.upsert import execute_dml, insert_once


def is_due(session: Session, name: str, now: datetime, interval: timedelta) -> bool:
    """Whether no process has begun the task within the interval; a look that locks nothing."""
    last = session.get(TaskRun, name)
    return last is None or not now - interval < last.started_at <= now + interval


def claim(session: Session, name: str, now: datetime, interval: timedelta) -> bool:
    """Claim the run that is due; False when another process has claimed it."""
    if insert_once(session, TaskRun(name=name, started_at=now)):
        return True
    started_at = col(TaskRun.started_at)
    is_over = or_(started_at <= now - interval, started_at > now + interval)  # by a clock that was wrong
    return execute_dml(session, update(TaskRun).where(col(TaskRun.name) == name, is_over).values(started_at=now)) == 1


def renew(session: Session, name: str, now: datetime) -> None:
    """Keep a claimed task claimed for another interval, while it runs."""
    session.connection().execute(update(TaskRun).where(col(TaskRun.name) == name).values(started_at=now))


def end(session: Session, name: str) -> None:
    """Let another process claim the task at once."""
    session.connection().execute(delete(TaskRun).where(col(TaskRun.name) == name))

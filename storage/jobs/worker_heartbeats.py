"""Heartbeats of workers: which processes render jobs, and when each was seen last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from models.jobs.job import Job, WorkerRow
from storage.jobs.conditions import IS_RUNNING
from storage.upsert import insert_once

WORKER_TIMEOUT = timedelta(minutes=10)  # after a worker's last heartbeat, when it is no longer listed


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """A worker process; `jobs` are the short ids of the jobs it runs."""

    name: str
    started_at: datetime
    seen_at: datetime
    jobs: tuple[str, ...]


def record(session: Session, worker: str, now: datetime) -> None:
    """Record a worker's heartbeat."""
    insert_once(session, WorkerRow(name=worker, started_at=now, seen_at=now))
    session.connection().execute(update(WorkerRow).where(col(WorkerRow.name) == worker).values(seen_at=now))


def remove(session: Session, worker: str) -> None:
    """Remove a worker that shut down properly, so that it is not reported as missing."""
    session.connection().execute(delete(WorkerRow).where(col(WorkerRow.name) == worker))


def list_active(session: Session, now: datetime) -> Sequence[WorkerInfo]:
    """Workers with a recent heartbeat, for all tenants."""
    running = session.exec(select(Job).where(IS_RUNNING)).all()
    statement = select(WorkerRow).where(col(WorkerRow.seen_at) >= now - WORKER_TIMEOUT).order_by(col(WorkerRow.name))
    return [
        WorkerInfo(
            row.name, row.started_at, row.seen_at, tuple(job.short_id for job in running if job.owner == row.name)
        )
        for row in session.exec(statement)
    ]

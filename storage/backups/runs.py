"""Backup runs: requested by an administrator or due by schedule, and their outcome."""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from models.identity.people import Address, Person
from models.operations.backups import BackupRun

RUN_TIMEOUT: Final = timedelta(hours=2)  # after which a run counts as dead
RETENTION: Final = timedelta(days=90)


def request(session: Session, person: Person, address: Address, now: datetime) -> bool:
    """Request a backup; False where one requested from the same chat is pending or running."""
    query = select(BackupRun).where(
        col(BackupRun.ended_at).is_(None),
        col(BackupRun.asked_at) > now - RUN_TIMEOUT,
        col(BackupRun.address_id) == address.id,
    )
    if session.exec(query).first() is not None:
        return False
    session.add(BackupRun(asked_by=person.id, address_id=address.id, asked_at=now))
    session.flush()
    return True


def claim(session: Session, now: datetime, interval: timedelta | None) -> list[BackupRun]:
    """Claim the runs that one backup fulfils and mark them begun: those requested, or the regular one when due."""
    query = select(BackupRun).where(col(BackupRun.begun_at).is_(None)).order_by(col(BackupRun.asked_at))
    runs = list(session.exec(query.with_for_update(skip_locked=True)))
    if not runs and interval is not None and is_due(session, now, interval):
        runs = [BackupRun(asked_at=now)]
    for run in runs:
        run.begun_at = now
        session.add(run)
    session.flush()
    return runs


def is_due(session: Session, now: datetime, interval: timedelta) -> bool:
    """Whether the last backup that succeeded, or is running, is older than `interval`."""
    query = select(BackupRun.id).where(
        col(BackupRun.begun_at) > now - interval,
        (col(BackupRun.name) != "") | (col(BackupRun.begun_at) > now - RUN_TIMEOUT),
    )
    return session.exec(query.limit(1)).first() is None


def finish(session: Session, run: BackupRun, now: datetime, *, name: str = "", size: int = 0, error: str = "") -> None:
    """Store the outcome of a run. Deletes old ones."""
    run.ended_at, run.name, run.size, run.error = now, name, size, error
    session.add(run)
    for old in session.exec(select(BackupRun).where(col(BackupRun.asked_at) < now - RETENTION)).all():
        session.delete(old)
    session.flush()


def find_last(session: Session) -> BackupRun | None:
    """The newest successful run."""
    query = select(BackupRun).where(col(BackupRun.name) != "").order_by(col(BackupRun.ended_at).desc())
    return session.exec(query.limit(1)).first()

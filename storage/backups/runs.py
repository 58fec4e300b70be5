"""Backup runs: requested by an administrator or due by schedule, and their outcome."""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from models.backups import BackupRun
from models.people import Address, Person

LOST: Final = timedelta(hours=2)  # after which a run counts as dead
KEPT: Final = timedelta(days=90)


def ask(session: Session, person: Person, address: Address, now: datetime) -> bool:
    """Request a backup; False where one requested from the same chat is pending or running."""
    wanted = select(BackupRun).where(
        col(BackupRun.ended_at).is_(None), col(BackupRun.asked_at) > now - LOST, col(BackupRun.address_id) == address.id
    )
    if session.exec(wanted).first() is not None:
        return False
    session.add(BackupRun(asked_by=person.id, address_id=address.id, asked_at=now))
    session.flush()
    return True


def take(session: Session, now: datetime, every: timedelta | None) -> list[BackupRun]:
    """Claim the runs that one backup fulfils and mark them begun: those requested, or the regular one when due."""
    asked = select(BackupRun).where(col(BackupRun.begun_at).is_(None)).order_by(col(BackupRun.asked_at))
    found = list(session.exec(asked.with_for_update(skip_locked=True)))
    if not found and every is not None and is_due(session, now, every):
        found = [BackupRun(asked_at=now)]
    for run in found:
        run.begun_at = now
        session.add(run)
    session.flush()
    return found


def is_due(session: Session, now: datetime, every: timedelta) -> bool:
    """Whether the last backup that succeeded, or is running, is older than `interval`."""
    begun = select(BackupRun.id).where(
        col(BackupRun.begun_at) > now - every, (col(BackupRun.name) != "") | (col(BackupRun.begun_at) > now - LOST)
    )
    return session.exec(begun.limit(1)).first() is None


def end(session: Session, run: BackupRun, now: datetime, *, name: str = "", size: int = 0, error: str = "") -> None:
    """Store the outcome of a run. Deletes old ones."""
    run.ended_at, run.name, run.size, run.error = now, name, size, error
    session.add(run)
    for old in session.exec(select(BackupRun).where(col(BackupRun.asked_at) < now - KEPT)).all():
        session.delete(old)
    session.flush()


def last(session: Session) -> BackupRun | None:
    """The newest successful run."""
    wanted = select(BackupRun).where(col(BackupRun.name) != "").order_by(col(BackupRun.ended_at).desc())
    return session.exec(wanted.limit(1)).first()

"""Rolls up what reports say of people and sales, one hour after the other.

The progress is not that of the rollups of jobs: hours that were over before an upgrade are rolled up after it, and a
process of the version before that still runs does not advance it.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from models.operations.rollups import ReportProgress, RollupProgress
from storage.operations.rollup_writer import SETTLING_TIME
from storage.operations.rollups import HOUR, HOURLY, floor_to_hour
from storage.tenants import activity, sales
from storage.upsert import insert_once

LONGEST_PERIOD: Final = timedelta(days=31)  # of reports, and a day; what was before it when this begins is left out


def roll_up_next_hour(session: Session, now: datetime) -> bool:
    """Roll up the first hour that is not yet; False if there is none, or another process does it."""
    progress = _lock_progress(session, now)
    if progress is None or progress.until + HOUR + SETTLING_TIME > now:
        return False
    activity.roll_up(session, progress.until)
    sales.roll_up(session, progress.until)
    progress.until += HOUR
    session.flush()
    return True


def _lock_progress(session: Session, now: datetime) -> ReportProgress | None:
    if session.get(ReportProgress, HOURLY) is None:
        jobs_progress = session.get(RollupProgress, HOURLY)
        if jobs_progress is None:
            return None  # no job has ended
        first = max(floor_to_hour(now - LONGEST_PERIOD), jobs_progress.since)
        insert_once(session, ReportProgress(name=HOURLY, since=first, until=first))
    query = select(ReportProgress).where(col(ReportProgress.name) == HOURLY)
    locking = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return session.exec(locking).one_or_none()

"""Which hours are rolled up, and which part of a period is to be read from the rows themselves.

The rows are the truth, and rollups are derived from them once an hour is over: nothing is locked when a job ends.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col

from models.operations.rollups import ReportProgress, RollupProgress

HOUR: Final = timedelta(hours=1)
HOURLY: Final = "hourly"  # name of the progress


@dataclass(frozen=True, slots=True)
class RollupSpans:
    """A period from `since` until `until`, both included, whose hours from `start` until `end` are rolled up."""

    since: datetime
    start: datetime
    end: datetime
    until: datetime

    def build_hour_filter(self, hour: Any) -> ColumnElement[bool]:
        """Filter for rollups of the period."""
        return and_(col(hour) >= self.start, col(hour) < self.end)

    def build_row_filter(self, column: Any) -> ColumnElement[bool]:
        """Filter for the rows of the period that are in no rollup, by their time."""
        return or_(*self.list_row_filters(column))

    def list_row_filters(self, column: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        """Filters for the rows before and after the rolled-up hours."""
        before = and_(col(column) >= self.since, col(column) < self.start)
        return before, and_(col(column) >= self.end, col(column) <= self.until)


def find_spans(session: Session, since: datetime, until: datetime) -> RollupSpans:
    """Split a period into its rolled-up hours and the rest."""
    return split_period(session.get(RollupProgress, HOURLY), since, until)


def find_report_spans(session: Session, since: datetime, until: datetime) -> RollupSpans:
    """Split a period into the hours of which people and sales are rolled up and the rest."""
    return split_period(session.get(ReportProgress, HOURLY), since, until)


def split_period(progress: RollupProgress | ReportProgress | None, since: datetime, until: datetime) -> RollupSpans:
    """Split a period into the hours that are rolled up until then and the rest."""
    if progress is None:
        return build_raw_spans(since, until)
    start = max(floor_to_hour(since - timedelta.resolution) + HOUR, progress.since)
    end = min(floor_to_hour(until), progress.until)
    return RollupSpans(since, start, end, until) if start < end else build_raw_spans(since, until)


def build_raw_spans(since: datetime, until: datetime) -> RollupSpans:
    """A period that is read from its rows alone."""
    return RollupSpans(since, since, since, until)


def filter_hour(column: Any, hour: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Filters for the rows of an hour, by their time."""
    return col(column) >= hour, col(column) < hour + HOUR


def floor_to_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)

"""Conditions of jobs as partial indexes have them: with constants, since for parameters no such index is used."""

from typing import Final

from sqlalchemy import ColumnElement, and_
from sqlmodel import col

from models.jobs.job import UNFINISHED_STATUSES, Job, JobStatus
from storage.constants import build_constants

IS_UNFINISHED: Final[ColumnElement[bool]] = and_(
    col(Job.finished_at).is_(None), col(Job.status).in_(build_constants(UNFINISHED_STATUSES))
)
IS_RUNNING: Final[ColumnElement[bool]] = col(Job.status).in_(build_constants([JobStatus.RUNNING]))
_IS_QUEUED: Final = col(Job.status).in_(build_constants([JobStatus.QUEUED]))
IS_FRESH: Final[ColumnElement[bool]] = and_(_IS_QUEUED, col(Job.started_at).is_(None))
"""A job waits for its first start."""
IS_RESTARTED: Final[ColumnElement[bool]] = and_(_IS_QUEUED, col(Job.started_at).is_not(None))
HAS_OPEN_PROGRESS: Final[ColumnElement[bool]] = and_(
    col(Job.status_closed).is_(False), col(Job.status_delivery_id).is_not(None)
)
"""A job's progress message does not show the final status yet."""

"""Progress of a running job, written to its row."""

import time

import structlog
from sqlalchemy.exc import SQLAlchemyError

from models.jobs.job import JobClaim
from storage.db import Database
from storage.jobs import jobs

log = structlog.get_logger(__name__)

REPORT_INTERVAL = 0.7  # seconds between two writes of the progress


class ProgressReporter:
    """Progress callback that writes to the job's row, throttled to what a user could read."""

    def __init__(self, db: Database, claim: JobClaim) -> None:
        self._db = db
        self._claim = claim
        self._stage = ""
        self._next_write = 0.0

    def __call__(self, stage: str, share: float) -> None:
        now = time.monotonic()
        if stage == self._stage and now < self._next_write:
            return
        self._stage, self._next_write = stage, now + REPORT_INTERVAL
        try:
            with self._db.transaction() as session:
                jobs.report_progress(session, self._claim, stage, round(share, 3))
        except SQLAlchemyError as error:  # no reason to give up the job; the lease decides that
            log.warning("progress-not-written", job=str(self._claim.job_id), error=type(error).__name__)

"""Progress of a running job, written to its row."""

import time

import structlog
from sqlalchemy.exc import SQLAlchemyError

from models.jobs import Claim
from storage import jobs
from storage.db import Database

log = structlog.get_logger(__name__)

REPORT_EVERY = 0.7  # seconds between two writes of the progress


class Reporter:
    """Progress callback that writes to the job's row, throttled to what a user could read."""

    def __init__(self, db: Database, claim: Claim) -> None:
        self._db = db
        self._claim = claim
        self._stage = ""
        self._next = 0.0

    def __call__(self, stage: str, share: float) -> None:
        now = time.monotonic()
        if stage == self._stage and now < self._next:
            return
        self._stage, self._next = stage, now + REPORT_EVERY
        try:
            with self._db.transaction() as session:
                jobs.report(session, self._claim, stage, round(share, 3))
        except SQLAlchemyError as error:  # no reason to give up the job; the lease decides that
            log.warning("progress-not-written", job=str(self._claim.job_id), error=type(error).__name__)

"""Progress of a running job, written to its row."""

import structlog
from sqlalchemy.exc import SQLAlchemyError

from models.jobs.job import JobClaim
from pipeline.progress import ProgressCallback, throttle
from storage.db import Database
from storage.jobs import jobs

log = structlog.get_logger(__name__)

REPORT_INTERVAL = 0.7  # seconds between two writes of the progress


def create_progress_reporter(db: Database, claim: JobClaim) -> ProgressCallback:
    """Progress callback that writes to the job's row, throttled to what a user could read."""

    def write(stage: str, share: float) -> None:
        try:
            with db.transaction() as session:
                jobs.report_progress(session, claim, stage, round(share, 3))
        except SQLAlchemyError as error:  # no reason to give up the job; the lease decides that
            log.warning("progress-not-written", job=str(claim.job_id), error=type(error).__name__)

    return throttle(write, REPORT_INTERVAL)

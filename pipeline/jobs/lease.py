"""Lease of a claimed job: renewed while the job runs, and noticed when it is lost."""

import threading
import time
from datetime import timedelta
from typing import Self

import structlog
from sqlalchemy.exc import SQLAlchemyError

from models.jobs.job import JobClaim
from pipeline.operations import request_id
from storage.db import Database
from storage.jobs import jobs

log = structlog.get_logger(__name__)

CHECK_INTERVAL = 0.3  # seconds between two checks whether the job was cancelled


class Lease:
    """Context manager that renews a claim from a thread of its own until the block ends.

    `is_lost` turns true when the job was cancelled or claimed by another worker, and when the database has been away
    for as long as the lease lasts: from then on nothing may be written.
    """

    def __init__(self, db: Database, claim: JobClaim, seconds: float) -> None:
        self._db = db
        self._claim = claim
        self._seconds = seconds
        self._valid_until = time.monotonic() + seconds
        self._renew_at = time.monotonic() + seconds / 4
        self._lost_event = threading.Event()
        self._stop_event = threading.Event()
        self._thread = threading.Thread(
            target=request_id.wrap_for_thread(self._run), name=f"lease-{claim.job_id}", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop_event.set()
        self._thread.join()

    def is_lost(self) -> bool:
        return self._lost_event.is_set()

    def _run(self) -> None:
        while not self._stop_event.wait(min(CHECK_INTERVAL, self._seconds / 10)):
            try:
                is_held = self._check_or_renew()
            except SQLAlchemyError as error:
                log.warning("lease-database-away", job=str(self._claim.job_id), error=type(error).__name__)
                is_held = time.monotonic() < self._valid_until
            if not is_held:
                self._lost_event.set()
                return

    def _check_or_renew(self) -> bool:
        if time.monotonic() < self._renew_at:
            with self._db.read_transaction() as session:
                return jobs.is_held(session, self._claim)
        asked_at = time.monotonic()
        with self._db.transaction() as session:
            is_held = jobs.renew_lease(session, self._claim, self._db.clock() + timedelta(seconds=self._seconds))
        self._valid_until = asked_at + self._seconds
        self._renew_at = asked_at + self._seconds / 4
        return is_held

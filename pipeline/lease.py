"""Lease of a claimed job: renewed while the job runs, and noticed when it is lost."""

import threading
import time
from datetime import timedelta
from typing import Self

import structlog
from sqlalchemy.exc import SQLAlchemyError

from models.jobs import Claim
from pipeline import trail
from storage import jobs
from storage.db import Database

log = structlog.get_logger(__name__)

LOOK = 0.3  # seconds between two checks whether the job was cancelled


class Lease:
    """Context manager that renews a claim from a thread of its own until the block ends.

    `is_lost` turns true when the job was cancelled or claimed by another worker, and when the database has been away
    for as long as the lease lasts: from then on nothing may be written.
    """

    def __init__(self, db: Database, claim: Claim, seconds: float) -> None:
        self._db = db
        self._claim = claim
        self._seconds = seconds
        self._valid_until = time.monotonic() + seconds
        self._renew_at = time.monotonic() + seconds / 4
        self._lost = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=trail.kept(self._watch), name=f"lease-{claim.job_id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def is_lost(self) -> bool:
        return self._lost.is_set()

    def _watch(self) -> None:
        while not self._over.wait(min(LOOK, self._seconds / 10)):
            try:
                held = self._look()
            except SQLAlchemyError as error:
                log.warning("lease-database-away", job=str(self._claim.job_id), error=type(error).__name__)
                held = time.monotonic() < self._valid_until
            if not held:
                self._lost.set()
                return

    def _look(self) -> bool:
        if time.monotonic() < self._renew_at:
            with self._db.reading() as session:
                return jobs.is_held(session, self._claim)
        asked = time.monotonic()
        with self._db.transaction() as session:
            held = jobs.renew(session, self._claim, self._db.clock() + timedelta(seconds=self._seconds))
        self._valid_until = asked + self._seconds
        self._renew_at = asked + self._seconds / 4
        return held

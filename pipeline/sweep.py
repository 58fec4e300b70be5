"""Finding what was lost: jobs nobody works on, jobs that killed their workers, files whose time is over."""

import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from models.errors import Code, Failed
from pipeline.queue import Queue
from pipeline.workshop import Workshop
from storage import files, jobs

log = structlog.get_logger(__name__)

WOKEN_AGAIN_AFTER = timedelta(seconds=3)
TIDY_EVERY = 60.0  # seconds


@dataclass(slots=True)
class Sweeper:
    """Looks through the database every few seconds, from a thread of its own in every worker."""

    workshop: Workshop
    queue: Queue
    seconds: float = 3.0
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _tidy_at: float = 0.0

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def sweep(self) -> None:
        """One look."""
        db = self.workshop.db
        with db.transaction() as session:
            now = db.clock()
            jobs.seen(session, self.workshop.owner, now)
            lost = jobs.due(session, now, WOKEN_AGAIN_AFTER)
            exhausted = jobs.exhausted(session, now)
        for job_id in lost:
            self.queue.wake(job_id)
        for claim in exhausted:
            log.error("job-killed-its-workers", job=str(claim.job_id), attempts=claim.attempts)
            self.workshop.fail(claim, Failed(Code.CRASHED))

    def tidy(self) -> None:
        """Let go of files whose time is over."""
        db = self.workshop.db
        with db.transaction() as session:
            released = [files.release(session, media) for media in files.expired(session, db.clock())]
        for key in filter(None, released):
            self.workshop.store.delete(key)

    def _run(self) -> None:
        while not self._over.wait(self.seconds):
            try:
                self.sweep()
                if time.monotonic() >= self._tidy_at:
                    self._tidy_at = time.monotonic() + TIDY_EVERY
                    self.tidy()
            except (SQLAlchemyError, OSError) as error:
                log.warning("sweep-failed", error=type(error).__name__)
            except Exception:
                log.exception("sweep-surprised")  # whatever it was, who would find lost jobs if this thread ended?

"""Finding what was lost: jobs nobody works on, jobs that killed their workers, files whose time is over."""

import shutil
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

import structlog
from sqlalchemy.exc import SQLAlchemyError

from models.errors import Code, Failed
from pipeline.queue import Queue
from pipeline.workshop import Workshop
from storage import files, jobs

log = structlog.get_logger(__name__)

WOKEN_AGAIN_AFTER = timedelta(seconds=3)
TIDY_EVERY = 60.0  # seconds
CLEAR_EVERY = 3600.0
ABANDONED = 24 * 3600.0  # seconds; longer than any job or transaction takes


@dataclass(slots=True)
class Sweeper:
    """Looks through the database every few seconds, from a thread of its own in every worker."""

    workshop: Workshop
    queue: Queue
    seconds: float = 3.0
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _tidy_at: float = 0.0
    _clear_at: float = 0.0

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
            lost = jobs.due(session, now, WOKEN_AGAIN_AFTER, self.workshop.free)  # more would only pile up
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

    def clear(self, older_than: float = ABANDONED) -> None:
        """Delete what dead processes left behind (seconds): bytes no row knows, and folders of unfinished work."""
        store, keys = self.workshop.store, self.workshop.store.older_than(older_than)
        while batch := list(islice(keys, 500)):
            with self.workshop.db.reading() as session:
                orphans = files.orphans(session, batch)
            for key in orphans:
                store.delete(key)
        for folder in self.workshop.keeping.passing.glob("*"):
            if folder.stat().st_mtime < time.time() - older_than:
                shutil.rmtree(folder, ignore_errors=True)

    def _run(self) -> None:
        while not self._over.wait(self.seconds):
            try:
                self.sweep()
                if time.monotonic() >= self._tidy_at:
                    self._tidy_at = time.monotonic() + TIDY_EVERY
                    self.tidy()
                if time.monotonic() >= self._clear_at:
                    self._clear_at = time.monotonic() + CLEAR_EVERY
                    self.clear()
            except (SQLAlchemyError, OSError) as error:
                log.warning("sweep-failed", error=type(error).__name__)
            except Exception:
                log.exception("sweep-surprised")  # whatever it was, who would find lost jobs if this thread ended?

"""Finding what was lost: jobs nobody works on, jobs that killed their workers, files whose time is over."""

import shutil
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import islice

import structlog
from sqlalchemy.exc import SQLAlchemyError

from models.errors import Code, Failed
from pipeline.disk import Disk
from pipeline.queue import Queue
from pipeline.workshop import Workshop
from storage import files, jobs, retention

log = structlog.get_logger(__name__)

WOKEN_AGAIN_AFTER = timedelta(seconds=3)
TIDY_EVERY = 60.0  # seconds
CLEAR_EVERY = 3600.0
WATCH_EVERY = 15.0
UPDATES_FOR = timedelta(days=30)
DELIVERIES_FOR = timedelta(days=90)
WORKERS_FOR = timedelta(days=1)
PAGE_MESSAGES = 2000  # of each conversation
BATCH = 500  # rows of one transaction
ABANDONED = 24 * 3600.0  # seconds; longer than any job or transaction takes


@dataclass(slots=True)
class Sweeper:
    """Looks through the database every few seconds, from a thread of its own in every worker."""

    workshop: Workshop
    queue: Queue
    seconds: float = 3.0
    disk: Disk | None = None
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _next: dict[str, float] = field(default_factory=dict)

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

    def watch(self) -> None:
        """Look whether the disk has room, and have the administrators told."""
        if self.disk is not None:
            with self.workshop.db.transaction() as session:
                self.disk.tell(session, self.workshop.db.clock)

    def tidy(self) -> None:
        """Let go of files whose time is over."""
        db = self.workshop.db
        with db.transaction() as session:
            released = [files.release(session, media) for media in files.expired(session, db.clock())]
        self._delete(filter(None, released))

    def prune(self, batch: int = BATCH) -> None:
        """Delete rows whose time is over, in short transactions."""
        now = self.workshop.db.clock()
        prunings: tuple[Callable[..., int], ...] = (
            partial(retention.prune_updates, before=now - UPDATES_FOR),
            partial(retention.prune_deliveries, before=now - DELIVERIES_FOR),
            partial(retention.prune_workers, before=now - WORKERS_FOR),
            partial(retention.prune_page, most=PAGE_MESSAGES),
        )
        for prune in prunings:
            while self._pruned(prune, batch) >= batch and not self._over.is_set():
                pass

    def clear(self, older_than: float = ABANDONED) -> None:
        """Delete what dead processes left behind (seconds): bytes no row knows, and folders of unfinished work."""
        keys = self.workshop.store.older_than(older_than)
        while batch := list(islice(keys, BATCH)):
            with self.workshop.db.reading() as session:
                orphans = files.orphans(session, batch)
            self._delete(orphans)
        for folder in self.workshop.keeping.passing.glob("*"):
            if folder.stat().st_mtime < time.time() - older_than:
                shutil.rmtree(folder, ignore_errors=True)

    def _pruned(self, prune: Callable[..., int], batch: int) -> int:
        with self.workshop.db.transaction() as session:
            return prune(session, limit=batch)

    def _delete(self, keys: Iterable[str]) -> None:
        """Delete bytes no row knows any more. What cannot be deleted now is found again as an orphan."""
        for key in keys:
            try:
                self.workshop.store.delete(key)
            except OSError as error:
                log.warning("file-not-deleted", error=type(error).__name__)

    def _run(self) -> None:
        while not self._over.wait(self.seconds):
            for chore, seconds in self._chores():
                if time.monotonic() >= self._next.get(chore.__name__, 0.0):
                    self._next[chore.__name__] = time.monotonic() + seconds
                    self._do(chore)

    def _chores(self) -> tuple[tuple[Callable[[], None], float], ...]:
        """What is to be done, and how many seconds lie between two times at least."""
        return (
            (self.sweep, 0.0),
            (self.watch, WATCH_EVERY),
            (self.tidy, TIDY_EVERY),
            (self.prune, CLEAR_EVERY),
            (self.clear, CLEAR_EVERY),
        )

    def _do(self, chore: Callable[[], None]) -> None:
        try:
            chore()
        except (SQLAlchemyError, OSError) as error:
            log.warning("sweep-failed", chore=chore.__name__, error=type(error).__name__)
        except Exception:
            log.exception("sweep-surprised")  # whatever it was, who would find lost jobs if this thread ended?

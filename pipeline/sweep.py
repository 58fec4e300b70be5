"""Sweeper: finds lost and crashing jobs, expired files and invoices, and old rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import islice

import structlog
from sqlalchemy.exc import SQLAlchemyError

from models.errors import Code, Failed
from models.uploads import LASTS
from pipeline.caretaker import ABANDONED, TRIM_EVERY, WATCH_EVERY, Caretaker, clear_folders
from pipeline.chores import Chore, Chores
from pipeline.disk import Disk
from pipeline.queue import Queue
from pipeline.tenancy import Tenancy
from pipeline.workshop import Workshop
from storage import basket, codes, files, jobs, joining, retention

log = structlog.get_logger(__name__)

WOKEN_AGAIN_AFTER = timedelta(seconds=3)
TIDY_EVERY = 60.0  # seconds
GATHER_EVERY = 30.0
CLEAR_EVERY = 3600.0
UPDATES_FOR = timedelta(days=30)
DELIVERIES_FOR = timedelta(days=90)
UPLOADS_FOR = LASTS
WORKERS_FOR = timedelta(days=1)
CODES_FOR = timedelta(days=1)
FAULTS_FOR = timedelta(days=30)
PAGE_MESSAGES = 2000  # per conversation
BATCH = 500  # rows per transaction


@dataclass(slots=True)
class Sweeper:
    """Sweeps the database every few seconds, from a thread of its own in every worker."""

    workshop: Workshop
    queue: Queue
    seconds: float = 3.0
    disk: Disk | None = None
    _thread: Chores = field(init=False)
    _tenancy: Tenancy = field(init=False)

    def __post_init__(self) -> None:
        self._tenancy = Tenancy(self.workshop.db, self._delete)
        self._thread = Chores(self._chores(), self.seconds, "sweeper")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._thread.stop()

    def take_leave(self) -> None:
        """Record a regular shutdown of this worker; otherwise it is reported as missing."""
        try:
            with self.workshop.db.transaction() as session:
                jobs.left(session, self.workshop.owner)
        except SQLAlchemyError as error:
            log.warning("leave-not-taken", error=type(error).__name__)

    def sweep(self) -> None:
        """Wake workers for unclaimed jobs, and fail jobs whose attempts are exhausted by crashes."""
        db = self.workshop.db
        with db.transaction() as session:
            now = db.clock()
            jobs.seen(session, self.workshop.owner, now)
            lost = jobs.due(session, now, WOKEN_AGAIN_AFTER, self.workshop.free)  # more messages would only pile up
            exhausted = jobs.exhausted(session, now)
        for job_id in lost:
            self.queue.wake(job_id)
        for claim in exhausted:
            log.error("job-killed-its-workers", job=str(claim.job_id), attempts=claim.attempts, code=Code.CRASHED)
            self.workshop.fail(claim, Failed(Code.CRASHED))

    def watch(self) -> None:
        """Check the free space of the disk."""
        if self.disk is not None:
            self._caretaker(self.disk).watch()

    def trim(self) -> None:
        """Delete unused cached copies and stale temporary folders."""
        if self.disk is not None:
            self._caretaker(self.disk).trim()

    def tidy(self) -> None:
        """Release expired files."""
        db = self.workshop.db
        with db.transaction() as session:
            released = [files.release(session, media) for media in files.expired(session, db.clock())]
        self._delete(filter(None, released))

    def lapse(self, batch: int = BATCH) -> None:
        """Expire invoices that were not paid in time."""
        self._repeat(partial(basket.lapse, now=self.workshop.db.clock()), batch)

    def gather(self) -> None:
        """Move credits that were returned to merged persons to the person they were merged into."""
        with self.workshop.db.transaction() as session:
            joining.gather(session, self.workshop.db.clock())

    def prune(self, batch: int = BATCH) -> None:
        """Delete rows past their retention, in short transactions."""
        now = self.workshop.db.clock()
        prunings: tuple[Callable[..., int], ...] = (
            partial(retention.prune_updates, before=now - UPDATES_FOR),
            partial(retention.prune_deliveries, before=now - DELIVERIES_FOR),
            partial(retention.prune_uploads, before=now - UPLOADS_FOR),
            partial(retention.prune_workers, before=now - WORKERS_FOR),
            partial(retention.prune_page, most=PAGE_MESSAGES),
            partial(codes.prune, before=now - CODES_FOR),
            partial(retention.prune_faults, before=now - FAULTS_FOR),
        )
        for prune in prunings:
            self._repeat(prune, batch)

    def clear(self, older_than: float = ABANDONED) -> None:
        """Delete stored files without a row and temporary folders, both older than `older_than` seconds."""
        keys = self.workshop.store.older_than(older_than)
        while batch := list(islice(keys, BATCH)):
            with self.workshop.db.reading() as session:
                orphans = files.orphans(session, batch)
            self._delete(orphans)
        clear_folders(self.workshop.keeping.passing, older_than)

    def _repeat(self, change: Callable[..., int], batch: int) -> None:
        """Repeat a change in short transactions until it affects fewer rows than a batch."""
        while self._changed(change, batch) >= batch and not self._thread.over.is_set():
            pass

    def _changed(self, change: Callable[..., int], batch: int) -> int:
        with self.workshop.db.transaction() as session:
            return change(session, limit=batch)

    def _delete(self, keys: Iterable[str]) -> None:
        """Delete stored files that have no row. One that cannot be deleted now is found again as an orphan."""
        for key in keys:
            try:
                self.workshop.store.delete(key)
            except OSError as error:
                log.warning("file-not-deleted", error=type(error).__name__)

    def _caretaker(self, disk: Disk) -> Caretaker:
        return Caretaker(self.workshop.db, self.workshop.store, self.workshop.keeping.passing, disk)

    def _chores(self) -> tuple[Chore, ...]:
        return (
            Chore(self.sweep),
            Chore(self.watch, WATCH_EVERY),
            Chore(self.tidy, TIDY_EVERY),
            Chore(self.gather, GATHER_EVERY),
            Chore(self.lapse, TIDY_EVERY),
            Chore(self._tenancy.follow, TIDY_EVERY),
            Chore(self._tenancy.erase, CLEAR_EVERY),
            Chore(self.trim, TRIM_EVERY),
            Chore(self.prune, CLEAR_EVERY),
            Chore(self.clear, CLEAR_EVERY),
        )

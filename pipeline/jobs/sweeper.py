"""Sweeper: finds lost and crashing jobs, expired files and invoices, and old rows."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from models.errors import ErrorCode, ProcessingFailed
from models.messaging.uploads import UPLOAD_LIFETIME
from pipeline.jobs.job_runner import JobRunner
from pipeline.jobs.queue import WakeupQueue
from pipeline.operations.disk_cleanup import (
    ABANDONED_AFTER,
    DISK_CHECK_INTERVAL,
    TRIM_INTERVAL,
    DiskCleaner,
    delete_stale_folders,
)
from pipeline.operations.disk_monitor import DiskMonitor
from pipeline.operations.scheduler import ScheduledTask, Scheduler
from pipeline.operations.shared_task import share_task
from pipeline.operations.tenant_lifecycle import TenantLifecycle
from storage.billing import open_purchases, purchase_totals
from storage.identity import account_merge, codes
from storage.jobs import fair_queue, jobs, worker_heartbeats
from storage.media import files
from storage.messaging import audiences
from storage.messaging.audiences import COUNT_INTERVAL
from storage.operations import retention, rollup_writer
from storage.tenants import report_rollups

log = structlog.get_logger(__name__)

REWAKE_AFTER = timedelta(seconds=3)
RELEASE_INTERVAL = 60.0  # seconds
MERGE_INTERVAL = 30.0
PRUNE_INTERVAL = 3600.0
UPDATE_RETENTION = timedelta(days=30)
PROGRESS_RETENTION = timedelta(days=7)  # after the end of a job
DELIVERY_RETENTION = timedelta(days=90)
UPLOAD_RETENTION = UPLOAD_LIFETIME
WORKER_RETENTION = timedelta(days=1)
CODE_RETENTION = timedelta(days=1)
ERROR_RETENTION = timedelta(days=30)
MAX_WEB_MESSAGES = 2000  # per conversation
BATCH_SIZE = 500  # rows per transaction
RELEASE_BATCH_SIZE = 100  # files per transaction


@dataclass(slots=True)
class Sweeper:
    """Sweeps the database every few seconds, from a thread of its own in every worker.

    What may take long runs in another thread, and what is for the whole installation in one process at a time.
    """

    runner: JobRunner
    queue: WakeupQueue
    interval: float = 3.0
    disk: DiskMonitor | None = None
    _scheduler: Scheduler = field(init=False)
    _retention_scheduler: Scheduler = field(init=False)
    _tenant_lifecycle: TenantLifecycle = field(init=False)

    def __post_init__(self) -> None:
        self._tenant_lifecycle = TenantLifecycle(self.runner.db, self._delete_files)
        self._scheduler = Scheduler("sweeper", tuple(self._build_tasks()))
        self._retention_scheduler = Scheduler("retention", tuple(self._build_retention_tasks()))

    def start(self) -> None:
        self._scheduler.start()
        self._retention_scheduler.start()

    def stop(self) -> None:
        self._retention_scheduler.request_stop()
        self._scheduler.stop()
        self._retention_scheduler.stop()

    def deregister_worker(self) -> None:
        """Record a regular shutdown of this worker; otherwise it is reported as missing."""
        try:
            with self.runner.db.transaction() as session:
                worker_heartbeats.remove(session, self.runner.owner)
        except SQLAlchemyError as error:
            log.warning("worker-not-deregistered", error=type(error).__name__)

    def sweep(self) -> None:
        """Wake workers for unclaimed jobs, and fail jobs whose attempts are exhausted by crashes."""
        db = self.runner.db
        with db.transaction() as session:
            now = db.clock()
            worker_heartbeats.record(session, self.runner.owner, now)
            unclaimed = jobs.collect_unclaimed(
                session, now, REWAKE_AFTER, self.runner.free_slots
            )  # more messages would only pile up
            exhausted = jobs.list_exhausted(session, now)
        for job_id in unclaimed:
            self.queue.wake_worker(job_id)
        for claim in exhausted:
            log.error("job-attempts-exhausted", job=str(claim.job_id), attempts=claim.attempts, code=ErrorCode.CRASHED)
            self.runner.fail_job(claim, ProcessingFailed(ErrorCode.CRASHED))

    def check_disk(self) -> None:
        """Check the free space of the disk."""
        if self.disk is not None:
            self._disk_cleaner_for(self.disk).check_disk()

    def trim(self) -> None:
        """Delete unused cached copies and stale temporary folders."""
        if self.disk is not None:
            self._disk_cleaner_for(self.disk).trim()

    def release_expired_files(self) -> None:
        """Release expired files until none is left."""
        self._repeat_while(lambda: self._release_batch() >= RELEASE_BATCH_SIZE)

    def _release_batch(self) -> int:
        db = self.runner.db
        with db.transaction() as session:
            expired = files.list_expired(session, db.clock(), RELEASE_BATCH_SIZE)
            released = [files.release(session, media) for media in expired]
        self._delete_files(filter(None, released))
        return len(expired)

    def forget_old_starts(self) -> None:
        """Forget starts of jobs that are older than the window of fairness."""
        with self.runner.db.transaction() as session:
            fair_queue.forget_old_starts(session, self.runner.db.clock())

    def expire_invoices(self, batch: int = BATCH_SIZE) -> None:
        """Expire invoices that were not paid in time."""
        self._repeat_in_batches(partial(open_purchases.expire_invoices, now=self.runner.db.clock()), batch)

    def move_merged_credits(self) -> None:
        """Move credits that were returned to merged persons to the person they were merged into."""
        with self.runner.db.transaction() as session:
            account_merge.move_all_returned(session, self.runner.db.clock())

    def count_audiences(self) -> None:
        """Count the audiences of broadcasts that take long to count."""
        db = self.runner.db
        with db.read_transaction() as session:
            tenant_ids = audiences.list_large_tenants(session)
        for tenant_id in tenant_ids:
            with db.read_transaction() as session:
                audience = audiences.count_audience(session, tenant_id)
            with db.transaction() as session:
                audiences.save_count(session, tenant_id, audience, db.clock())

    def roll_up(self) -> None:
        """Roll up the hours that are over, each in a transaction of its own."""
        rollups = rollup_writer.roll_up_next_hour, report_rollups.roll_up_next_hour, purchase_totals.roll_up
        for roll_up in rollups:
            self._repeat_while(partial(self._roll_up_once, roll_up))

    def _roll_up_once(self, roll_up: Callable[[Session, datetime], bool]) -> bool:
        with self.runner.db.transaction() as session:
            return roll_up(session, self.runner.db.clock())

    def prune_rows(self, batch: int = BATCH_SIZE) -> None:
        """Delete rows past their retention, in short transactions."""
        now = self.runner.db.clock()
        prunings: tuple[Callable[..., int], ...] = (
            partial(retention.close_progress, before=now - PROGRESS_RETENTION),
            partial(retention.prune_updates, before=now - UPDATE_RETENTION),
            partial(retention.prune_deliveries, before=now - DELIVERY_RETENTION),
            partial(retention.prune_uploads, before=now - UPLOAD_RETENTION),
            partial(retention.prune_workers, before=now - WORKER_RETENTION),
            partial(retention.prune_connections, before=now - WORKER_RETENTION),
            partial(retention.prune_web_messages, keep=MAX_WEB_MESSAGES),
            partial(codes.prune_expired, before=now - CODE_RETENTION),
            partial(retention.prune_error_events, before=now - ERROR_RETENTION),
        )
        for prune in prunings:
            self._repeat_in_batches(prune, batch)

    def delete_orphans(self, older_than: float = ABANDONED_AFTER) -> None:
        """Delete stored files without a row and temporary folders, both older than `older_than` seconds."""
        keys = self.runner.store.list_older_than(older_than)
        while batch := list(islice(keys, BATCH_SIZE)):
            with self.runner.db.read_transaction() as session:
                orphans = files.find_orphans(session, batch)
            self._delete_files(orphans)
        delete_stale_folders(self.runner.retention.temp_folder, older_than)

    def _repeat_in_batches(self, change: Callable[..., int], batch: int) -> None:
        """Repeat a change in short transactions until it affects fewer rows than a batch."""
        self._repeat_while(lambda: self._change_batch(change, batch) >= batch)

    def _repeat_while(self, has_more: Callable[[], bool]) -> None:
        while has_more() and not self._retention_scheduler.is_stopping():
            pass

    def _change_batch(self, change: Callable[..., int], batch: int) -> int:
        with self.runner.db.transaction() as session:
            return change(session, limit=batch)

    def _delete_files(self, keys: Iterable[str]) -> None:
        """Delete stored files that have no row. One that cannot be deleted now is found again as an orphan."""
        for key in keys:
            try:
                self.runner.store.delete(key)
            except OSError as error:
                log.warning("file-not-deleted", error=type(error).__name__)

    def _disk_cleaner_for(self, disk: DiskMonitor) -> DiskCleaner:
        return DiskCleaner(self.runner.db, self.runner.store, self.runner.retention.temp_folder, disk)

    def _build_tasks(self) -> Iterator[ScheduledTask]:
        for action, interval in ((self.sweep, self.interval), (self.check_disk, DISK_CHECK_INTERVAL)):
            yield ScheduledTask(action, interval, initial_delay=self.interval)

    def _build_retention_tasks(self) -> Iterator[ScheduledTask]:
        shared: tuple[tuple[Callable[[], None], float], ...] = (
            (self.release_expired_files, RELEASE_INTERVAL),
            (self.move_merged_credits, MERGE_INTERVAL),
            (self.expire_invoices, RELEASE_INTERVAL),
            (self.roll_up, RELEASE_INTERVAL),
            (self.forget_old_starts, RELEASE_INTERVAL),
            (self.count_audiences, COUNT_INTERVAL.total_seconds()),
            (self._tenant_lifecycle.apply_subscriptions, RELEASE_INTERVAL),
            (self._tenant_lifecycle.erase_removed, PRUNE_INTERVAL),
            (self.prune_rows, PRUNE_INTERVAL),
        )
        for action, interval in shared:
            yield share_task(self.runner.db, action, interval, initial_delay=self.interval)
        for action, interval in ((self.trim, TRIM_INTERVAL), (self.delete_orphans, PRUNE_INTERVAL)):
            yield ScheduledTask(action, interval, initial_delay=self.interval)

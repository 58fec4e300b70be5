"""Worker pool: threads that run jobs and one that sweeps for lost ones, in any process."""

import socket
import threading
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import dramatiq

from models.limits import load_limits
from models.settings import Settings
from pipeline.chat.model import create_chat_model
from pipeline.jobs import actors
from pipeline.jobs.job_runner import JobRunner
from pipeline.jobs.queue import WakeupQueue
from pipeline.jobs.renderer import Renderer
from pipeline.jobs.sweeper import Sweeper
from pipeline.operations.disk_cleanup import DiskCleaner
from pipeline.operations.disk_monitor import DiskMonitor
from pipeline.operations.file_retention import Retention
from pipeline.operations.lease_renewer import generate_owner
from pipeline.sandbox.client import SandboxClient
from pipeline.speech.transcription import create_transcriber
from storage.db import Database
from storage.media.media_store import MediaStore


@dataclass(slots=True)
class WorkerPool:
    """Job threads and sweeper of a process. `start` does not block; `stop` requeues jobs that do not end in time."""

    runner: JobRunner
    queue: WakeupQueue
    sweeper: Sweeper
    worker: dramatiq.Worker

    def start(self) -> None:
        self.worker.start()
        self.queue.broker.emit_after("process_boot")
        self.sweeper.sweep()
        self.sweeper.start()

    def stop(self, grace_seconds: float = 0.0) -> None:
        """Claim no more jobs; requeue running ones after `grace_seconds`, which does not count as an attempt."""
        self.runner.drain_event.set()
        stop_timer = threading.Timer(grace_seconds, self.runner.stop_event.set)
        stop_timer.start()
        self.worker.stop(
            timeout=round(1000 * (grace_seconds + 5))
        )  # applied to its threads, then again to its consumers
        stop_timer.cancel()
        self.runner.stop_event.set()
        self.sweeper.stop()  # last: without the broker it may take seconds, in which no job may be claimed
        self.sweeper.deregister_worker()


def create_worker_pool(
    db: Database, store: MediaStore, queue: WakeupQueue, sandbox: SandboxClient, settings: Settings
) -> WorkerPool:
    """Build the worker pool of a process from its settings."""
    disk = disk_monitor_for(settings)
    runner = JobRunner(
        db=db,
        store=store,
        renderer=Renderer(sandbox, create_transcriber(settings), create_chat_model(settings)),
        retention=retention_from(settings),
        owner=generate_owner(),
        lease_seconds=settings.lease_seconds,
        concurrency=settings.workers,
        has_room=disk.has_room,
    )
    actors.declare_actor(queue, runner)
    worker = dramatiq.Worker(queue.broker, worker_threads=settings.workers, worker_timeout=100)
    worker.queue_prefetch = settings.workers  # a message prefetched here would not wake another worker
    return WorkerPool(runner, queue, Sweeper(runner, queue, settings.sweep_seconds, disk), worker)


def create_disk_cleaner(db: Database, store: MediaStore, settings: Settings) -> DiskCleaner:
    """Build the disk cleaner for a process without workers."""
    return DiskCleaner(db, store, retention_from(settings).temp_folder, disk_monitor_for(settings))


def disk_monitor_for(settings: Settings) -> DiskMonitor:
    """The disk monitor of this machine: for the data folder and, if media is stored in a folder, for that one."""
    folders = [Path(settings.data_dir).resolve()]
    if "://" not in settings.media_location:
        folders.append(Path(settings.media_location).resolve())
    return DiskMonitor(
        socket.gethostname(), tuple(folders), load_limits().disk.floor, has_early_warning=settings.is_monitored
    )


def retention_from(settings: Settings) -> Retention:
    """Retention times and the temporary folder, from the settings."""
    return Retention(
        temp_folder=Path(settings.data_dir).resolve() / "passing",
        input_lifetime=timedelta(hours=settings.input_hours),
        result_lifetime=timedelta(days=settings.result_days),
    )

"""Worker pool: threads that run jobs and one that sweeps for lost ones, in any process."""

import os
import secrets
import socket
import threading
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import dramatiq

from models.limits import limits
from models.settings import Settings
from pipeline import actors
from pipeline.caretaker import Caretaker
from pipeline.child import Children
from pipeline.disk import Disk
from pipeline.hearing import Hearing, speech_service
from pipeline.queue import Queue
from pipeline.render import Renderer
from pipeline.service import Keeping
from pipeline.sweep import Sweeper
from pipeline.workshop import Workshop
from storage.db import Database
from storage.media import MediaStore


@dataclass(slots=True)
class Crew:
    """Job threads and sweeper of a process. `start` does not block; `stop` requeues jobs that do not end in time."""

    workshop: Workshop
    queue: Queue
    sweeper: Sweeper
    worker: dramatiq.Worker

    def start(self) -> None:
        self.worker.start()
        self.queue.broker.emit_after("process_boot")
        self.sweeper.sweep()
        self.sweeper.start()

    def stop(self, patience: float = 0.0) -> None:
        """Claim no more jobs; requeue running ones after `grace_seconds`, which does not count as an attempt."""
        self.workshop.closing.set()
        hurry = threading.Timer(patience, self.workshop.stopping.set)
        hurry.start()
        self.worker.stop(timeout=round(1000 * (patience + 5)))  # applied to its threads, then again to its consumers
        hurry.cancel()
        self.workshop.stopping.set()
        self.sweeper.stop()  # last: without the broker it may take seconds, in which no job may be claimed
        self.sweeper.take_leave()


def crew(db: Database, store: MediaStore, queue: Queue, children: Children, settings: Settings) -> Crew:
    """Build the worker pool of a process from its settings."""
    disk = disk_of(settings)
    key = settings.groq_api_key.get_secret_value() if settings.groq_api_key else None
    workshop = Workshop(
        db=db,
        store=store,
        renderer=Renderer(children, Hearing(speech_service(key, settings.groq_base_url))),
        keeping=keeping(settings),
        owner=f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}",
        lease_seconds=settings.lease_seconds,
        hands=settings.workers,
        has_room=disk.has_room,
    )
    actors.declare(queue, workshop)
    worker = dramatiq.Worker(queue.broker, worker_threads=settings.workers, worker_timeout=100)
    worker.queue_prefetch = settings.workers  # a message prefetched here would not wake another worker
    return Crew(workshop, queue, Sweeper(workshop, queue, settings.sweep_seconds, disk), worker)


def caretaker(db: Database, store: MediaStore, settings: Settings) -> Caretaker:
    """Build the disk cleaner for a process without workers."""
    return Caretaker(db, store, keeping(settings).passing, disk_of(settings))


def disk_of(settings: Settings) -> Disk:
    """The disk monitor of this machine: for the data folder and, if media is stored in a folder, for that one."""
    folders = [Path(settings.data_dir).resolve()]
    if "://" not in settings.media:
        folders.append(Path(settings.media).resolve())
    return Disk(socket.gethostname(), tuple(folders), limits().disk.floor, warns=settings.is_watched)


def keeping(settings: Settings) -> Keeping:
    """Retention times and the temporary folder, from the settings."""
    return Keeping(
        passing=Path(settings.data_dir).resolve() / "passing",
        inputs=timedelta(hours=settings.input_hours),
        results=timedelta(days=settings.result_days),
    )

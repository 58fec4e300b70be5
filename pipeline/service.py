"""Facade of the pipeline for bots: receives files, submits and cancels jobs, reports an account's status."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session

from models.catalogue import Plan
from models.errors import Code, Refused
from models.files import Media
from models.films import CaptionOptions, SketchOptions
from models.jobs import Job, Kind
from models.people import Address, Person
from models.words import Transcript
from pipeline import doors, gate, trail
from pipeline.access import Access, Demand, Standing
from pipeline.child import Allowance, Children
from pipeline.queue import Queue
from pipeline.settlement import settle
from storage import files, jobs, people, transcripts
from storage.db import Database
from storage.deposit import Deposit
from storage.files import Measured
from storage.media import MediaStore

MAX_SUBTITLES = 1_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Order:
    """A job to be submitted: its options, its inputs, its user, and the address of the result."""

    person: Person
    address: Address
    media: Sequence[Media]
    options: SketchOptions | CaptionOptions
    reply_to: str | None = None
    status_delivery_id: int | None = None
    received_at: datetime | None = None
    parent_id: uuid.UUID | None = None
    transcript: Transcript | None = None  # given by the user, so nothing is transcribed

    @property
    def kind(self) -> Kind:
        return Kind.SKETCH if isinstance(self.options, SketchOptions) else Kind.CAPTION

    @property
    def seconds(self) -> float:
        """Duration of the result."""
        if isinstance(self.options, SketchOptions):
            return self.options.seconds
        return sum(media.seconds or 0 for media in self.media)

    @property
    def demand(self) -> Demand:
        size = sum(media.size for media in self.media)
        if isinstance(self.options, SketchOptions) or self.transcript is not None:
            return Demand(self.seconds, size)
        return Demand(self.seconds, size, self.options.language)

    def parameters(self, plan: Plan, watermark: str) -> dict[str, Any]:
        """The options as JSON for the job's row, with those that the plan sets."""
        own: dict[str, object] = {"watermark": watermark if plan.watermark else None}
        if isinstance(self.options, CaptionOptions):
            own["heard_in"] = plan.languages
        return self.options.model_copy(update=own).model_dump(mode="json")


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long files are kept, and the folder for temporary files."""

    passing: Path
    inputs: timedelta = timedelta(hours=24)
    results: timedelta = timedelta(days=7)

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A private temporary folder, deleted when the block ends."""
        self.passing.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = Path(tempfile.mkdtemp(dir=self.passing))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@dataclass(slots=True)
class Pipeline:
    """The facade; one per process."""

    db: Database
    store: MediaStore
    queue: Queue
    children: Children
    access: Access
    keeping: Keeping
    hears_everything: bool = False  # without one only languages of the local model can be transcribed
    watermark: str = "made with Rabisco"

    def receive(self, path: Path, name: str = "") -> Measured:
        """Measure a file in a sandboxed child. Raises RequestRejected with what is wrong with it."""
        with self.keeping.folder() as folder:
            facts = gate.measured(self.children, path, folder)
        return Measured.of(path, facts, name)

    def receive_subtitles(self, path: Path) -> Transcript:
        """Parse a user's subtitle file in a child. Raises RequestRejected(SUBTITLES_UNREADABLE)."""
        if path.stat().st_size > MAX_SUBTITLES:
            raise Refused(Code.SUBTITLES_UNREADABLE)
        with self.keeping.folder() as folder:
            transcript: Transcript = self.children.run(
                "pipeline.speech.subtitles:read",
                {"data": path.read_bytes()},
                directory=folder,
                allowance=Allowance.for_measuring(MAX_SUBTITLES),
            )
        return transcript

    def deposit(self, measured: Sequence[Measured]) -> Deposit:
        """Context manager that uploads measured files to the store; call `create_media` in a transaction inside it."""
        return Deposit(self.db, self.store, measured)

    def keep(self, session: Session, person: Person, file: Measured, now: datetime) -> Media:
        """Create the media row of a staged file for a user."""
        return files.keep(session, person, file, expires_at=now + self.keeping.inputs)

    def submit(self, session: Session, order: Order) -> Job:
        """Create a job and reserve its credits, in the caller's transaction; a rejection leaves no rows behind.

        Raises RequestRejected: limits of the plan, too many waiting jobs, too few credits, or a deleted input.
        Call `wake_worker` after the commit.
        """
        now = self.db.clock()
        if any(media.file_id is None for media in order.media):
            raise Refused(Code.FILE_GONE)
        with session.begin_nested():
            standing, cost = self.access.admit(session, order.person, order.demand, now)
            job = self._job(order, standing, cost, now)
            jobs.create(session, job, [media.id for media in order.media])
            self.access.reserve(session, order.person, job.id, cost, standing, now)
            if order.transcript:
                transcripts.remember(session, job, order.media[0], order.transcript)
        return job

    def wake(self, job_id: uuid.UUID) -> None:
        """Wake a worker; call it after the commit."""
        self.queue.wake(job_id)

    def cancel(self, session: Session, job_id: uuid.UUID, person: Person) -> Job | None:
        """Cancel a user's own job and release its credits; None if there is nothing to cancel."""
        job = session.get(Job, job_id)
        if job is None or not people.is_same(session, job.person_id, person):
            return None
        now = self.db.clock()
        cancelled = jobs.cancel(session, job_id, now)
        if cancelled is not None:
            settle(session, cancelled, 0, now)
        return cancelled

    def obstacle(self, session: Session, person: Person) -> Refused | None:
        """Why no job of this user would be accepted now, None if it would; to be asked before files are downloaded."""
        return doors.obstacle(session, person)

    def standing(self, session: Session, person: Person) -> Standing:
        return self.access.standing(session, person, self.db.clock())

    def _job(self, order: Order, standing: Standing, cost: int, now: datetime) -> Job:
        return Job(
            tenant_id=order.person.tenant_id,
            person_id=order.person.id,
            address_id=order.address.id,
            parent_id=order.parent_id,
            kind=order.kind,
            parameters=order.parameters(standing.plan, self.watermark),
            paid=standing.plan.goes_first,
            at_once=standing.plan.at_once,
            credits=cost,
            reply_to=order.reply_to,
            request=trail.current(),
            status_delivery_id=order.status_delivery_id,
            run_after=now,
            wake_at=now,
            received_at=order.received_at or now,
            created_at=now,
        )

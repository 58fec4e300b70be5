"""Jobs from submission to settlement: one database, one folder, and a staged sandbox."""

import uuid
from dataclasses import dataclass
from pathlib import Path

from fakes.books import assert_books_balance
from fakes.clock import SettableClock
from fakes.customers import Customer, welcome
from fakes.renderer import StagedChildren, workshop_for
from sqlmodel import Session, col, select

from models.billing.catalogue import Catalogue, read_catalogue
from models.jobs.job import Job
from models.jobs.options import CaptionOptions, SketchOptions
from models.media.facts import MediaInfo, MediaKind
from models.media.files import Media
from models.messaging.deliveries import Delivery
from pipeline.jobs.entitlements import Entitlements
from pipeline.jobs.job_runner import JobRunner
from pipeline.jobs.queue import WakeupQueue, broker_for
from pipeline.jobs.service import JobRequest, Pipeline
from pipeline.jobs.sweeper import Sweeper
from storage.billing.ledger import CreditBalance
from storage.db import Database
from storage.media.files import MeasuredFile


@dataclass
class Shop:
    """Everything from submission to settlement, on the test's clock."""

    database: Database
    clock: SettableClock
    children: StagedChildren
    workshop: JobRunner
    pipeline: Pipeline
    sweeper: Sweeper
    customer: Customer
    folder: Path

    @classmethod
    def open(cls, database: Database, clock: SettableClock, folder: Path, redis_url: str = "") -> "Shop":
        children = StagedChildren()
        workshop = workshop_for(database, folder, children)
        queue = WakeupQueue(broker_for(redis_url))
        access = Entitlements(many_at_once())
        pipeline = Pipeline(database, workshop.store, queue, children, access, workshop.retention)
        sweeper = Sweeper(workshop, queue, interval=0.05)
        return cls(database, clock, children, workshop, pipeline, sweeper, welcome(database), folder)

    def another_workshop(self, name: str = "worker-2") -> JobRunner:
        return workshop_for(self.database, self.folder, self.children, owner=name)

    def receive(self, content: bytes = b"a picture", *, seconds: float | None = None) -> Media:
        """A stored file of the customer; with `seconds` it is a video."""
        path = self.folder / uuid.uuid4().hex
        path.write_bytes(content)
        kind, name = (MediaKind.VIDEO, "mp4") if seconds else (MediaKind.IMAGE, "png")
        facts = MediaInfo(kind, name, len(content), 640, 360, seconds, has_audio=bool(seconds))
        with (
            self.pipeline.stage_upload([MeasuredFile.from_path(path, facts)]) as (file,),
            self.database.transaction() as session,
        ):
            return self.pipeline.create_media(session, self.customer.person, file, self.clock())

    def submit(self, media: Media | None = None, options: SketchOptions | CaptionOptions | None = None) -> Job:
        order = JobRequest(
            self.customer.person, self.customer.address, [media or self.receive()], options or SketchOptions(), "msg-7"
        )
        with self.database.transaction() as session:
            return self.pipeline.submit(session, order)

    def cancel(self, job: Job) -> Job | None:
        with self.database.transaction() as session:
            return self.pipeline.cancel(session, job.id, self.customer.person)

    def job(self, job: Job) -> Job:
        with self.database.read_transaction() as session:
            return session.get_one(Job, job.id)

    def owed(self, job: Job) -> list[Delivery]:
        wanted = select(Delivery).where(col(Delivery.cause) == f"job:{job.id}").order_by(col(Delivery.part))
        with self.database.read_transaction() as session:
            return list(session.exec(wanted))

    def credits(self) -> CreditBalance:
        """The customer's credits; also checks the ledger's invariants."""
        with self.database.transaction() as session:
            assert_books_balance(session)
            return self.standing(session)

    def standing(self, session: Session) -> CreditBalance:
        return self.pipeline.account_status_of(session, self.customer.person).credits

    def left_behind(self) -> list[Path]:
        """Temporary files and folders that finished jobs left behind."""
        passing = self.workshop.retention.temp_folder
        return list(passing.iterdir()) if passing.exists() else []


def many_at_once() -> Catalogue:
    """The shipped catalogue, but with as many concurrent jobs per customer as waiting ones."""
    shipped = read_catalogue()
    plans = {name: plan.model_copy(update={"running": plan.waiting}) for name, plan in shipped.plans.items()}
    return shipped.model_copy(update={"plans": plans})

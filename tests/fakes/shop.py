"""A place where jobs are submitted and done: one database, one folder, staged children."""

import uuid
from dataclasses import dataclass
from pathlib import Path

from fakes.books import assert_books_balance
from fakes.clock import SettableClock
from fakes.customers import Customer, welcome
from fakes.renderer import StagedChildren, workshop_for
from sqlmodel import Session, col, select

from models.catalogue import Catalogue, read_catalogue
from models.deliveries import Delivery
from models.files import Media
from models.films import CaptionOptions, SketchOptions
from models.jobs import Job
from models.media import Facts, MediaKind
from pipeline.access import Access
from pipeline.queue import Queue, broker_for
from pipeline.service import Order, Pipeline
from pipeline.sweep import Sweeper
from pipeline.workshop import Workshop
from storage.db import Database
from storage.files import Measured
from storage.ledger import Credits


@dataclass
class Shop:
    """Everything from submission to settlement, on the test's clock."""

    database: Database
    clock: SettableClock
    children: StagedChildren
    workshop: Workshop
    pipeline: Pipeline
    sweeper: Sweeper
    customer: Customer
    folder: Path

    @classmethod
    def open(cls, database: Database, clock: SettableClock, folder: Path, redis_url: str = "") -> "Shop":
        children = StagedChildren()
        workshop = workshop_for(database, folder, children)
        queue = Queue(broker_for(redis_url))
        access = Access(many_at_once())
        pipeline = Pipeline(database, workshop.store, queue, children, access, workshop.keeping)
        sweeper = Sweeper(workshop, queue, seconds=0.05)
        return cls(database, clock, children, workshop, pipeline, sweeper, welcome(database), folder)

    def another_workshop(self, name: str = "worker-2") -> Workshop:
        return workshop_for(self.database, self.folder, self.children, owner=name)

    def receive(self, content: bytes = b"a picture", *, seconds: float | None = None) -> Media:
        """A file of the customer's, kept; with `seconds` it is a video."""
        path = self.folder / uuid.uuid4().hex
        path.write_bytes(content)
        kind, name = (MediaKind.VIDEO, "mp4") if seconds else (MediaKind.IMAGE, "png")
        facts = Facts(kind, name, len(content), 640, 360, seconds, has_audio=bool(seconds))
        with self.pipeline.deposit([Measured.of(path, facts)]) as (file,), self.database.transaction() as session:
            return self.pipeline.keep(session, self.customer.person, file, self.clock())

    def submit(self, media: Media | None = None, options: SketchOptions | CaptionOptions | None = None) -> Job:
        order = Order(
            self.customer.person, self.customer.address, [media or self.receive()], options or SketchOptions(), "msg-7"
        )
        with self.database.transaction() as session:
            return self.pipeline.submit(session, order)

    def cancel(self, job: Job) -> Job | None:
        with self.database.transaction() as session:
            return self.pipeline.cancel(session, job.id, self.customer.person)

    def job(self, job: Job) -> Job:
        with self.database.reading() as session:
            return session.get_one(Job, job.id)

    def owed(self, job: Job) -> list[Delivery]:
        wanted = select(Delivery).where(col(Delivery.cause) == f"job:{job.id}").order_by(col(Delivery.part))
        with self.database.reading() as session:
            return list(session.exec(wanted))

    def credits(self) -> Credits:
        """The customer's credits; the books are looked over on the way."""
        with self.database.transaction() as session:
            assert_books_balance(session)
            return self.standing(session)

    def standing(self, session: Session) -> Credits:
        return self.pipeline.standing(session, self.customer.person).credits

    def left_behind(self) -> list[Path]:
        """Files and folders of work that is over."""
        passing = self.workshop.keeping.passing
        return list(passing.iterdir()) if passing.exists() else []


def many_at_once() -> Catalogue:
    """The catalogue that is shipped, only that one customer may keep all hands of a worker busy."""
    shipped = read_catalogue()
    plans = {name: plan.model_copy(update={"running": plan.waiting}) for name, plan in shipped.plans.items()}
    return shipped.model_copy(update={"plans": plans})

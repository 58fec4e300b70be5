"""Jobs from submission to settlement: one database, one folder, and a staged sandbox."""

import uuid
from dataclasses import dataclass
from pathlib import Path

from fakes.clock import SettableClock
from fakes.ledger_checks import assert_ledger_balances
from fakes.sample_customers import SampleCustomer, create_customer
from fakes.staged_sandbox import StagedSandbox, job_runner_for
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
class JobWorld:
    """Everything from submission to settlement, on the test's clock."""

    database: Database
    clock: SettableClock
    sandbox: StagedSandbox
    job_runner: JobRunner
    pipeline: Pipeline
    sweeper: Sweeper
    customer: SampleCustomer
    folder: Path

    @classmethod
    def open(cls, database: Database, clock: SettableClock, folder: Path, redis_url: str = "") -> "JobWorld":
        sandbox = StagedSandbox()
        job_runner = job_runner_for(database, folder, sandbox)
        queue = WakeupQueue(broker_for(redis_url))
        access = Entitlements(build_parallel_catalogue())
        pipeline = Pipeline(database, job_runner.store, queue, sandbox, access, job_runner.retention)
        sweeper = Sweeper(job_runner, queue, interval=0.05)
        return cls(database, clock, sandbox, job_runner, pipeline, sweeper, create_customer(database), folder)

    def create_job_runner(self, name: str = "worker-2") -> JobRunner:
        return job_runner_for(self.database, self.folder, self.sandbox, owner=name)

    def receive_media(self, content: bytes = b"a picture", *, seconds: float | None = None) -> Media:
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

    def submit_job(self, media: Media | None = None, options: SketchOptions | CaptionOptions | None = None) -> Job:
        request = JobRequest(
            self.customer.person,
            self.customer.address,
            [media or self.receive_media()],
            options or SketchOptions(),
            "msg-7",
        )
        with self.database.transaction() as session:
            return self.pipeline.submit(session, request)

    def cancel_job(self, job: Job) -> Job | None:
        with self.database.transaction() as session:
            return self.pipeline.cancel(session, job.id, self.customer.person)

    def reload_job(self, job: Job) -> Job:
        with self.database.read_transaction() as session:
            return session.get_one(Job, job.id)

    def list_deliveries(self, job: Job) -> list[Delivery]:
        query = select(Delivery).where(col(Delivery.cause) == f"job:{job.id}").order_by(col(Delivery.part))
        with self.database.read_transaction() as session:
            return list(session.exec(query))

    def get_credits(self) -> CreditBalance:
        """The customer's credits; also checks the ledger's invariants."""
        with self.database.transaction() as session:
            assert_ledger_balances(session)
            return self.credits_in(session)

    def credits_in(self, session: Session) -> CreditBalance:
        return self.pipeline.account_status_of(session, self.customer.person).credits

    def list_leftovers(self) -> list[Path]:
        """Temporary files and folders that finished jobs left behind."""
        temp_folder = self.job_runner.retention.temp_folder
        return list(temp_folder.iterdir()) if temp_folder.exists() else []


def build_parallel_catalogue() -> Catalogue:
    """The shipped catalogue, but with as many concurrent jobs per customer as waiting ones."""
    shipped = read_catalogue()
    plans = {name: plan.model_copy(update={"running": plan.waiting}) for name, plan in shipped.plans.items()}
    return shipped.model_copy(update={"plans": plans})

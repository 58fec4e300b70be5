"""One process of a run: it accepts orders, does jobs, or both."""

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from fakes.sample_customers import SampleCustomer, create_customer
from fakes.sandbox_steps import start_forkserver
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, func, select

from models.billing.catalogue import Catalogue
from models.billing.plans import FREE_PLAN, Plan
from models.billing.prices import Price, PriceStep
from models.jobs.job import UNFINISHED_STATUSES, Job
from models.jobs.options import SketchOptions
from models.media.facts import MediaInfo, MediaKind
from models.retries import JOB_RETRIES, Backoff
from models.settings import Settings
from pipeline.jobs.entitlements import Entitlements
from pipeline.jobs.queue import WakeupQueue, broker_for
from pipeline.jobs.service import JobRequest, Pipeline
from pipeline.jobs.worker import WorkerPool, create_worker_pool, retention_from
from pipeline.sandbox.client import SandboxClient, ignore, return_false
from pipeline.sandbox.limits import ResourceLimits
from storage.db import Database
from storage.media.files import MeasuredFile
from storage.media.media_store import FolderMediaStore
from storage.messaging import updates
from tools.chaos.record import Record
from tools.chaos.script import Act, Script

ROOMY: Final = 100_000
PEOPLE: Final = (("ana", "main"), ("bia", "main"), ("caio", "main"), ("davi", "second"), ("eva", "second"))
CATALOGUE: Final = Catalogue(
    price=Price(steps=(PriceStep(minutes=1, credits=1),), per_minute=1),
    plans={FREE_PLAN: Plan(credits=ROOMY, paid=False, watermark=False, waiting=ROOMY, running=ROOMY, longest=60)},
)


class Assignment(BaseModel):
    """What a process is told: where everything is, and how it is to work."""

    folder: Path
    database_url: str
    redis_url: str
    seed: int
    orders: int = 0  # to accept in all
    shortest: float = 0.2  # seconds a film takes to make
    longest: float = 0.5
    most_waiting: int = 40  # the accepting process pauses above
    hands: int = 2
    lease_seconds: float = 4.0
    sweep_seconds: float = 0.5
    patience: float = 2.0  # seconds a stopped worker gives its running jobs
    pauses: tuple[float, float] = (0.3, 0.6)  # seconds before the second and third attempt at what failed

    @property
    def handed_in(self) -> Path:
        """Where others leave orders, each a file of its own."""
        return self.folder / "orders"

    @property
    def settings(self) -> Settings:
        return Settings(
            _env_file=None,
            data_dir=self.folder,
            groq_api_key=None,
            workers=self.hands,
            lease_seconds=self.lease_seconds,
            sweep_seconds=self.sweep_seconds,
        )

    def script(self, number: int) -> Script:
        """The order of that number: the same one however often the accepting process begins anew."""
        chance = random.Random(f"{self.seed}:{number}")
        return Script(number=number, seconds=round(chance.uniform(self.shortest, self.longest), 3))


class ActingChildren(SandboxClient):
    """The product's own children, doing what the picture says; every start and end is noted."""

    def __init__(self, record: Record) -> None:
        super().__init__()
        self._record = record

    def run(
        self,
        task: str,
        arguments: Mapping[str, Any],
        *,
        directory: Path,
        limits: ResourceLimits,
        on_progress: Callable[[str, float], None] = ignore,
        is_cancelled: Callable[[], bool] = return_false,
        on_usage: Callable[[float], None] = ignore,
    ) -> Any:
        script = Script.model_validate_json(arguments["inputs"][0].read_bytes())
        self._record.note("start", script.number)
        if script.act is Act.KILL_WORKER:
            os.kill(os.getpid(), signal.SIGKILL)
        try:
            return super().run(
                "tools.chaos.films:make",
                {
                    "act": str(script.act),
                    "seconds": script.seconds,
                    "out": arguments["out"],
                    "beside": (arguments["still"], arguments["svg"]),
                },
                directory=directory,
                limits=_limited(limits, script.act),
                on_progress=on_progress,
                is_cancelled=is_cancelled,
                on_usage=on_usage,
            )
        finally:
            self._record.note("end", script.number)


def _limited(allowance: ResourceLimits, act: Act) -> ResourceLimits:
    """The product's own, lowered so that whoever runs into a limit does so soon."""
    seconds = 2.0 if act is Act.SPIN else allowance.wall_seconds
    return replace(allowance, memory=400_000_000, wall_seconds=seconds)


@dataclass(slots=True)
class Site:
    """What every process of a run holds, composed as the product's own processes are."""

    given: Assignment
    db: Database
    pipeline: Pipeline
    record: Record
    children: ActingChildren

    @classmethod
    def open(cls, given: Assignment) -> "Site":
        db, record = Database(given.database_url), Record.within(given.folder)
        children = ActingChildren(record)
        pipeline = Pipeline(
            db,
            FolderMediaStore(given.folder / "media"),
            WakeupQueue(broker_for(given.redis_url)),
            children,
            Entitlements(CATALOGUE),
            retention_from(given.settings),
        )
        return cls(given, db, pipeline, record, children)

    def close(self) -> None:
        self.pipeline.queue.broker.close()
        self.children.close()
        self.db.close()

    def crew(self) -> WorkerPool:
        site = self.pipeline
        made = create_worker_pool(self.db, site.store, site.queue, self.children, self.given.settings)
        first, second = self.given.pauses
        made.runner.retry_policy = replace(JOB_RETRIES, backoff=Backoff(first, second, factor=second / first))
        return made

    def customers(self) -> list[SampleCustomer]:
        return [create_customer(self.db, name, tenant=tenant) for name, tenant in PEOPLE]

    def submit(self, customer: SampleCustomer, script: Script) -> bool:
        """Take one order in, in one transaction with its update; False when that was done before.

        An order counts as accepted when the commit is through, and only then.
        """
        with self._sent(script) as (picture,), self.db.transaction() as session:
            now = self.db.clock()
            is_new = updates.mark_handled(session, customer.account.id, [str(script.number)], now)
            job = self._ordered(session, customer, picture, script) if is_new else None
        self.record.note("accepted", script.number)
        if job is not None:
            self.pipeline.wake_worker(job.id)
        return is_new

    @contextlib.contextmanager
    def _sent(self, script: Script) -> Iterator[tuple[MeasuredFile, ...]]:
        """What a customer sends, in the store."""
        with self.pipeline.retention.open_temp_folder() as folder:
            path = folder / "picture"
            path.write_text(script.model_dump_json())
            file = MeasuredFile.from_path(path, MediaInfo(MediaKind.IMAGE, "png", path.stat().st_size, 640, 360))
            with self.pipeline.stage_upload([file]) as deposited:
                yield deposited

    def _ordered(self, session: Session, customer: SampleCustomer, picture: MeasuredFile, script: Script) -> Job:
        media = self.pipeline.create_media(session, customer.person, picture, self.db.clock())
        order = JobRequest(customer.person, customer.address, [media], SketchOptions(), reply_to=str(script.number))
        return self.pipeline.submit(session, order)

    def waiting(self) -> int:
        with self.db.read_transaction() as session:
            return session.exec(select(func.count(col(Job.id))).where(col(Job.status).in_(UNFINISHED_STATUSES))).one()


def accept(site: Site) -> None:
    """Accept every order not accepted yet, then what is handed in, until SIGTERM; an absent database is waited for."""
    customers = site.customers()
    number = max((event.number for event in site.record.events("accepted")), default=-1) + 1
    while signal.SIGTERM not in signal.sigpending():
        try:
            if number >= site.given.orders:
                _accept_handed_in(site, customers)
            elif site.waiting() < site.given.most_waiting:
                site.submit(customers[number % len(customers)], site.given.script(number))
                number += 1
        except SQLAlchemyError:
            time.sleep(0.1)
        time.sleep(0.02)


def _accept_handed_in(site: Site, customers: list[SampleCustomer]) -> None:
    for path in sorted(site.given.handed_in.glob("*.json")):
        script = Script.model_validate_json(path.read_bytes())
        site.submit(customers[script.number % len(customers)], script)
        path.unlink()


def main(assignment: str, *roles: str) -> None:
    """Work by the assignment in this file until SIGTERM; the roles are `accept`, `work` or both."""
    site = Site.open(Assignment.model_validate_json(Path(assignment).read_text()))
    with contextlib.ExitStack() as stack:
        stack.callback(site.close)
        if "work" in roles:
            start_forkserver(site.children)
        # waited for, not handled: Event.wait misses a signal that comes as it begins, and Event.set may not be called
        # from a handler that interrupts it
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        if "work" in roles:
            working = site.crew()
            stack.callback(working.stop, site.given.patience)
            working.start()
        site.record.note("ready")
        if "accept" in roles:
            accept(site)
        signal.sigwait({signal.SIGTERM})

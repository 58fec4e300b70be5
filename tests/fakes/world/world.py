"""World: the real pipeline, job runner, conversation and senders on one database, clock and folder.

What is attached decides the rest: the sandbox and the renderer are parameters; accounts in memory are created by
`get_account()`, and channels, billing and the composition root are built on a world by the modules beside this one.
"""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fakes.clock import TICK, SettableClock
from fakes.ledger_checks import assert_ledger_balances
from fakes.memory_channel import ALL_CAPABILITIES, MemoryChannel
from fakes.outbox_steps import send_due
from fakes.sample_customers import SampleCustomer
from fakes.world.described_files import StubSandbox
from fakes.world.stub_renderer import StubRenderer
from sqlmodel import Session, col, select, text

from bots.core.channel import Capabilities, Channel
from bots.core.conversation.conversation import Conversation
from bots.core.conversation.payment_links import PaymentLinks
from bots.core.delivery.outbox_sender import OutboxSender
from bots.core.delivery.progress_updater import ProgressUpdater
from bots.core.rate_limit import SenderLimiter
from bots.core.update_handler import UpdateHandler
from models.billing.catalogue import Catalogue, read_catalogue
from models.billing.payments import Provider
from models.identity.people import MAIN_TENANT, Account
from models.jobs.job import Job, JobClaim
from models.jobs.options import CaptionOptions, SketchOptions
from models.limits import load_limits
from models.media.facts import MediaInfo, MediaKind
from models.media.files import Media
from models.messaging.deliveries import Delivery
from pipeline.jobs.entitlements import Entitlements
from pipeline.jobs.job_runner import JobRunner
from pipeline.jobs.queue import QUEUE_NAME, WakeupQueue, broker_for
from pipeline.jobs.service import JobRequest, Pipeline
from pipeline.jobs.sweeper import Sweeper
from pipeline.operations.file_retention import Retention
from pipeline.previews.renderer import PreviewRenderer, create_preview_cache
from storage.billing.ledger import CreditBalance
from storage.db import Database
from storage.identity import people
from storage.identity.account_secrets import AccountSecrets
from storage.jobs import jobs
from storage.media.files import MeasuredFile
from storage.media.media_store import FolderMediaStore

SHIPPED_CATALOGUE = read_catalogue()
SECRET = b"the secret of the house"
START_TIME = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass(slots=True)
class BotAccount:
    """One account of a tenant: its channel and its update handler."""

    account: Account
    channel: MemoryChannel
    handler: UpdateHandler


@dataclass(slots=True)
class World:
    """`customer` orders the jobs of `submit_job()`; only worlds opened for one have it."""

    folder: Path
    db: Database
    clock: SettableClock
    pipeline: Pipeline
    job_runner: JobRunner
    customer: SampleCustomer = field(init=False)
    accounts: dict[str, BotAccount] = field(default_factory=dict)
    channels: dict[Any, Any] = field(default_factory=dict)
    outbox_sender: OutboxSender = field(init=False)
    progress_updater: ProgressUpdater = field(init=False)
    sweeper: Sweeper = field(init=False)

    def __post_init__(self) -> None:
        retention, executor = self.pipeline.retention, self.pipeline.file_executor
        cache = create_preview_cache(self.folder)
        previews = PreviewRenderer(self.sandbox, self.store, cache, retention.open_temp_folder, executor)
        self.outbox_sender = OutboxSender(
            self.db, self.store, self.channels, monotonic=self.clock.monotonic, previews=previews
        )
        self.progress_updater = self.create_progress_updater()
        self.sweeper = Sweeper(self.job_runner, self.pipeline.queue, interval=0.05)

    @classmethod
    def open(
        cls,
        folder: Path,
        db: Database,
        clock: SettableClock | None = None,
        *,
        sandbox: Any = None,
        renderer: Any = None,
        catalogue: Catalogue | None = None,
        redis_url: str = "",
        retention: Retention | None = None,
    ) -> "World":
        """A world in that folder. Without a clock the database gets one that starts at `START_TIME` and ticks."""
        if clock is None:
            clock = db.clock = SettableClock(START_TIME, TICK)
        pipeline = Pipeline(
            db=db,
            store=FolderMediaStore(folder / "media"),
            queue=WakeupQueue(broker_for(redis_url)),
            sandbox=sandbox or StubSandbox(),
            entitlements=Entitlements(catalogue or SHIPPED_CATALOGUE),
            retention=retention or Retention(folder / "passing"),
        )
        runner = JobRunner(db, pipeline.store, renderer or StubRenderer(), pipeline.retention, "worker-1")
        return cls(folder, db, clock, pipeline, runner)

    @property
    def store(self) -> FolderMediaStore:
        return self.pipeline.store  # type: ignore[return-value]

    @property
    def sandbox(self) -> Any:
        return self.pipeline.sandbox

    @property
    def renderer(self) -> Any:
        return self.job_runner.renderer

    def create_progress_updater(self) -> ProgressUpdater:
        """A new one, as in a process that just started."""
        return ProgressUpdater(self.db, self.channels, self.clock.monotonic)

    def create_job_runner(self, owner: str = "worker-2") -> JobRunner:
        """Another one, which shares everything but its name."""
        return JobRunner(self.db, self.store, self.renderer, self.pipeline.retention, owner)

    def create_account(self, channel: str, name: str, tenant: str = MAIN_TENANT) -> Account:
        with self.db.transaction() as session:
            return people.get_or_create_account(session, people.get_or_create_tenant(session, tenant).id, channel, name)

    def get_account(
        self,
        name: str = "bot",
        tenant: str = MAIN_TENANT,
        admin_ids: frozenset[str] = frozenset(),
        capabilities: Capabilities = ALL_CAPABILITIES,
        providers: frozenset[Provider] = frozenset(),
        payment_links: PaymentLinks | None = None,
    ) -> BotAccount:
        """The account of that name on a channel in memory; a new one the first time."""
        if name not in self.accounts:
            account = self.create_account("memory", name, tenant)
            channel = MemoryChannel(self.clock.monotonic, capabilities)
            handler = self.create_handler(account, channel, admin_ids, providers, payment_links)
            self.accounts[name] = BotAccount(account, channel, handler)
        return self.accounts[name]

    def create_handler(
        self,
        account: Account,
        channel: Channel,
        admin_ids: frozenset[str] = frozenset(),
        providers: frozenset[Provider] = frozenset(),
        payment_links: PaymentLinks | None = None,
        messages_per_minute: int | None = None,
    ) -> UpdateHandler:
        """A handler for that channel, which delivers the account's messages from now on."""
        self.channels[account.id] = channel
        limits = load_limits().person
        if messages_per_minute is not None:
            limits = limits.model_copy(
                update={"messages_per_minute": messages_per_minute, "taps_per_minute": messages_per_minute}
            )
        return UpdateHandler(
            self.db,
            account,
            channel,
            Conversation(self.pipeline),
            self.outbox_sender.wake,
            admin_ids,
            SenderLimiter(limits, self.clock.monotonic),
            providers,
            payment_links,
            account_secrets=AccountSecrets(SECRET),
            previews=self.outbox_sender.previews,
        )

    async def deliver_all(self) -> None:
        """Send messages until none is due."""
        while await send_due(self.outbox_sender):
            pass

    async def advance_progress(self, seconds: float = 3.0) -> None:
        """Advance time, and update progress messages."""
        self.clock.advance(seconds)
        await asyncio.gather(*await self.progress_updater.start_edits(), return_exceptions=True)

    def receive_media(self, content: bytes = b"a picture", *, seconds: float | None = None) -> Media:
        """A stored file of the customer; with `seconds` it is a video."""
        path = self.folder / uuid.uuid4().hex
        path.write_bytes(content)
        kind, name = (MediaKind.VIDEO, "mp4") if seconds else (MediaKind.IMAGE, "png")
        facts = MediaInfo(kind, name, len(content), 640, 360, seconds, has_audio=bool(seconds))
        with (
            self.pipeline.stage_upload([MeasuredFile.from_path(path, facts)]) as (file,),
            self.db.transaction() as session,
        ):
            return self.pipeline.create_media(session, self.customer.person, file, self.clock())

    def submit_job(self, media: Media | None = None, options: SketchOptions | CaptionOptions | None = None) -> Job:
        ordered = [media or self.receive_media()], options or SketchOptions(), "msg-7"
        with self.db.transaction() as session:
            return self.pipeline.submit(session, JobRequest(self.customer.person, self.customer.address, *ordered))

    def cancel_job(self, job: Job) -> Job | None:
        with self.db.transaction() as session:
            return self.pipeline.cancel(session, job.id, self.customer.person)

    def run_job(self) -> bool:
        """Run one job; returns whether there was one."""
        return self.job_runner.run_next_job()

    def claim_job(self) -> JobClaim:
        """Claim a job without running it."""
        with self.db.transaction() as session:
            claim = jobs.claim_next(session, "tester", self.clock(), timedelta(minutes=5))
        assert claim is not None
        return claim

    def report_progress(self, claim: JobClaim, stage: str, progress: float) -> None:
        with self.db.transaction() as session:
            jobs.report_progress(session, claim, stage, progress)

    def reload_job(self, job: Job) -> Job:
        with self.db.read_transaction() as session:
            return session.get_one(Job, job.id)

    def list_jobs(self) -> list[Job]:
        """All jobs, oldest first; on SQLite alone."""
        with self.db.read_transaction() as session:
            return list(session.exec(select(Job).order_by(col(Job.created_at), text("job.rowid"))))

    def list_input_names(self, job: Job) -> list[str]:
        with self.db.read_transaction() as session:
            return [media.name for media in jobs.list_inputs(session, job.id)]

    def list_deliveries(self, job: Job) -> list[Delivery]:
        query = select(Delivery).where(col(Delivery.cause) == f"job:{job.id}").order_by(col(Delivery.part))
        with self.db.read_transaction() as session:
            return list(session.exec(query))

    def get_credits(self) -> CreditBalance:
        """The customer's credits; also checks the ledger's invariants."""
        with self.db.transaction() as session:
            assert_ledger_balances(session)
            return self.credits_in(session)

    def credits_in(self, session: Session) -> CreditBalance:
        return self.pipeline.account_status_of(session, self.customer.person).credits

    def list_leftovers(self) -> list[Path]:
        """Temporary files and folders that finished jobs left behind."""
        temp_folder = self.pipeline.retention.temp_folder
        return list(temp_folder.iterdir()) if temp_folder.exists() else []

    def run_in_transaction(self, change: Callable[[Session], None]) -> None:
        with self.db.transaction() as session:
            change(session)

    def count_wakeups(self) -> int:
        """The number of wake-ups in the queue."""
        return int(self.pipeline.queue.broker.queues[QUEUE_NAME].qsize())

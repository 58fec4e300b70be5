"""The product's own functions, by what a person waits for and what is done every few seconds, with goals."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from fakes.databases import rolled_back_transaction_of
from fakes.outbox_steps import send_due
from fakes.world.described_files import build_picture
from fakes.world.users import FakeUser
from fakes.world.world import BotAccount, World
from sqlmodel import Session, col, select

from bots.core.operations.health_checks import HealthThresholds, build_health_checks, is_healthy
from bots.web.monitoring.metrics import DatabaseCollector
from models.identity.people import Address, Person, Tenant
from pipeline.operations.alerting import Alerting
from pipeline.operations.daily_report import build_report
from storage.jobs import jobs, progress_messages, queue_position
from storage.media import files
from storage.messaging import audiences, broadcasts, outbox
from storage.operations import retention
from tools.scale import backlogs
from tools.scale.fill import Size

LEASE = timedelta(seconds=30)
DAY = timedelta(days=1)
OWNER = "4"  # external id of the operator's owner


@dataclass(frozen=True, slots=True)
class Measurement:
    """A function to be timed, the milliseconds it may take, and what has to be in the database before it."""

    name: str
    goal: float
    run: Callable[[], object]
    prepare: Callable[[], object] = lambda: None


@dataclass(slots=True)
class Business:
    """A world whose operator has an account on a channel in memory, with its people; `size` is how many there are."""

    world: World
    size: Size
    account: BotAccount = field(init=False)
    _broadcast_id: Any = None
    _people: Iterator[int] = field(default_factory=lambda: itertools.count(10, 2))  # those of the operator

    def __post_init__(self) -> None:
        self.account = self.world.get_account(admin_ids=frozenset({f"memory:{OWNER}"}))

    def list_measurements(self) -> Iterator[Measurement]:
        yield Measurement("progress look, nothing running", 3, self._read(self._look_at_progress))
        yield Measurement("/balance", 18, partial(self._send_text, "/balance"))
        yield Measurement("/start", 15, partial(self._send_text, "/start"))
        yield Measurement("a picture submitted", 40, self._send_picture)
        yield Measurement("files to let go, none due", 5, self._roll_back(self._list_expired))
        yield Measurement("deliveries pruned, none due", 5, self._roll_back(self._prune_deliveries))
        yield Measurement("updates pruned, none due", 5, self._roll_back(self._prune_updates))
        yield Measurement("/metrics", 50, lambda: list(DatabaseCollector(self.world.db).collect()))
        yield Measurement("alarms' look", 20, Alerting(self.world.db).check)
        yield Measurement("/stats", 150, partial(self._command, "/stats"))
        yield Measurement("/stats 30", 150, partial(self._command, "/stats 30"))
        yield Measurement("/usage", 150, partial(self._command, "/usage"))
        yield Measurement("daily report", 150, self._read(self._build_report))
        yield Measurement("broadcast preview", 100, self._read(self._find_audience), self.world.sweeper.count_audiences)
        yield Measurement("feed of a broadcast, 25 messages", 20, self._roll_back(self._feed), self._begin_broadcast)
        yield Measurement("outbox claim, 50,000 pending", 5, self._roll_back(self._claim_due), self._add_pending)
        yield Measurement(
            "/metrics, with the same backlog", 50, lambda: list(DatabaseCollector(self.world.db).collect())
        )

    def list_queue_measurements(self) -> Iterator[Measurement]:
        """With a queue that grows to a hundred thousand jobs."""
        for number, more in ((1_000, 1_000), (10_000, 9_000), (100_000, 90_000)):
            prepare = partial(self._add_jobs, more)
            yield Measurement(f"claim, {number:,} runnable", 5, self._roll_back(self._claim_job), prepare)
            yield Measurement(f"place in the queue, {number:,} queued", 20, self._read(self._compute_positions))

    def work(self) -> None:
        """Everything else that is done every few seconds, or for each job."""
        world = self.world
        self._send_picture()
        asyncio.run(send_due(world.outbox_sender))
        world.sweeper.sweep()
        world.run_job()
        asyncio.run(world.advance_progress())
        world.clock.advance(hours=2)
        for task in (world.sweeper.roll_up, world.sweeper.release_expired_files, world.sweeper.move_merged_credits):
            task()
        for task in (world.sweeper.expire_invoices, world.sweeper.prune_rows):
            task()
        thresholds = HealthThresholds()
        is_healthy(build_health_checks(world.db, world.folder, thresholds))
        self.account.handler.list_unhandled()

    def _read(self, query: Callable[[Session], object]) -> Callable[[], object]:
        def run() -> None:
            with self.world.db.read_transaction() as session:
                query(session)

        return run

    def _roll_back(self, change: Callable[[Session], object]) -> Callable[[], object]:
        """Run a change and undo it, so that each time the same is there."""

        def run() -> None:
            with rolled_back_transaction_of(self.world.db) as session:
                change(session)

        return run

    def _send_text(self, text: str) -> None:
        user = self._next_user()
        asyncio.run(self.account.handler.handle(user.build_inbound(text=text)))

    def _send_picture(self) -> None:
        user = self._next_user()
        picture = build_picture(800, 100 + int(user.id) % 1000)
        asyncio.run(self.account.handler.handle(user.build_files_inbound(picture)))

    def _command(self, text: str) -> None:
        user = FakeUser(self.world, self.account, OWNER, chat=OWNER)
        asyncio.run(self.account.handler.handle(user.build_inbound(text=text)))

    def _next_user(self) -> FakeUser:
        number = str(next(self._people))
        return FakeUser(self.world, self.account, number, chat=number)

    def _look_at_progress(self, session: Session) -> object:
        return progress_messages.list_with_progress_message(session, [self.account.account.id])

    def _list_expired(self, session: Session) -> object:
        return files.list_expired(session, self.world.clock() - 2 * DAY)

    def _prune_deliveries(self, session: Session) -> object:
        return retention.prune_deliveries(session, self.world.clock() - 91 * DAY, 500)

    def _prune_updates(self, session: Session) -> object:
        return retention.prune_updates(session, self.world.clock() - 31 * DAY, 500)

    def _build_report(self, session: Session) -> object:
        tenant, now = session.get_one(Tenant, self.account.account.tenant_id), self.world.clock()
        today = now.replace(hour=0, minute=0, second=0)
        return build_report(session, tenant, today - DAY, today, now)

    def _find_audience(self, session: Session) -> object:
        return audiences.find_audience(session, self.account.account.tenant_id, self.world.clock())

    def _claim_due(self, session: Session) -> object:
        return outbox.claim_due(session, [self.account.account.id], self.world.clock(), LEASE)

    def _feed(self, session: Session) -> None:
        for broadcast in broadcasts.claim_open(session):
            broadcasts.enqueue_next(session, broadcast, self.world.clock())
            broadcasts.finish_if_complete(session, broadcast, self.world.clock())

    def _add_jobs(self, number: int) -> None:
        with self.world.db.transaction() as session:
            backlogs.add_queued_jobs(session, number, self.world.clock())

    def _claim_job(self, session: Session) -> object:
        return jobs.claim_next(session, "worker", self.world.clock(), LEASE)

    def _compute_positions(self, session: Session) -> object:
        return queue_position.compute_positions(session, self.world.clock())

    def _add_pending(self) -> None:
        with self.world.db.transaction() as session:
            backlogs.add_pending_deliveries(session, self.account.account, self.size, self.world.clock())

    def _begin_broadcast(self) -> None:
        self._command("/start")  # so that the author is known
        account = self.account.account
        with self.world.db.transaction() as session:
            person = session.exec(select(Person).where(Person.external_id == OWNER)).one()
            address = session.exec(
                select(Address).where(col(Address.account_id) == account.id, Address.chat == OWNER)
            ).one()
            backlogs.begin_broadcast(session, account, (person.id, address.id), self.size, self.world.clock())

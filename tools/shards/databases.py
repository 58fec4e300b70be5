"""The same choice of shards on real PostgreSQL databases, with the product's own queue and claims in each."""

import random
import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from fakes.concurrency import run_concurrently
from fakes.sample_customers import add_job, create_customer
from sqlalchemy import bindparam, exists, literal, union_all
from sqlalchemy import select as select_columns
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from models.columns import UtcDateTime, utc_now
from models.identity.people import Tenant
from models.jobs.fair_queue import QueuedPerson, QueuedTenant
from models.jobs.job import Job, JobClaim, JobStatus
from storage.constants import build_constants
from storage.db import Database
from storage.jobs import jobs, scheduling
from storage.jobs.conditions import IS_RUNNING
from storage.jobs.scheduling import MAX_CONSECUTIVE_PAID, JobStart
from tools.shards.shard_choice import Claim, Head, Peek, Policy, ShardChooser, ShardDown, Steps
from tools.shards.shard_map import ShardMap

LEASE: Final = timedelta(hours=1)
NOW: Final = bindparam("now", type_=UtcDateTime())


@dataclass(frozen=True, slots=True)
class Start:
    """The start of a job, as its row tells of it."""

    job_id: uuid.UUID
    shard: str
    tenant: str
    paid: bool
    at: datetime


@dataclass(slots=True)
class RealShards:
    """Databases by the names of their shards, with the tenants that a map puts there."""

    databases: Mapping[str, Database]
    shard_map: ShardMap
    claimed: list[tuple[str, uuid.UUID]] = field(default_factory=list)  # in the order of the claims
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def submit(self, tenant: str, people: int, jobs_each: int) -> None:
        """Jobs of a tenant's people, in its shard; every other one of a person is paid."""
        database = self.databases[self.shard_map.find_shard(tenant)]
        for number in range(people):
            customer = create_customer(database, f"{tenant}-{number}", tenant=tenant)
            with database.transaction() as session:
                for index in range(jobs_each):
                    add_job(session, customer, utc_now(), paid=index % 2 == 0)

    def claim_all(self, threads: int, policy: Policy, limit: int | None = None) -> None:
        """Claim jobs by so many workers at once, each until it finds none or has as many as the limit."""
        names = self.shard_map.shards
        choosers = [
            ShardChooser(names, policy, names[index % len(names)], random.Random(index)) for index in range(threads)
        ]
        run_concurrently([lambda chooser=chooser: self._claim_until_empty(chooser, limit) for chooser in choosers])

    def list_starts(self) -> list[Start]:
        """All starts, in their order."""
        return sorted(
            (start for shard in self.databases for start in self._list_starts(shard)), key=lambda each: each.at
        )

    def _claim_until_empty(self, chooser: ShardChooser, limit: int | None) -> None:
        number = 0
        while (limit is None or number < limit) and (found := self.claim_next(chooser)):
            number += 1
            with self._lock:
                self.claimed.append((found[0], found[1].job_id))

    def claim_next(self, chooser: ShardChooser) -> tuple[str, JobClaim] | None:
        """One claim of a worker, from whichever shard it chooses."""
        found = self._carry_out(chooser.iterate_steps(utc_now().timestamp()))
        if found:
            with self.databases[found[0]].read_transaction() as session:
                job = session.get_one(Job, found[1].job_id)
            chooser.record_start(JobStart(job.paid, utc_now()))
        return found

    def _carry_out(self, steps: Steps) -> tuple[str, JobClaim] | None:
        try:
            request = next(steps)
            while True:
                try:
                    answer = self._answer(request)
                except OperationalError:
                    request = steps.throw(ShardDown(request.shard))
                else:
                    request = steps.send(answer)
        except StopIteration as stop:
            return stop.value

    def _answer(self, request: Peek | Claim) -> Any:
        database = self.databases[request.shard]
        if isinstance(request, Claim):
            with database.transaction() as session:
                return jobs.claim_next(session, "worker", utc_now(), LEASE)
        with database.read_transaction() as session:
            return find_head(session, utc_now())

    def _list_starts(self, shard: str) -> Sequence[Start]:
        statement = (
            select(Job.id, Tenant.name, Job.paid, Job.started_at).join(Tenant).where(col(Job.started_at).is_not(None))
        )
        with self.databases[shard].read_transaction() as session:
            return [Start(job_id, shard, *values) for job_id, *values in session.exec(statement)]


def find_head(session: Session, now: datetime) -> Head | None:
    """The job that `jobs.claim_next` would start in this database, by one statement that locks nothing.

    Limits of people and kinds of jobs are not looked at: the claim does, and another shard is next if it finds nothing.
    """
    rows = session.connection().execute(_HEAD, {"now": now}).all()
    turns = {row.paid: row for row in rows if row.what == "turn"}
    if any(row.what == "interrupted" for row in rows):
        return Head(False, False, now, now, is_interrupted=True)
    if not turns:
        return None
    starts = sorted((JobStart(row.paid, row.at) for row in rows if row.what == "start"), key=lambda each: each.at)
    is_due = scheduling.is_free_due(starts[::-1], min((row.at for row in rows if row.what == "oldest"), default=None))
    paid = True in turns and not (is_due and False in turns)
    return Head(paid, is_due, turns[paid].at, turns[paid].since)


def _build_turn(*, paid: bool) -> Any:
    """The tenant that is next among those with paid, or free, jobs."""
    is_waiting = exists().where(
        col(QueuedPerson.paid) == paid, col(QueuedPerson.tenant_id) == col(QueuedTenant.tenant_id)
    )
    order = (col(QueuedTenant.served_at), col(QueuedTenant.waiting_since), col(QueuedTenant.tenant_id))
    columns = _build_columns("turn", literal(paid), col(QueuedTenant.served_at), col(QueuedTenant.waiting_since))
    return select_columns(*columns).where(is_waiting).order_by(*order).limit(1)


def _build_columns(what: str, paid: Any, at: Any, since: Any) -> tuple[Any, ...]:
    return literal(what).label("what"), paid.label("paid"), at.label("at"), since.label("since")


_STARTS: Final = (
    select_columns(*_build_columns("start", col(Job.paid), col(Job.started_at), col(Job.started_at)))
    .where(col(Job.started_at).is_not(None))
    .order_by(col(Job.started_at).desc())
    .limit(MAX_CONSECUTIVE_PAID)
)
_OLDEST_FREE: Final = (
    select_columns(
        *_build_columns("oldest", literal(False), col(QueuedPerson.waiting_since), col(QueuedPerson.waiting_since))
    )
    .where(col(QueuedPerson.paid).is_(False))
    .order_by(col(QueuedPerson.waiting_since))
    .limit(1)
)
_EXPIRED: Final = (
    select_columns(*_build_columns("interrupted", col(Job.paid), col(Job.created_at), col(Job.created_at)))
    .where(IS_RUNNING, col(Job.lease_until) < NOW)
    .limit(1)
)
_REQUEUED: Final = (
    select_columns(*_build_columns("interrupted", col(Job.paid), col(Job.created_at), col(Job.created_at)))
    .where(
        col(Job.status).in_(build_constants([JobStatus.QUEUED])),
        col(Job.started_at).is_not(None),
        col(Job.run_after) <= NOW,
    )
    .limit(1)
)
_HEAD: Final = union_all(
    *(
        select_columns(part.subquery())
        for part in (_build_turn(paid=True), _build_turn(paid=False), _STARTS, _OLDEST_FREE, _EXPIRED, _REQUEUED)
    )
)

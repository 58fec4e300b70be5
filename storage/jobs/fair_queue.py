"""Fair queue of the jobs that wait for their first start, kept in a row for each person and tenant.

A claim looks up the tenant whose turn it is, in it the person, and of the person the oldest job: few steps in indexes,
however many jobs wait and whatever the statistics of the planner say. Claims of different persons do not wait for each
other: each locks its person's row, and passes over those that others have locked.
"""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import case, delete, exists, func, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.jobs.fair_queue import NEVER, QueuedPerson, QueuedTenant
from models.jobs.job import Job
from storage.jobs.conditions import IS_FRESH
from storage.jobs.fair_queue_statements import (
    DELETE_EMPTY_TURN,
    IS_TURN,
    LOCK_TURN,
    SELECT_FREE_PERSON,
    SELECT_HEAD,
    SELECT_OLDEST_JOB,
    SELECT_TENANTS,
    SELECT_WAITING_PERSON,
    TENANT_BATCH,
    UPDATE_TENANT,
    UPDATE_TURNS,
)
from storage.upsert import execute_dml

FAIRNESS_WINDOW: Final = timedelta(hours=1)  # starts before it are forgotten
MAX_PICKS: Final = 20  # by one claim, while others claim the jobs of the same persons


class Turn(NamedTuple):
    """The job whose turn it is, and whose it is."""

    job_id: uuid.UUID
    person_id: uuid.UUID
    tenant_id: uuid.UUID
    paid: bool


def enter(session: Session, job: Job) -> None:
    """Put a new job into the queue, in the transaction that creates it."""
    values = {"person_id": job.person_id, "paid": job.paid, "tenant_id": job.tenant_id, "served_at": NEVER}
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    person = insert(QueuedPerson).values(
        **values | {"served_at": _find_last_start(job), "waiting_since": job.created_at}
    )
    new, old = person.excluded.waiting_since, col(QueuedPerson.waiting_since)
    session.connection().execute(
        # an update even of a row that stays as it is: it waits for a claim that would otherwise delete the row
        person.on_conflict_do_update(
            index_elements=["person_id", "paid"], set_={"waiting_since": case((new < old, new), else_=old)}
        )
    )
    tenant = {"tenant_id": job.tenant_id, "served_at": NEVER, "waiting_since": job.created_at}
    session.connection().execute(insert(QueuedTenant).values(**tenant).on_conflict_do_nothing())


def build_values(now: datetime, kinds: Sequence[str] | None) -> dict[str, Any]:
    """Values of the parameters of `NOW` and `HAS_KIND`; without `kinds` every kind will do."""
    return {"now": now, "kinds": kinds or [], "any_kind": kinds is None}


def pick_next(session: Session, now: datetime, kinds: Sequence[str] | None, *, paid: bool) -> Turn | None:
    """The paid, or free, job whose turn it is; its row and its person's are locked until the transaction ends."""
    values = build_values(now, kinds) | {"is_paid": paid}
    for _ in range(MAX_PICKS):
        if turn := _pick_free(session, values):
            return turn
        locked = _find_person(session, values, SELECT_WAITING_PERSON)
        if locked is None:
            return None
        _wait_for_lock(session, values | locked)
    return None


def _pick_free(session: Session, values: dict[str, Any]) -> Turn | None:
    """The turn of a person whom no other claim has locked.

    The job is looked up once its person is locked: what the first statement saw may have been claimed meanwhile.
    """
    with session.connection().begin_nested() as savepoint:
        found = _find_person(session, values, SELECT_FREE_PERSON)
        if found and (job_id := session.scalar(SELECT_HEAD, values | found)):
            return Turn(job_id, found["person"], found["tenant"], values["is_paid"])
        savepoint.rollback()  # no lock is kept, so that no two claims wait for each other
    return None


def _find_person(
    session: Session, values: dict[str, Any], query: SelectOfScalar[uuid.UUID]
) -> dict[str, uuid.UUID] | None:
    for tenant_id in _iterate_tenants(session, paid=values["is_paid"]):
        if person_id := session.scalar(query, values | {"tenant": tenant_id}):
            return {"person": person_id, "tenant": tenant_id}
    return None


def _wait_for_lock(session: Session, values: dict[str, Any]) -> None:
    """Wait until another claim of this person is committed."""
    with session.connection().begin_nested() as savepoint:
        session.scalar(LOCK_TURN, values)
        savepoint.rollback()


def record_start(session: Session, turn: Turn, now: datetime) -> None:
    """Move a person and their tenant to the end, once the job is no longer in the queue."""
    values = {"person": turn.person_id, "is_paid": turn.paid, "tenant": turn.tenant_id, "now": now}
    for statement in (DELETE_EMPTY_TURN, UPDATE_TURNS, UPDATE_TENANT):
        session.connection().execute(statement, values)


def remove(session: Session, job: Job) -> None:
    """Take a job that has ended out of the queue, if it was never started.

    To be called after the person's credits are locked, as they are when a job enters: in another order a person who
    submits one job and cancels another at the same time could make the two wait for each other.
    """
    session.flush()
    if job.started_at is None:
        _update_turn(session, {"person": job.person_id, "is_paid": job.paid})


def restore(session: Session, jobs: Sequence[uuid.UUID]) -> None:
    """Put jobs into the queue that are in none, as a version before this queue leaves them."""
    for job in session.exec(select(Job).where(col(Job.id).in_(jobs), IS_FRESH)):
        enter(session, job)


def forget_old_starts(session: Session, now: datetime) -> None:
    """Forget starts before the window, and tenants without jobs that wait."""
    before = now - FAIRNESS_WINDOW
    has_queued = exists().where(col(QueuedPerson.tenant_id) == col(QueuedTenant.tenant_id))
    execute_dml(session, delete(QueuedTenant).where(col(QueuedTenant.served_at) < before, ~has_queued))
    for table in (QueuedTenant, QueuedPerson):
        is_old = (col(table.served_at) > NEVER) & (col(table.served_at) < before)
        execute_dml(session, update(table).where(is_old).values(served_at=NEVER))


def _iterate_tenants(session: Session, *, paid: bool) -> Iterator[uuid.UUID]:
    skipped = 0
    while True:
        found = session.scalars(SELECT_TENANTS, {"is_paid": paid, "skipped": skipped}).all()
        yield from found
        if len(found) < TENANT_BATCH:
            return
        skipped += TENANT_BATCH


def _update_turn(session: Session, values: dict[str, Any]) -> None:
    """Write when the person's oldest waiting job came, or delete the row if there is none."""
    if session.scalar(LOCK_TURN, values) is None:
        return
    if oldest := session.scalar(SELECT_OLDEST_JOB, values):
        session.connection().execute(update(QueuedPerson).where(IS_TURN).values(waiting_since=oldest), values)
    else:
        session.connection().execute(DELETE_EMPTY_TURN, values)


def _find_last_start(job: Job) -> Any:
    """The last start of the person's jobs within the window before this one was created, else NEVER."""
    last = select(func.max(Job.started_at)).where(
        col(Job.person_id) == job.person_id, col(Job.started_at) > job.created_at - FAIRNESS_WINDOW
    )
    return func.coalesce(last.scalar_subquery(), NEVER)

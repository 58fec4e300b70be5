"""Statements of the fair queue of jobs, built once: claims are executed too often to build them anew."""

from typing import Any, Final

from sqlalchemy import BindParameter, Boolean, Uuid, bindparam, case, delete, exists, func, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from models.columns import UtcDateTime
from models.jobs.fair_queue import QueuedPerson, QueuedTenant
from models.jobs.job import Job, JobStatus
from storage.constants import build_constants
from storage.jobs.conditions import IS_FRESH

TENANT_BATCH: Final = 4  # tenants looked up at a time
NOW: Final = bindparam("now", type_=UtcDateTime())
_Head, _Running = aliased(Job), aliased(Job)
_PAID: Final = bindparam("is_paid", type_=Boolean())
_TENANT: Final = bindparam("tenant", type_=Uuid())
_PERSON: Final = bindparam("person", type_=Uuid())
IS_TURN: Final = (col(QueuedPerson.person_id) == _PERSON) & (col(QueuedPerson.paid) == _PAID)
_KINDS: Final[BindParameter[Any]] = bindparam("kinds", expanding=True)
_HAS_ANY_KIND: Final = bindparam("any_kind", type_=Boolean())
HAS_KIND: Final = or_(_HAS_ANY_KIND, col(Job.kind).in_(_KINDS))
_HEAD: Final = (
    select(_Head.id)
    .where(
        col(_Head.person_id) == col(QueuedPerson.person_id),
        col(_Head.paid) == col(QueuedPerson.paid),
        col(_Head.status).in_(build_constants([JobStatus.QUEUED])),
        col(_Head.started_at).is_(None),
        col(_Head.run_after) <= NOW,
        or_(_HAS_ANY_KIND, col(_Head.kind).in_(_KINDS)),
    )
    .order_by(col(_Head.created_at), col(_Head.id))
    .limit(1)
    .correlate(QueuedPerson)
    .scalar_subquery()
)
_RUNNING_COUNT: Final = (
    select(func.count())
    .where(
        col(_Running.person_id) == col(Job.person_id),
        col(_Running.status).in_(build_constants([JobStatus.RUNNING])),
        col(_Running.lease_until) >= NOW,
    )
    .correlate(Job)
    .scalar_subquery()
)
IS_WITHIN_LIMIT: Final = or_(col(Job.at_once).is_(None), col(Job.at_once) > _RUNNING_COUNT)
SELECT_WAITING_PERSON: Final = (  # of a tenant, the one whose turn it is and who may start a job
    select(QueuedPerson.person_id)
    .join(Job, col(Job.id) == _HEAD)
    .where(col(QueuedPerson.tenant_id) == _TENANT, col(QueuedPerson.paid) == _PAID, IS_WITHIN_LIMIT)
    .order_by(col(QueuedPerson.served_at), col(QueuedPerson.waiting_since), col(QueuedPerson.person_id))
    .limit(1)
)
SELECT_FREE_PERSON: Final = SELECT_WAITING_PERSON.with_for_update(of=QueuedPerson, skip_locked=True)
SELECT_HEAD: Final = (
    select(Job.id)
    .join(QueuedPerson, col(Job.id) == _HEAD)
    .where(IS_TURN, IS_WITHIN_LIMIT)
    .with_for_update(of=Job, skip_locked=True)
)
LOCK_TURN: Final = select(QueuedPerson.person_id).where(IS_TURN).with_for_update()
SELECT_TENANTS: Final = (
    select(QueuedTenant.tenant_id)
    .where(exists().where(col(QueuedPerson.paid) == _PAID, col(QueuedPerson.tenant_id) == col(QueuedTenant.tenant_id)))
    .order_by(col(QueuedTenant.served_at), col(QueuedTenant.waiting_since), col(QueuedTenant.tenant_id))
    .limit(TENANT_BATCH)
    .offset(bindparam("skipped"))
)
_IS_OF_TURN: Final = col(Job.person_id) == _PERSON, col(Job.paid) == _PAID, IS_FRESH
SELECT_OLDEST_JOB: Final = select(func.min(Job.created_at)).where(*_IS_OF_TURN)
UPDATE_TENANT: Final = (
    update(QueuedTenant)
    .where(
        col(QueuedTenant.tenant_id).in_(  # whoever has it locked sets about the same time
            select(QueuedTenant.tenant_id)
            .where(col(QueuedTenant.tenant_id) == _TENANT)
            .with_for_update(skip_locked=True)
        )
    )
    .values(served_at=NOW)
)
DELETE_EMPTY_TURN: Final = delete(QueuedPerson).where(IS_TURN, ~exists().where(*_IS_OF_TURN))
UPDATE_TURNS: Final = (  # of the person's paid and free jobs
    update(QueuedPerson)
    .where(
        col(QueuedPerson.person_id) == _PERSON,
        col(QueuedPerson.paid).in_(  # not waited for: two claims of one person would wait for each other
            select(QueuedPerson.paid).where(col(QueuedPerson.person_id) == _PERSON).with_for_update(skip_locked=True)
        ),
    )
    .values(
        served_at=NOW,
        waiting_since=case(
            (col(QueuedPerson.paid) == _PAID, func.coalesce(SELECT_OLDEST_JOB.scalar_subquery(), NOW)),
            else_=col(QueuedPerson.waiting_since),
        ),
    )
)

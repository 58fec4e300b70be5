"""Tenants of this installation: creation, ownership, limits, pausing and removal."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from models.identity.people import MAIN_TENANT, PauseReason, Person, Tenant, TenantLimits
from models.identity.roles import Role
from models.jobs.job import Job
from models.media.files import StoredFile
from storage.identity import people
from storage.jobs.conditions import IS_UNFINISHED
from storage.upsert import execute_dml, insert_once

INVITATION_LIFETIME = timedelta(days=7)
REMOVAL_GRACE_PERIOD = timedelta(days=30)  # between the removal of a tenant and the deletion of its data
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class TenantUsage:
    """Usage of a tenant: people, jobs waiting or running, bytes of stored files."""

    people_count: int
    waiting_jobs: int
    storage_bytes: int


def create_tenant(session: Session, name: str, now: datetime) -> Tenant | None:
    """Insert a tenant; None where there is one of that name."""
    if not insert_once(session, Tenant(name=name, created_at=now)):
        return None
    return people.get_or_create_tenant(session, name)


def list_tenants(session: Session) -> list[Tenant]:
    """All tenants except the operator's own, by name; without those whose data are being deleted."""
    query = select(Tenant).where(col(Tenant.name) != MAIN_TENANT, col(Tenant.erasing_at).is_(None))
    return list(session.exec(query.order_by(col(Tenant.name))))


def find_by_name(session: Session, name: str) -> Tenant | None:
    """One of `list_tenants`, by name."""
    return next((each for each in list_tenants(session) if each.name == name.lower()), None)


def create_invitation(session: Session, tenant: Tenant, now: datetime) -> str:
    """A single-use code that makes its sender the owner within INVITATION_LIFETIME; replaces an older one."""
    code = secrets.token_hex(10)
    tenant.invitation, tenant.invited_until = _hash_code(code), now + INVITATION_LIFETIME
    session.flush()
    return code


def redeem_invitation(session: Session, code: str, now: datetime) -> Tenant | None:
    """The tenant of an invitation code, which is used up; None for an invalid one."""
    is_open = (
        col(Tenant.invitation) == _hash_code(code), col(Tenant.invited_until) > now, col(Tenant.erasing_at).is_(None)
    )  # fmt: skip
    found = session.exec(select(Tenant).where(*is_open)).one_or_none()
    if found is None:
        return None
    statement = update(Tenant).where(col(Tenant.id) == found.id, *is_open).values(invitation=None, invited_until=None)
    return found if execute_dml(session, statement) == 1 else None


def set_owner(session: Session, tenant: Tenant, person: Person) -> None:
    """Make a person of the operator's tenant the owner of a tenant; the previous owner loses the role there."""
    for identity in _list_owner_identities(session, tenant):
        previous_owner = people.find_by_identity(session, tenant.id, f"{identity.channel}:{identity.external_id}")
        if previous_owner is not None and previous_owner.role == Role.OWNER.stored_name:
            previous_owner.role = None
    tenant.owner_id, tenant.covered_at = person.id, None
    session.flush()


def is_owner(session: Session, tenant: Tenant, channel: str, external_id: str) -> bool:
    """Whether a messenger id is one of the tenant's owner in the operator's tenant."""
    return any(
        (each.channel, each.external_id) == (channel, external_id) for each in _list_owner_identities(session, tenant)
    )


def find_owner(session: Session, tenant: Tenant) -> Person | None:
    """The person of the operator's tenant who owns a tenant."""
    found = session.get(Person, tenant.owner_id) if tenant.owner_id else None
    return people.resolve_merged(session, found) if found else None


def list_owned_by(session: Session, person: Person) -> list[Tenant]:
    """The tenants owned by a person of the operator's tenant."""
    person_ids = people.list_merged_ids(session, person)
    return [each for each in list_tenants(session) if each.owner_id in person_ids]


def pause(tenant: Tenant, reason: PauseReason, now: datetime) -> None:
    tenant.paused_at, tenant.pause = tenant.paused_at or now, reason


def resume(tenant: Tenant) -> None:
    """Unpause; cancels a scheduled removal, and lets a tenant run that nobody pays for."""
    tenant.paused_at, tenant.pause, tenant.remove_at, tenant.covered_at = None, "", None, None


def schedule_removal(tenant: Tenant, now: datetime) -> None:
    """Pause a tenant; its data are deleted after the grace period."""
    pause(tenant, PauseReason.REMOVED, now)
    tenant.remove_at = now + REMOVAL_GRACE_PERIOD


def set_limits(tenant: Tenant, limits: TenantLimits) -> None:
    tenant.limits = limits.model_dump(exclude_none=True)


def measure_usage(session: Session, tenant: Tenant) -> TenantUsage:
    return TenantUsage(
        _count_people(session, tenant), count_waiting_jobs(session, tenant), sum_storage_bytes(session, tenant)
    )


def count_waiting_jobs(session: Session, tenant: Tenant) -> int:
    """Number of jobs that wait or run."""
    query = select(func.count()).where(col(Job.tenant_id) == tenant.id, IS_UNFINISHED)
    return session.exec(query).one()


def sum_storage_bytes(session: Session, tenant: Tenant) -> int:
    """Bytes of the tenant's stored files."""
    query = select(func.coalesce(func.sum(StoredFile.size), 0)).where(col(StoredFile.tenant_id) == tenant.id)
    return int(session.exec(query).one())


def count_earlier_people(session: Session, tenant: Tenant, person: Person) -> int:
    """Number of people who had written to a tenant before this one."""
    query = select(func.count()).where(
        col(Person.tenant_id) == tenant.id,
        col(Person.merged_into_id).is_(None),
        col(Person.created_at) < person.created_at,
    )
    return session.exec(query).one()


def _count_people(session: Session, tenant: Tenant) -> int:
    query = select(func.count()).where(col(Person.tenant_id) == tenant.id, col(Person.merged_into_id).is_(None))
    return session.exec(query).one()


def _list_owner_identities(session: Session, tenant: Tenant) -> list[Person]:
    """The owner's rows in the operator's tenant, merged ones too, one per messenger identity."""
    person = find_owner(session, tenant)
    return [session.get_one(Person, each) for each in people.list_merged_ids(session, person)] if person else []


def _hash_code(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()

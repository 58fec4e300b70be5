"""Tenants of this installation: creation, ownership, limits, pausing and removal."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from models.files import StoredFile
from models.jobs import WAITING, Job
from models.people import MAIN, Pause, Person, Tenant, TenantLimits
from models.roles import Role
from storage import people
from storage.rows import changed, insert_once

INVITED_FOR = timedelta(days=7)
GRACE = timedelta(days=30)  # between the removal of a tenant and the deletion of its data
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Use:
    """Usage of a tenant: people, jobs waiting or running, bytes of stored files."""

    people: int
    waiting: int
    storage: int


def create(session: Session, name: str, now: datetime) -> Tenant | None:
    """Insert a tenant; None where there is one of that name."""
    if not insert_once(session, Tenant(name=name, created_at=now)):
        return None
    return people.tenant_named(session, name)


def listed(session: Session) -> list[Tenant]:
    """All tenants except the operator's own, by name; without those whose data are being deleted."""
    wanted = select(Tenant).where(col(Tenant.name) != MAIN, col(Tenant.erasing_at).is_(None))
    return list(session.exec(wanted.order_by(col(Tenant.name))))


def named(session: Session, name: str) -> Tenant | None:
    """One of `list_tenants`, by name."""
    return next((each for each in listed(session) if each.name == name.lower()), None)


def invite(session: Session, tenant: Tenant, now: datetime) -> str:
    """A single-use code that makes its sender the owner within INVITATION_LIFETIME; replaces an older one."""
    code = secrets.token_hex(10)
    tenant.invitation, tenant.invited_until = _digest(code), now + INVITED_FOR
    session.flush()
    return code


def invited(session: Session, code: str, now: datetime) -> Tenant | None:
    """The tenant of an invitation code, which is used up; None for an invalid one."""
    is_open = (
        col(Tenant.invitation) == _digest(code), col(Tenant.invited_until) > now, col(Tenant.erasing_at).is_(None)
    )  # fmt: skip
    found = session.exec(select(Tenant).where(*is_open)).one_or_none()
    if found is None:
        return None
    used = update(Tenant).where(col(Tenant.id) == found.id, *is_open).values(invitation=None, invited_until=None)
    return found if changed(session, used) == 1 else None


def give_to(session: Session, tenant: Tenant, person: Person) -> None:
    """Make a person of the operator's tenant the owner of a tenant; the previous owner loses the role there."""
    for external in _selves(session, tenant):
        before = people.identified(session, tenant.id, f"{external.channel}:{external.external_id}")
        if before is not None and before.role == Role.OWNER.kept:
            before.role = None
    tenant.owner_id, tenant.covered_at = person.id, None
    session.flush()


def is_owner(session: Session, tenant: Tenant, channel: str, external_id: str) -> bool:
    """Whether a messenger id is one of the tenant's owner in the operator's tenant."""
    return any((each.channel, each.external_id) == (channel, external_id) for each in _selves(session, tenant))


def owner(session: Session, tenant: Tenant) -> Person | None:
    """The person of the operator's tenant who owns a tenant."""
    found = session.get(Person, tenant.owner_id) if tenant.owner_id else None
    return people.merged(session, found) if found else None


def owned(session: Session, person: Person) -> list[Tenant]:
    """The tenants owned by a person of the operator's tenant."""
    selves = people.selves(session, person)
    return [each for each in listed(session) if each.owner_id in selves]


def pause(tenant: Tenant, why: Pause, now: datetime) -> None:
    tenant.paused_at, tenant.pause = tenant.paused_at or now, why


def resume(tenant: Tenant) -> None:
    """Unpause; cancels a scheduled removal, and lets a tenant run that nobody pays for."""
    tenant.paused_at, tenant.pause, tenant.remove_at, tenant.covered_at = None, "", None, None


def remove(tenant: Tenant, now: datetime) -> None:
    """Pause a tenant; its data are deleted after the grace period."""
    pause(tenant, Pause.REMOVED, now)
    tenant.remove_at = now + GRACE


def limit(tenant: Tenant, limits: TenantLimits) -> None:
    tenant.limits = limits.model_dump(exclude_none=True)


def use(session: Session, tenant: Tenant) -> Use:
    return Use(_people(session, tenant), waiting(session, tenant), storage(session, tenant))


def waiting(session: Session, tenant: Tenant) -> int:
    """Number of jobs that wait or run."""
    wanted = select(func.count()).where(col(Job.tenant_id) == tenant.id, col(Job.status).in_(WAITING))
    return session.exec(wanted).one()


def storage(session: Session, tenant: Tenant) -> int:
    """Bytes of the tenant's stored files."""
    wanted = select(func.coalesce(func.sum(StoredFile.size), 0)).where(col(StoredFile.tenant_id) == tenant.id)
    return int(session.exec(wanted).one())


def came_before(session: Session, tenant: Tenant, person: Person) -> int:
    """Number of people who had written to a tenant before this one."""
    wanted = select(func.count()).where(
        col(Person.tenant_id) == tenant.id,
        col(Person.merged_into_id).is_(None),
        col(Person.created_at) < person.created_at,
    )
    return session.exec(wanted).one()


def _people(session: Session, tenant: Tenant) -> int:
    wanted = select(func.count()).where(col(Person.tenant_id) == tenant.id, col(Person.merged_into_id).is_(None))
    return session.exec(wanted).one()


def _selves(session: Session, tenant: Tenant) -> list[Person]:
    """The owner's rows in the operator's tenant, merged ones too, one per messenger identity."""
    found = owner(session, tenant)
    return [session.get_one(Person, each) for each in people.selves(session, found)] if found else []


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()

"""Admission check: whether a tenant accepts new jobs at all, whatever the user has paid for."""

from sqlmodel import Session

from models.errors import Code, Refused
from models.people import Person, Tenant
from models.roles import IN_CHARGE
from storage import maintenance, tenants


def obstacle(session: Session, person: Person) -> Refused | None:
    """The reason why this user's jobs are not accepted now, None if they are.

    Users in charge of the tenant pass its own maintenance mode and are not counted in its limit of people.
    """
    tenant = session.get_one(Tenant, person.tenant_id)
    if tenant.paused_at is not None:
        return Refused(Code.PAUSED)
    return _maintenance(session, person) or _limits(session, tenant, person)


def _maintenance(session: Session, person: Person) -> Refused | None:
    row = maintenance.in_force(session, person.tenant_id)
    if row is None or (row.tenant_id == person.tenant_id and person.role in IN_CHARGE):
        return None
    return Refused(Code.MAINTENANCE, note=row.text) if row.text else Refused(Code.MAINTENANCE)


def _limits(session: Session, tenant: Tenant, person: Person) -> Refused | None:
    allowed = tenant.allowed
    if allowed.waiting is not None and tenants.waiting(session, tenant) >= allowed.waiting:
        return Refused(Code.TENANT_BUSY)
    if allowed.storage is not None and tenants.storage(session, tenant) >= allowed.storage * tenants.MEGABYTE:
        return Refused(Code.TENANT_FULL)
    is_counted = allowed.people is not None and person.role not in IN_CHARGE
    if is_counted and tenants.came_before(session, tenant, person) >= (allowed.people or 0):
        return Refused(Code.TENANT_FULL)
    return None

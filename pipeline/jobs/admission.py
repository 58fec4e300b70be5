"""Admission check: whether a tenant accepts new jobs at all, whatever the user has paid for."""

from dataclasses import dataclass

from sqlmodel import Session

from models.errors import ErrorCode, RequestRejected
from models.identity.people import Person, Tenant
from models.identity.roles import ADMIN_ROLES
from storage.operations import maintenance
from storage.tenants import tenants


@dataclass(frozen=True, slots=True)
class Admission:
    """Result of the check: the reason why a user's jobs are not accepted now, None if they are."""

    rejection: RequestRejected | None


def check_admission(session: Session, person: Person) -> Admission:
    """Check whether this user's jobs are accepted now.

    Users in charge of the tenant pass its own maintenance mode and are not counted in its limit of people.
    """
    tenant = session.get_one(Tenant, person.tenant_id)
    if tenant.paused_at is not None:
        return Admission(RequestRejected(ErrorCode.PAUSED))
    return Admission(_find_maintenance_rejection(session, person) or _find_limit_rejection(session, tenant, person))


def _find_maintenance_rejection(session: Session, person: Person) -> RequestRejected | None:
    row = maintenance.find_effective(session, person.tenant_id)
    if row is None or (row.tenant_id == person.tenant_id and person.role in ADMIN_ROLES):
        return None
    return RequestRejected(ErrorCode.MAINTENANCE, note=row.text) if row.text else RequestRejected(ErrorCode.MAINTENANCE)


def _find_limit_rejection(session: Session, tenant: Tenant, person: Person) -> RequestRejected | None:
    limits = tenant.usage_limits
    if limits.waiting is not None and tenants.count_waiting_jobs(session, tenant) >= limits.waiting:
        return RequestRejected(ErrorCode.TENANT_BUSY)
    if limits.storage is not None and tenants.sum_storage_bytes(session, tenant) >= limits.storage * tenants.MEGABYTE:
        return RequestRejected(ErrorCode.TENANT_FULL)
    is_counted = limits.people is not None and person.role not in ADMIN_ROLES
    if is_counted and tenants.count_earlier_people(session, tenant, person) >= (limits.people or 0):
        return RequestRejected(ErrorCode.TENANT_FULL)
    return None

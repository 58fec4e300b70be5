"""Maintenance mode: whether new jobs are accepted."""

import uuid
from datetime import datetime

from sqlmodel import Session, col, select

from models.identity.people import MAIN_TENANT, Person, Tenant
from models.messaging.broadcasts import Maintenance
from storage.upsert import insert_once


def turn_on(session: Session, person: Person, text: str, now: datetime) -> None:
    """Accept no new jobs of this person's tenant; of all tenants where it is the operator's own."""
    insert_once(session, Maintenance(tenant_id=person.tenant_id, person_id=person.id, since=now))
    row = session.get_one(Maintenance, person.tenant_id)
    row.text = text
    session.flush()


def turn_off(session: Session, tenant_id: uuid.UUID) -> bool:
    """End a tenant's maintenance mode; whether it was on."""
    row = session.get(Maintenance, tenant_id)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True


def find_own(session: Session, tenant_id: uuid.UUID) -> Maintenance | None:
    """A tenant's own maintenance mode."""
    return session.get(Maintenance, tenant_id)


def find_effective(session: Session, tenant_id: uuid.UUID) -> Maintenance | None:
    """The maintenance mode that applies to a tenant: the operator's, else its own."""
    query = (
        select(Maintenance, Tenant.name)
        .join(Tenant, col(Tenant.id) == col(Maintenance.tenant_id))
        .where((col(Tenant.id) == tenant_id) | (col(Tenant.name) == MAIN_TENANT))
    )
    rows = {name: row for row, name in session.exec(query)}
    return rows.pop(MAIN_TENANT, None) or next(iter(rows.values()), None)

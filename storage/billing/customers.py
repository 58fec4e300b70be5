"""Mapping between the payment provider's customers and people."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, select

from models.billing.payments import Customer
from models.billing.plans import FREE_PLAN
from models.identity.people import Person
from storage.identity.people import resolve_merged
from storage.upsert import execute_dml, insert_once

LINK_LIFETIME = timedelta(days=30)


def link(session: Session, person: Person, external_id: str) -> None:
    """Record that a person has paid as this customer."""
    insert_once(session, Customer(tenant_id=person.tenant_id, person_id=person.id, external_id=external_id))


def forget(session: Session, tenant_id: uuid.UUID, external_id: str) -> None:
    """Remove the links of all people to a customer that the provider does not have any more."""
    statement = delete(Customer).where(col(Customer.tenant_id) == tenant_id, col(Customer.external_id) == external_id)
    execute_dml(session, statement)


def customer_of(session: Session, person: Person) -> str | None:
    """The id of the customer the person paid as last."""
    query = select(Customer.external_id).where(col(Customer.person_id) == person.id)
    return session.exec(query.order_by(col(Customer.created_at).desc())).first()


def person_of(session: Session, tenant_id: uuid.UUID, external_id: str, now: datetime | None = None) -> Person | None:
    """The person who paid as this customer first; else, where `now` is given, one linked to it by an e-mail code."""
    linked_until = col(Customer.linked_until)
    query = (
        select(Person)
        .join(Customer, col(Customer.person_id) == col(Person.id))
        .where(
            col(Customer.tenant_id) == tenant_id,
            col(Customer.external_id) == external_id,
            linked_until.is_(None)
            if now is None
            else or_(linked_until.is_(None), linked_until > now),  # an e-mail code makes nobody the payer
        )
        .order_by(linked_until.is_not(None), col(Customer.created_at))
    )
    found = session.exec(query).first()
    return resolve_merged(session, found) if found else None


def link_temporarily(session: Session, person: Person, external_id: str, now: datetime) -> datetime | None:
    """Give a person a customer's access for a while; until when. None: the person is the payer, and needs no code."""
    linked_until = now + LINK_LIFETIME
    row = Customer(tenant_id=person.tenant_id, person_id=person.id, external_id=external_id, created_at=now)
    row.linked_until = linked_until
    if insert_once(session, row):
        return linked_until
    filters = (
        col(Customer.tenant_id) == person.tenant_id,
        col(Customer.person_id) == person.id,
        col(Customer.external_id) == external_id,
        col(Customer.linked_until).is_not(None),
    )
    return (
        linked_until
        if execute_dml(session, update(Customer).where(*filters).values(linked_until=linked_until))
        else None
    )


def is_link_expired(session: Session, person: Person, external_id: str, now: datetime) -> bool:
    """Whether a person was linked to a customer temporarily, and that time has passed."""
    query = select(Customer.id).where(
        col(Customer.person_id) == person.id,
        col(Customer.external_id) == external_id,
        col(Customer.linked_until) <= now,
    )
    return session.exec(query).first() is not None


def list_people_with_expired_link(session: Session, tenant_id: uuid.UUID, now: datetime) -> list[Person]:
    """People on a plan whose temporary link to a customer has expired within the last LINK_LIFETIME."""
    query = (
        select(Person)
        .join(Customer, col(Customer.person_id) == col(Person.id))
        .where(
            col(Customer.tenant_id) == tenant_id,
            col(Customer.linked_until) <= now,
            col(Customer.linked_until) > now - LINK_LIFETIME,
            col(Person.plan) != FREE_PLAN,
        )
        .distinct()
    )
    return list(session.exec(query).all())

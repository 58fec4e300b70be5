"""Mapping between the payment provider's customers and people."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from models.catalogue import FREE
from models.payments import Customer
from models.people import Person
from storage.people import merged
from storage.rows import changed, insert_once

LENT = timedelta(days=30)


def know(session: Session, person: Person, external_id: str) -> None:
    """Record that a person has paid as this customer."""
    insert_once(session, Customer(tenant_id=person.tenant_id, person_id=person.id, external_id=external_id))


def customer_of(session: Session, person: Person) -> str | None:
    """The id of the customer the person paid as last."""
    wanted = select(Customer.external_id).where(col(Customer.person_id) == person.id)
    return session.exec(wanted.order_by(col(Customer.created_at).desc())).first()


def person_of(session: Session, tenant_id: uuid.UUID, external_id: str, now: datetime | None = None) -> Person | None:
    """The person who paid as this customer first; else, where `now` is given, one linked to it by an e-mail code."""
    lent = col(Customer.linked_until)
    wanted = (
        select(Person)
        .join(Customer, col(Customer.person_id) == col(Person.id))
        .where(
            col(Customer.tenant_id) == tenant_id,
            col(Customer.external_id) == external_id,
            lent.is_(None) if now is None else or_(lent.is_(None), lent > now),  # an e-mail code makes nobody the payer
        )
        .order_by(lent.is_not(None), col(Customer.created_at))
    )
    found = session.exec(wanted).first()
    return merged(session, found) if found else None


def lend(session: Session, person: Person, external_id: str, now: datetime) -> datetime | None:
    """Give a person a customer's access for a while; until when. None: the person is the payer, and needs no code."""
    until = now + LENT
    row = Customer(tenant_id=person.tenant_id, person_id=person.id, external_id=external_id, created_at=now)
    row.linked_until = until
    if insert_once(session, row):
        return until
    theirs = (
        col(Customer.tenant_id) == person.tenant_id,
        col(Customer.person_id) == person.id,
        col(Customer.external_id) == external_id,
        col(Customer.linked_until).is_not(None),
    )
    return until if changed(session, update(Customer).where(*theirs).values(linked_until=until)) else None


def is_over(session: Session, person: Person, external_id: str, now: datetime) -> bool:
    """Whether a person was linked to a customer temporarily, and that time has passed."""
    wanted = select(Customer.id).where(
        col(Customer.person_id) == person.id,
        col(Customer.external_id) == external_id,
        col(Customer.linked_until) <= now,
    )
    return session.exec(wanted).first() is not None


def over(session: Session, tenant_id: uuid.UUID, now: datetime) -> list[Person]:
    """People on a plan whose temporary link to a customer has expired within the last LINK_LIFETIME."""
    wanted = (
        select(Person)
        .join(Customer, col(Customer.person_id) == col(Person.id))
        .where(
            col(Customer.tenant_id) == tenant_id,
            col(Customer.linked_until) <= now,
            col(Customer.linked_until) > now - LENT,
            col(Person.plan) != FREE,
        )
        .distinct()
    )
    return list(session.exec(wanted).all())

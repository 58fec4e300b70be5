"""Who of the provider's customers is who of our people."""

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
    """Keep that a person has paid as this customer."""
    insert_once(session, Customer(tenant_id=person.tenant_id, person_id=person.id, external_id=external_id))


def customer_of(session: Session, person: Person) -> str | None:
    """The customer somebody paid as last."""
    wanted = select(Customer.external_id).where(col(Customer.person_id) == person.id)
    return session.exec(wanted.order_by(col(Customer.created_at).desc())).first()


def person_of(session: Session, tenant_id: uuid.UUID, external_id: str, now: datetime | None = None) -> Person | None:
    """The person who paid as this customer first; else, where `now` is told, one an e-mail code lends it to."""
    lent = col(Customer.linked_until)
    wanted = (
        select(Person)
        .join(Customer, col(Customer.person_id) == col(Person.id))
        .where(
            col(Customer.tenant_id) == tenant_id,
            col(Customer.external_id) == external_id,
            lent.is_(None) if now is None else or_(lent.is_(None), lent > now),  # a code makes nobody the payer
        )
        .order_by(lent.is_not(None), col(Customer.created_at))
    )
    found = session.exec(wanted).first()
    return merged(session, found) if found else None


def lend(session: Session, person: Person, external_id: str, now: datetime) -> datetime | None:
    """Let a person have what a customer has for a while; until when. None: they are who paid, and need no code."""
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
    """Whether a customer was lent to a person, for a time that has passed."""
    wanted = select(Customer.id).where(
        col(Customer.person_id) == person.id,
        col(Customer.external_id) == external_id,
        col(Customer.linked_until) <= now,
    )
    return session.exec(wanted).first() is not None


def over(session: Session, tenant_id: uuid.UUID, now: datetime) -> list[Person]:
    """People with a plan to whom a customer was lent until a moment ago."""
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

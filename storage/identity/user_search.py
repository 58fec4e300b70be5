"""User search for support staff: by name or id, with jobs, purchases and notes."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from models.billing.payments import Purchase, PurchaseStatus
from models.identity.people import Person
from models.identity.roles import Role
from models.jobs.job import Job
from models.operations.admin import PersonNote
from storage.identity.people import list_merged_ids

PAGE_SIZE = 8  # users on one page of results


def search(session: Session, tenant_id: uuid.UUID, words: str, page: int) -> tuple[list[Person], int]:
    """One page of a tenant's users whose name or id contains `words`, newest first; and the total number."""
    statement = select(Person).where(*_build_filters(tenant_id, words))
    total = session.exec(select(func.count()).select_from(statement.subquery())).one()
    ordered = statement.order_by(col(Person.created_at).desc(), col(Person.id))
    return list(session.exec(ordered.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE))), total


def _build_filters(tenant_id: uuid.UUID, words: str) -> tuple[ColumnElement[bool], ...]:
    """Filters for users that are not merged into others; `telegram:12` also searches ids of one channel by prefix."""
    filters = (col(Person.tenant_id) == tenant_id, col(Person.merged_into_id).is_(None))
    if not words:
        return filters
    channel, _, external_id = words.partition(":")
    in_channel = (col(Person.channel) == channel) & col(Person.external_id).startswith(external_id, autoescape=True)
    contains = or_(
        col(Person.name).icontains(words, autoescape=True),
        col(Person.external_id).contains(words, autoescape=True),
    )
    return (*filters, or_(in_channel, contains) if external_id else contains)


def list_staff(session: Session, tenant_id: uuid.UUID) -> list[Person]:
    """Persons with a role in a tenant, oldest first."""
    role_names = [role.stored_name for role in Role if role]
    has_role = col(Person.role).is_not(None), col(Person.role).in_(role_names)
    statement = select(Person).where(*_build_filters(tenant_id, ""), *has_role)
    return list(session.exec(statement.order_by(col(Person.created_at))))


def map_staff_roles(session: Session, tenant_id: uuid.UUID, channel: str) -> dict[str, Role]:
    """Roles by external id in a channel, including ids merged into persons with a role."""
    return {
        identity.external_id: Role.from_stored(person.role)
        for person in list_staff(session, tenant_id)
        for identity in (session.get_one(Person, person_id) for person_id in list_merged_ids(session, person))
        if identity.channel == channel
    }


def count_jobs_by_status(session: Session, persons: Sequence[uuid.UUID]) -> dict[str, int]:
    statement = select(Job.status, func.count()).where(col(Job.person_id).in_(persons)).group_by(col(Job.status))
    return dict(session.exec(statement).all())


def list_latest_jobs(session: Session, persons: Sequence[uuid.UUID], limit: int = 4) -> list[Job]:
    statement = select(Job).where(col(Job.person_id).in_(persons))
    return list(session.exec(statement.order_by(col(Job.created_at).desc()).limit(limit)))


def list_paid_purchases(session: Session, persons: Sequence[uuid.UUID], limit: int = 5) -> list[Purchase]:
    """Paid purchases of a user, newest first; refunded ones are included."""
    statement = select(Purchase).where(
        col(Purchase.person_id).in_(persons), col(Purchase.status) == PurchaseStatus.PAID, col(Purchase.amount) > 0
    )
    return list(session.exec(statement.order_by(col(Purchase.decided_at).desc()).limit(limit)))


def list_notes(session: Session, persons: Sequence[uuid.UUID], limit: int = 5) -> list[PersonNote]:
    """Notes about a user, newest first."""
    statement = select(PersonNote).where(col(PersonNote.person_id).in_(persons))
    return list(session.exec(statement.order_by(col(PersonNote.created_at).desc()).limit(limit)))


def add_note(session: Session, person: Person, author: Person, text: str, now: datetime) -> PersonNote:
    note = PersonNote(tenant_id=person.tenant_id, person_id=person.id, author_id=author.id, text=text, created_at=now)
    session.add(note)
    session.flush()
    return note

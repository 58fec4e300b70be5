"""User search for support staff: by name or id, with jobs, purchases and notes."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from models.admin import PersonNote
from models.jobs import Job
from models.payments import Purchase, PurchaseStatus
from models.people import Person
from models.roles import Role
from storage.people import selves

PAGE = 8  # users on one page of results


def search(session: Session, tenant_id: uuid.UUID, words: str, page: int) -> tuple[list[Person], int]:
    """One page of a tenant's users whose name or id contains `words`, newest first; and the total number."""
    wanted = select(Person).where(*_among(tenant_id, words))
    total = session.exec(select(func.count()).select_from(wanted.subquery())).one()
    newest = wanted.order_by(col(Person.created_at).desc(), col(Person.id))
    return list(session.exec(newest.offset((page - 1) * PAGE).limit(PAGE))), total


def _among(tenant_id: uuid.UUID, words: str) -> tuple[ColumnElement[bool], ...]:
    """Filters for users that are not merged into others; `telegram:12` also searches ids of one channel by prefix."""
    those = (col(Person.tenant_id) == tenant_id, col(Person.merged_into_id).is_(None))
    if not words:
        return those
    channel, _, external_id = words.partition(":")
    there = (col(Person.channel) == channel) & col(Person.external_id).startswith(external_id, autoescape=True)
    named = or_(
        col(Person.name).icontains(words, autoescape=True),
        col(Person.external_id).contains(words, autoescape=True),
    )
    return (*those, or_(there, named) if external_id else named)


def staff(session: Session, tenant_id: uuid.UUID) -> list[Person]:
    """Persons with a role in a tenant, oldest first."""
    known = [role.kept for role in Role if role]
    wanted = select(Person).where(*_among(tenant_id, ""), col(Person.role).in_(known))
    return list(session.exec(wanted.order_by(col(Person.created_at))))


def staff_ids(session: Session, tenant_id: uuid.UUID, channel: str) -> dict[str, Role]:
    """Roles by external id in a channel, including ids merged into persons with a role."""
    return {
        each.external_id: Role.of(person.role)
        for person in staff(session, tenant_id)
        for each in (session.get_one(Person, one) for one in selves(session, person))
        if each.channel == channel
    }


def jobs_by_status(session: Session, persons: Sequence[uuid.UUID]) -> dict[str, int]:
    wanted = select(Job.status, func.count()).where(col(Job.person_id).in_(persons)).group_by(col(Job.status))
    return dict(session.exec(wanted).all())


def latest_jobs(session: Session, persons: Sequence[uuid.UUID], limit: int = 4) -> list[Job]:
    wanted = select(Job).where(col(Job.person_id).in_(persons))
    return list(session.exec(wanted.order_by(col(Job.created_at).desc()).limit(limit)))


def paid(session: Session, persons: Sequence[uuid.UUID], limit: int = 5) -> list[Purchase]:
    """Paid purchases of a user, newest first; refunded ones are included."""
    wanted = select(Purchase).where(
        col(Purchase.person_id).in_(persons), col(Purchase.status) == PurchaseStatus.PAID, col(Purchase.amount) > 0
    )
    return list(session.exec(wanted.order_by(col(Purchase.decided_at).desc()).limit(limit)))


def notes(session: Session, persons: Sequence[uuid.UUID], limit: int = 5) -> list[PersonNote]:
    """Notes about a user, newest first."""
    wanted = select(PersonNote).where(col(PersonNote.person_id).in_(persons))
    return list(session.exec(wanted.order_by(col(PersonNote.created_at).desc()).limit(limit)))


def add_note(session: Session, person: Person, author: Person, text: str, now: datetime) -> PersonNote:
    note = PersonNote(tenant_id=person.tenant_id, person_id=person.id, author_id=author.id, text=text, created_at=now)
    session.add(note)
    session.flush()
    return note

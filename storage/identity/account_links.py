"""Links between the chats of one user, made at their own request: who may be linked, and who is."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from models.identity.codes import PersonMerge
from models.identity.people import Person, Tenant
from storage.identity import account_merge, people


class LinkRejection(StrEnum):
    SAME = "same"  # they are one person already
    UNKNOWN = "unknown"  # one of them is banned, of which nothing is said
    ROLE = "role"  # one of them has a role, which a link would pass on


class RoleGranted(Exception):
    """One of two persons got a role while they were being linked."""


def find_rejection(session: Session, person: Person, other: Person) -> LinkRejection | None:
    """Why two persons cannot be linked; None where they can."""
    first, second = people.resolve_merged(session, person), people.resolve_merged(session, other)
    if first.id == second.id:
        return LinkRejection.SAME
    if first.banned_at is not None or second.banned_at is not None:
        return LinkRejection.UNKNOWN
    return LinkRejection.ROLE if has_role(session, first) or has_role(session, second) else None


def link(session: Session, source: Person, target: Person, now: datetime) -> PersonMerge | LinkRejection:
    """Make one person of two. Raises RoleGranted, after which the transaction must be rolled back."""
    if rejection := find_rejection(session, source, target):
        return rejection
    row = account_merge.merge(session, source, target, now)
    if row is None:
        return LinkRejection.SAME
    for person in (source, target):  # which are locked from here on
        session.refresh(person)
    if has_role(session, people.resolve_merged(session, target)):
        raise RoleGranted
    return row


def has_role(session: Session, person: Person) -> bool:
    """Whether a person, or one merged into them, has a role or owns a tenant."""
    person_ids = people.list_merged_ids(session, person)
    roles = select(Person.id).where(col(Person.id).in_(person_ids), col(Person.role).is_not(None))
    owned = select(Tenant.id).where(col(Tenant.owner_id).in_(person_ids))
    return session.exec(roles).first() is not None or session.exec(owned).first() is not None


def list_linked(session: Session, person: Person) -> list[Person]:
    """The other persons linked with this one at their request, which it answers for; those merged as ids of one user of
    a messenger are not among them."""
    person_ids: list[uuid.UUID] = people.list_merged_ids(session, person)
    statement = select(PersonMerge).where(
        col(PersonMerge.target_id).in_(person_ids), col(PersonMerge.undone_at).is_(None)
    )
    merges = session.exec(statement.order_by(col(PersonMerge.joined_at))).all()
    return [
        session.get_one(Person, merge.source_id) for merge in merges if not merge.moved.get(account_merge.ALIAS_KEY)
    ]

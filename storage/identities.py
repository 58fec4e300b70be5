"""Persons with several ids in one messenger: a row for each id, and all but one point to the main row."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from models.people import Account, Person
from storage import joining, people
from storage.rows import insert_once

BY_ALIAS = "alias"  # marks a merge that no user requested


def recognise(session: Session, account: Account, external_id: str, aliases: Iterable[str], now: datetime) -> None:
    """Make one person of all that have these ids.

    A person first known by an alias stays the main row, and the new id points to it. An alias that already belongs to
    another id of the messenger was reassigned to another user, as phone numbers are: its history stays with the
    previous user.
    """
    for alias in aliases:
        old, mine = _row(session, account, alias), _row(session, account, external_id)
        if old is None:
            mine = mine or _made(session, account, external_id)
            _made(session, account, alias, merged_into_id=mine.id)
        elif mine is not None and people.merged(session, mine).id == people.merged(session, old).id:
            continue
        elif _is_taken(session, old):
            if _stands_for(session, old) is not None:  # the row owns nothing itself
                old.merged_into_id = (mine or _made(session, account, external_id)).id
                session.flush()
        elif mine is None:
            _made(session, account, external_id, merged_into_id=old.id)
        else:
            _unite(session, mine, old, now)


def names(session: Session, account: Account, external_id: str) -> set[str]:
    """All ids of a person in this messenger, without those merged at a user's request."""
    mine = _row(session, account, external_id)
    if mine is None:
        return {external_id}
    target = _stands_for(session, mine)
    others = _pointing(session, target or mine)
    return {each.external_id for each in (mine, target, *others) if each is not None}


def _unite(session: Session, mine: Person, old: Person, now: datetime) -> None:
    """Merge two rows that were both used before they were known to be one person; the older one is kept."""
    first, second = (people.merged(session, each) for each in (mine, old))
    source, target = (first, second) if second.created_at <= first.created_at else (second, first)
    row = joining.join(session, source, target, now)
    if row is not None:
        row.moved = {**row.moved, BY_ALIAS: True}
    target.banned_at = target.banned_at or source.banned_at


def _is_taken(session: Session, row: Person) -> bool:
    """Whether another id of the messenger belongs to the same person as this one."""
    return _stands_for(session, row) is not None or bool(_pointing(session, row))


def _stands_for(session: Session, row: Person) -> Person | None:
    """The row of the same messenger that an id points to, unless a user requested the merge."""
    if row.merged_into_id is None or _is_wished(session, row):
        return None
    target = session.get_one(Person, row.merged_into_id)
    return target if target.channel == row.channel else None


def _pointing(session: Session, row: Person) -> list[Person]:
    """The rows of the same messenger that point to a row, without merges that a user requested."""
    wanted = select(Person).where(col(Person.merged_into_id) == row.id, col(Person.channel) == row.channel)
    return [each for each in session.exec(wanted).all() if not _is_wished(session, each)]


def _is_wished(session: Session, row: Person) -> bool:
    """Whether a row points to another because a user linked two chats."""
    join = joining.current(session, row)
    return join is not None and not join.moved.get(BY_ALIAS)


def _row(session: Session, account: Account, external_id: str) -> Person | None:
    wanted = select(Person).where(
        col(Person.tenant_id) == account.tenant_id,
        col(Person.channel) == account.channel,
        col(Person.external_id) == external_id,
    )
    return session.exec(wanted).one_or_none()


def _made(session: Session, account: Account, external_id: str, merged_into_id: uuid.UUID | None = None) -> Person:
    """The row of an external id, created if new."""
    fresh = Person(tenant_id=account.tenant_id, channel=account.channel, external_id=external_id)
    fresh.merged_into_id = merged_into_id
    insert_once(session, fresh)
    found = _row(session, account, external_id)
    assert found is not None  # noqa: S101 - it was inserted above or existed before
    return found

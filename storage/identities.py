"""One person with several ids in one messenger: a row for each, and all but one point to the one that counts."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from models.people import Account, Person
from storage import joining, people
from storage.rows import insert_once

BY_ALIAS = "alias"  # says of a join that nobody asked for it


def recognise(session: Session, account: Account, external_id: str, aliases: Iterable[str], now: datetime) -> None:
    """Make one person of whoever is known by these ids.

    Somebody first known by an alias stays the person they were, and the new id points to them. An alias that stands
    for another id of the messenger already has gone over to somebody else, as phone numbers do: its history stays with
    whom it was.
    """
    for alias in aliases:
        old, mine = _row(session, account, alias), _row(session, account, external_id)
        if old is None:
            mine = mine or _made(session, account, external_id)
            _made(session, account, alias, merged_into_id=mine.id)
        elif mine is not None and people.merged(session, mine).id == people.merged(session, old).id:
            continue
        elif _is_taken(session, old):
            if _stands_for(session, old) is not None:  # it owns nothing itself
                old.merged_into_id = (mine or _made(session, account, external_id)).id
                session.flush()
        elif mine is None:
            _made(session, account, external_id, merged_into_id=old.id)
        else:
            _unite(session, mine, old, now)


def names(session: Session, account: Account, external_id: str) -> set[str]:
    """All ids a person is known by in this messenger, without what was joined to them by their own wish."""
    mine = _row(session, account, external_id)
    if mine is None:
        return {external_id}
    target = _stands_for(session, mine)
    others = _pointing(session, target or mine)
    return {each.external_id for each in (mine, target, *others) if each is not None}


def _unite(session: Session, mine: Person, old: Person, now: datetime) -> None:
    """Two rows that were written to before anybody knew that they are one; the older one counts."""
    first, second = (people.merged(session, each) for each in (mine, old))
    source, target = (first, second) if second.created_at <= first.created_at else (second, first)
    row = joining.join(session, source, target, now)
    if row is not None:
        row.moved = {**row.moved, BY_ALIAS: True}
    target.banned_at = target.banned_at or source.banned_at


def _is_taken(session: Session, row: Person) -> bool:
    """Whether another id of the messenger is the same person as this one."""
    return _stands_for(session, row) is not None or bool(_pointing(session, row))


def _stands_for(session: Session, row: Person) -> Person | None:
    """The row of the same messenger an id points to, unless the two were joined by wish."""
    if row.merged_into_id is None or _is_wished(session, row):
        return None
    target = session.get_one(Person, row.merged_into_id)
    return target if target.channel == row.channel else None


def _pointing(session: Session, row: Person) -> list[Person]:
    """The ids of the same messenger that point to a row, without those that were joined to it by wish."""
    wanted = select(Person).where(col(Person.merged_into_id) == row.id, col(Person.channel) == row.channel)
    return [each for each in session.exec(wanted).all() if not _is_wished(session, each)]


def _is_wished(session: Session, row: Person) -> bool:
    """Whether a row points to another because somebody wanted two chats to be one."""
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
    """A row of an id, made when it is new."""
    fresh = Person(tenant_id=account.tenant_id, channel=account.channel, external_id=external_id)
    fresh.merged_into_id = merged_into_id
    insert_once(session, fresh)
    found = _row(session, account, external_id)
    assert found is not None  # noqa: S101 - it was inserted above or stood before
    return found

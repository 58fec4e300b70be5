"""Persons with several ids in one messenger: a row for each id, and all but one point to the main row."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from models.identity.people import Account, Person
from storage.identity import account_merge, people
from storage.upsert import insert_once


def link_aliases(session: Session, account: Account, external_id: str, aliases: Iterable[str], now: datetime) -> None:
    """Make one person of all that have these ids.

    A person first known by an alias stays the main row, and the new id points to it. An alias that already belongs to
    another id of the messenger was reassigned to another user, as phone numbers are: its history stays with the
    previous user.
    """
    for alias in aliases:
        alias_row, own_row = _find_row(session, account, alias), _find_row(session, account, external_id)
        if alias_row is None:
            own_row = own_row or _get_or_create_row(session, account, external_id)
            _get_or_create_row(session, account, alias, merged_into_id=own_row.id)
        elif (
            own_row is not None
            and people.resolve_merged(session, own_row).id == people.resolve_merged(session, alias_row).id
        ):
            continue
        elif _has_other_ids(session, alias_row):
            if _find_alias_target(session, alias_row) is not None:  # the row owns nothing itself
                alias_row.merged_into_id = (own_row or _get_or_create_row(session, account, external_id)).id
                session.flush()
        elif own_row is None:
            _get_or_create_row(session, account, external_id, merged_into_id=alias_row.id)
        else:
            _merge_rows(session, own_row, alias_row, now)


def list_external_ids(session: Session, account: Account, external_id: str) -> set[str]:
    """All ids of a person in this messenger, without those merged at a user's request."""
    own_row = _find_row(session, account, external_id)
    if own_row is None:
        return {external_id}
    target = _find_alias_target(session, own_row)
    aliases = _list_aliases(session, target or own_row)
    return {row.external_id for row in (own_row, target, *aliases) if row is not None}


def _merge_rows(session: Session, own_row: Person, alias_row: Person, now: datetime) -> None:
    """Merge two rows that were both used before they were known to be one person; the older one is kept."""
    first, second = (people.resolve_merged(session, person) for person in (own_row, alias_row))
    source, target = (first, second) if second.created_at <= first.created_at else (second, first)
    merge = account_merge.merge(session, source, target, now)
    if merge is not None:
        merge.moved = {**merge.moved, account_merge.ALIAS_KEY: True}
    target.banned_at = target.banned_at or source.banned_at


def _has_other_ids(session: Session, row: Person) -> bool:
    """Whether another id of the messenger belongs to the same person as this one."""
    return _find_alias_target(session, row) is not None or bool(_list_aliases(session, row))


def _find_alias_target(session: Session, row: Person) -> Person | None:
    """The row of the same messenger that an id points to, unless a user requested the merge."""
    if row.merged_into_id is None or _is_requested_merge(session, row):
        return None
    target = session.get_one(Person, row.merged_into_id)
    return target if target.channel == row.channel else None


def _list_aliases(session: Session, row: Person) -> list[Person]:
    """The rows of the same messenger that point to a row, without merges that a user requested."""
    statement = select(Person).where(col(Person.merged_into_id) == row.id, col(Person.channel) == row.channel)
    return [alias for alias in session.exec(statement).all() if not _is_requested_merge(session, alias)]


def _is_requested_merge(session: Session, row: Person) -> bool:
    """Whether a row points to another because a user linked two chats."""
    merge = account_merge.find_current(session, row)
    return merge is not None and not merge.moved.get(account_merge.ALIAS_KEY)


def _find_row(session: Session, account: Account, external_id: str) -> Person | None:
    statement = select(Person).where(
        col(Person.tenant_id) == account.tenant_id,
        col(Person.channel) == account.channel,
        col(Person.external_id) == external_id,
    )
    return session.exec(statement).one_or_none()


def _get_or_create_row(
    session: Session, account: Account, external_id: str, merged_into_id: uuid.UUID | None = None
) -> Person:
    """The row of an external id, created if new."""
    new = Person(tenant_id=account.tenant_id, channel=account.channel, external_id=external_id)
    new.merged_into_id = merged_into_id
    insert_once(session, new)
    found = _find_row(session, account, external_id)
    assert found is not None  # noqa: S101 - it was inserted above or existed before
    return found

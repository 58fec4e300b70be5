"""Incoming updates, stored before they are acknowledged to the messenger and handled once."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, update
from sqlmodel import Session, col, select

from models.messaging.updates import Update
from models.retries import UPDATE_RETRIES
from storage.upsert import execute_dml, insert_once

APOLOGY_ATTEMPT = UPDATE_RETRIES.max_attempts + 1  # the attempt that only apologises; the last one


@dataclass(frozen=True, slots=True)
class UpdateLease:
    """The right of one process to handle updates of an account that several processes serve, until that time."""

    owner: str
    until: datetime


def save(
    session: Session,
    account_id: uuid.UUID,
    external_id: str,
    body: dict[str, Any],
    now: datetime,
    lease: UpdateLease | None = None,
) -> bool:
    """Store an update; False when it was stored before. With a `lease` no other process handles it meanwhile."""
    row = Update(account_id=account_id, external_id=external_id, body=body, received_at=now)
    if lease is not None:
        row.owner, row.leased_until = lease.owner, lease.until
    return insert_once(session, row)


def is_stored(session: Session, account_id: uuid.UUID, external_id: str) -> bool:
    """Whether an update has arrived, handled or not."""
    query = select(Update.id).where(col(Update.account_id) == account_id, col(Update.external_id) == external_id)
    return session.exec(query).first() is not None


def list_unhandled(session: Session, account_id: uuid.UUID) -> list[tuple[str, dict[str, Any]]]:
    """External ids and bodies of updates that were stored but never handled, oldest first."""
    query = select(Update).where(_is_unhandled(account_id)).order_by(col(Update.received_at))
    return [(row.external_id, row.body) for row in session.exec(query)]


def list_free(session: Session, account_id: uuid.UUID, owner: str, now: datetime) -> list[tuple[str, dict[str, Any]]]:
    """Like `list_unhandled`, without those that another process than `owner` has a lease of."""
    query = select(Update).where(_is_unhandled(account_id), _is_free(owner, now)).order_by(col(Update.received_at))
    return [(row.external_id, row.body) for row in session.exec(query)]


def claim(
    session: Session, account_id: uuid.UUID, external_ids: Collection[str], lease: UpdateLease, now: datetime
) -> set[str]:
    """Lease unhandled updates; the external ids of those that no other process has a lease of."""
    statement = (
        update(Update)
        .where(_is_unhandled(account_id), _is_free(lease.owner, now), col(Update.external_id).in_(external_ids))
        .values(owner=lease.owner, leased_until=lease.until)
        .returning(col(Update.external_id))
    )
    return set(session.connection().scalars(statement))


def has_leases(session: Session, account_id: uuid.UUID, owner: str) -> bool:
    """Whether a process has leases of unhandled updates."""
    return (
        session.exec(select(Update.id).where(_is_unhandled(account_id), col(Update.owner) == owner)).first() is not None
    )


def renew_leases(session: Session, account_id: uuid.UUID, owner: str, until: datetime | None) -> int:
    """Renew all leases of a process, or without a time end them; how many there are."""
    statement = update(Update).where(_is_unhandled(account_id), col(Update.owner) == owner).values(leased_until=until)
    return execute_dml(session, statement)


def _is_unhandled(account_id: uuid.UUID) -> ColumnElement[bool]:
    return and_(
        col(Update.account_id) == account_id,
        col(Update.handled_at).is_(None),
        col(Update.attempts) < APOLOGY_ATTEMPT,
    )


def _is_free(owner: str, now: datetime) -> ColumnElement[bool]:
    leased_until = col(Update.leased_until)
    return or_(col(Update.owner) == owner, leased_until.is_(None), leased_until <= now)


def list_pending_attachments(session: Session, account_id: uuid.UUID, sender: str) -> list[list[dict[str, Any]]]:
    """The attachments of each unhandled update of one sender, of an account whose updates are stored as `Inbound`."""
    body = col(Update.body)
    query = select(body["attachments"]).where(
        col(Update.account_id) == account_id,
        col(Update.handled_at).is_(None),
        body["sender"]["external_id"].as_string() == sender,
    )
    return [attachments or [] for attachments in session.exec(query)]


def get_oldest_age(session: Session, now: datetime) -> float:
    """Seconds the oldest unhandled update has waited; 0 without one."""
    filters = col(Update.handled_at).is_(None), col(Update.attempts) < APOLOGY_ATTEMPT
    received = session.exec(select(func.min(Update.received_at)).where(*filters)).one()
    return max(0.0, (now - received).total_seconds()) if received is not None else 0.0


def count_attempt(session: Session, account_id: uuid.UUID, external_ids: Sequence[str]) -> int:
    """Count an attempt at these updates before it is made; the highest number of attempts among them now."""
    filters = col(Update.account_id) == account_id, col(Update.external_id).in_(external_ids)
    session.connection().execute(update(Update).where(*filters).values(attempts=col(Update.attempts) + 1))
    return session.exec(select(func.max(Update.attempts)).where(*filters)).one() or 0


def mark_handled(session: Session, account_id: uuid.UUID, external_ids: Sequence[str], now: datetime) -> bool:
    """Mark these updates as handled, in the transaction that handles them; False when one of them was before."""
    for external_id in sorted(set(external_ids)):  # in a fixed order, to avoid deadlocks
        insert_once(session, Update(account_id=account_id, external_id=external_id, received_at=now))
    statement = (
        update(Update)
        .where(
            col(Update.account_id) == account_id,
            col(Update.external_id).in_(external_ids),
            col(Update.handled_at).is_(None),
        )
        .values(handled_at=now, body={})
    )
    return execute_dml(session, statement) == len(set(external_ids))

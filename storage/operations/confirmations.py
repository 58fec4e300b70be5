"""Confirmations of actions that need a second request."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col

from models.identity.people import Person
from models.operations.admin import Confirmation
from storage.identity.people import is_same_person
from storage.upsert import execute_dml

LIFETIME = timedelta(minutes=5)
RETENTION = timedelta(days=1)


def create(session: Session, person: Person, action: str, values: dict[str, Any], now: datetime) -> Confirmation:
    """Store an action for this person to confirm; deletes their confirmations that expired long ago."""
    session.connection().execute(
        delete(Confirmation).where(
            col(Confirmation.person_id) == person.id, col(Confirmation.expires_at) < now - RETENTION
        )
    )
    row = Confirmation(
        tenant_id=person.tenant_id,
        person_id=person.id,
        action=action,
        values=values,
        asked_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(row)
    session.flush()
    return row


def find(session: Session, token: str) -> Confirmation | None:
    """The confirmation of a token, whoever's and however old; None for hostile text."""
    try:
        return session.get(Confirmation, uuid.UUID(hex=token))
    except ValueError:
        return None


def claim(session: Session, person: Person, token: str, now: datetime) -> Confirmation | None:
    """The confirmed action, once; None for another person's, an expired or used one, and for hostile text."""
    row = find(session, token)
    if row is None or row.tenant_id != person.tenant_id or not is_same_person(session, row.person_id, person):
        return None
    is_open = col(Confirmation.id) == row.id, col(Confirmation.done_at).is_(None), col(Confirmation.expires_at) > now
    return row if execute_dml(session, update(Confirmation).where(*is_open).values(done_at=now)) == 1 else None

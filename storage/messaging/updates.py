"""Incoming updates, stored before they are acknowledged to the messenger and handled once; open questions."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from models.messaging.updates import Dialogue, Update
from models.retries import UPDATE_RETRIES
from storage.upsert import execute_dml, insert_once

APOLOGY_ATTEMPT = UPDATE_RETRIES.max_attempts + 1  # the attempt that only apologises; the last one


def save(session: Session, account_id: uuid.UUID, external_id: str, body: dict[str, Any], now: datetime) -> bool:
    """Store an update; False when it was stored before."""
    row = Update(account_id=account_id, external_id=external_id, body=body, received_at=now)
    return insert_once(session, row)


def is_stored(session: Session, account_id: uuid.UUID, external_id: str) -> bool:
    """Whether an update has arrived, handled or not."""
    query = select(Update.id).where(col(Update.account_id) == account_id, col(Update.external_id) == external_id)
    return session.exec(query).first() is not None


def list_unhandled(session: Session, account_id: uuid.UUID) -> list[tuple[str, dict[str, Any]]]:
    """External ids and bodies of updates that were stored but never handled, oldest first."""
    query = (
        select(Update)
        .where(
            col(Update.account_id) == account_id,
            col(Update.handled_at).is_(None),
            col(Update.attempts) < APOLOGY_ATTEMPT,
        )
        .order_by(col(Update.received_at))
    )
    return [(row.external_id, row.body) for row in session.exec(query)]


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


def find_open_question(session: Session, address_id: uuid.UUID, person_id: uuid.UUID) -> Dialogue | None:
    """The unanswered question to a person in a chat."""
    query = select(Dialogue).where(col(Dialogue.address_id) == address_id, col(Dialogue.person_id) == person_id)
    return session.exec(query).one_or_none()


def ask_question(session: Session, dialogue: Dialogue) -> None:
    """Store a question, replacing the person's open one in the same chat."""
    close_question(session, dialogue.address_id, dialogue.person_id)
    session.add(dialogue)
    session.flush()


def close_question(session: Session, address_id: uuid.UUID, person_id: uuid.UUID) -> None:
    question = find_open_question(session, address_id, person_id)
    if question is not None:
        session.delete(question)
        session.flush()

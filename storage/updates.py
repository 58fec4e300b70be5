"""Incoming updates, stored before they are acknowledged to the messenger and handled once; open questions."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from models.updates import Dialogue, Update
from storage.rows import changed, insert_once

MAX_ATTEMPTS = 3  # after so many the user is told that it did not work
LAST_CALL = MAX_ATTEMPTS + 1  # the attempt that only apologises; the last one


def remember(session: Session, account_id: uuid.UUID, external_id: str, body: dict[str, Any], now: datetime) -> bool:
    """Store an update; False when it was stored before."""
    row = Update(account_id=account_id, external_id=external_id, body=body, received_at=now)
    return insert_once(session, row)


def forgotten(session: Session, account_id: uuid.UUID) -> list[tuple[str, dict[str, Any]]]:
    """External ids and bodies of updates that were stored but never handled, oldest first."""
    wanted = (
        select(Update)
        .where(
            col(Update.account_id) == account_id,
            col(Update.handled_at).is_(None),
            col(Update.attempts) < LAST_CALL,
        )
        .order_by(col(Update.received_at))
    )
    return [(row.external_id, row.body) for row in session.exec(wanted)]


def oldest(session: Session, now: datetime) -> float:
    """Seconds the oldest unhandled update has waited; 0 without one."""
    waiting = col(Update.handled_at).is_(None), col(Update.attempts) < LAST_CALL
    received = session.exec(select(func.min(Update.received_at)).where(*waiting)).one()
    return max(0.0, (now - received).total_seconds()) if received is not None else 0.0


def count_attempt(session: Session, account_id: uuid.UUID, external_ids: Sequence[str]) -> int:
    """Count an attempt at these updates before it is made; the highest number of attempts among them now."""
    mine = col(Update.account_id) == account_id, col(Update.external_id).in_(external_ids)
    session.connection().execute(update(Update).where(*mine).values(attempts=col(Update.attempts) + 1))
    return session.exec(select(func.max(Update.attempts)).where(*mine)).one() or 0


def first_time(session: Session, account_id: uuid.UUID, external_ids: Sequence[str], now: datetime) -> bool:
    """Mark these updates as handled, in the transaction that handles them; False when one of them was before."""
    for external_id in sorted(set(external_ids)):  # in a fixed order, to avoid deadlocks
        insert_once(session, Update(account_id=account_id, external_id=external_id, received_at=now))
    mine = (
        update(Update)
        .where(
            col(Update.account_id) == account_id,
            col(Update.external_id).in_(external_ids),
            col(Update.handled_at).is_(None),
        )
        .values(handled_at=now, body={})
    )
    return changed(session, mine) == len(set(external_ids))


def open_question(session: Session, address_id: uuid.UUID, person_id: uuid.UUID) -> Dialogue | None:
    """The unanswered question to a person in a chat."""
    wanted = select(Dialogue).where(col(Dialogue.address_id) == address_id, col(Dialogue.person_id) == person_id)
    return session.exec(wanted).one_or_none()


def ask(session: Session, dialogue: Dialogue) -> None:
    """Store a question, replacing the person's open one in the same chat."""
    close_question(session, dialogue.address_id, dialogue.person_id)
    session.add(dialogue)
    session.flush()


def close_question(session: Session, address_id: uuid.UUID, person_id: uuid.UUID) -> None:
    standing = open_question(session, address_id, person_id)
    if standing is not None:
        session.delete(standing)
        session.flush()

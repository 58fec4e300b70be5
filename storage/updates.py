"""Updates: stored before the channel is told, handled once."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from models.updates import Dialogue, Update
from storage.rows import changed, insert_once

MAX_ATTEMPTS = 3  # after so many the person is told that it did not work
LAST_CALL = MAX_ATTEMPTS + 1  # the try that only apologises; after it an update is left alone


def remember(session: Session, account_id: uuid.UUID, external_id: str, body: dict[str, Any], now: datetime) -> bool:
    """Keep an update; False when it was kept before."""
    row = Update(account_id=account_id, external_id=external_id, body=body, received_at=now)
    return insert_once(session, row)


def forgotten(session: Session, account_id: uuid.UUID) -> list[tuple[str, dict[str, Any]]]:
    """Updates that were kept but never handled, oldest first."""
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
    """For how many seconds the oldest update has waited that is to be handled; 0 of none."""
    waiting = col(Update.handled_at).is_(None), col(Update.attempts) < LAST_CALL
    received = session.exec(select(func.min(Update.received_at)).where(*waiting)).one()
    return max(0.0, (now - received).total_seconds()) if received is not None else 0.0


def count_attempt(session: Session, account_id: uuid.UUID, external_ids: Sequence[str]) -> int:
    """Count one more try at these updates before it is made; how many there are now, of the one tried most."""
    mine = col(Update.account_id) == account_id, col(Update.external_id).in_(external_ids)
    session.connection().execute(update(Update).where(*mine).values(attempts=col(Update.attempts) + 1))
    return session.exec(select(func.max(Update.attempts)).where(*mine)).one() or 0


def first_time(session: Session, account_id: uuid.UUID, external_ids: Sequence[str], now: datetime) -> bool:
    """Take these updates as handled, in the transaction that handles them; False when one of them was before."""
    for external_id in sorted(set(external_ids)):  # in one order, so that no two wait for each other
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
    """The question a person was asked in a chat and has not answered."""
    wanted = select(Dialogue).where(col(Dialogue.address_id) == address_id, col(Dialogue.person_id) == person_id)
    return session.exec(wanted).one_or_none()


def ask(session: Session, dialogue: Dialogue) -> None:
    """Open a question; an older one in the same chat is closed by it."""
    close_question(session, dialogue.address_id, dialogue.person_id)
    session.add(dialogue)
    session.flush()


def close_question(session: Session, address_id: uuid.UUID, person_id: uuid.UUID) -> None:
    standing = open_question(session, address_id, person_id)
    if standing is not None:
        session.delete(standing)
        session.flush()

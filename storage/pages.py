"""Messages of the web chat page, with a version number for every change."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from models.deliveries import PageMessage
from models.people import Address

PERSON = "person"
BOT = "bot"
BATCH = 200  # messages per query


def known_address(session: Session, account_id: uuid.UUID, chat: str, thread: str = "") -> uuid.UUID | None:
    """The id of a chat's address, if it exists."""
    here = select(Address.id).where(Address.account_id == account_id, Address.chat == chat, Address.thread == thread)
    return session.exec(here).first()


def add(
    session: Session,
    place: uuid.UUID,
    message: uuid.UUID,
    author: str,
    body: Mapping[str, Any],
    now: datetime,
) -> bool:
    """Append a message to a conversation; False when there is one with that id already."""
    version, at = _next(session, now)
    if session.get(PageMessage, message) is not None:
        return False
    row = PageMessage(id=message, address_id=place, version=version, author=author, body=dict(body), created_at=at)
    session.add(row)
    session.flush()
    return True


def one(session: Session, place: uuid.UUID, message: uuid.UUID) -> PageMessage | None:
    """A message of that conversation."""
    row = session.get(PageMessage, message)
    return row if row is not None and row.address_id == place else None


def change(session: Session, message: PageMessage, body: Mapping[str, Any], now: datetime) -> None:
    """Replace a message's body under a new version."""
    message.version, _ = _next(session, now)
    message.body = dict(body)
    session.flush()


def newest(session: Session, place: uuid.UUID) -> int:
    """The version of the latest change in a conversation; 0 while it is empty."""
    return session.exec(select(func.max(col(PageMessage.version))).where(PageMessage.address_id == place)).one() or 0


def news(session: Session, place: uuid.UUID, after: int) -> Sequence[PageMessage]:
    """Messages changed since version `after`, at most BATCH_SIZE, oldest change first.

    With `after` 0, the latest messages.
    """
    rows = select(PageMessage).where(PageMessage.address_id == place)
    if after > 0:
        changed = rows.where(PageMessage.version > after).order_by(col(PageMessage.version))
        return session.exec(changed.limit(BATCH)).all()
    latest = session.exec(rows.order_by(col(PageMessage.created_at).desc()).limit(BATCH)).all()
    return latest[::-1]


def older(session: Session, place: uuid.UUID, before: datetime) -> Sequence[PageMessage]:
    """The latest messages of a conversation from before then, at most BATCH_SIZE, oldest first."""
    rows = select(PageMessage).where(PageMessage.address_id == place, col(PageMessage.created_at) < before)
    return session.exec(rows.order_by(col(PageMessage.created_at).desc()).limit(BATCH)).all()[::-1]


def _next(session: Session, now: datetime) -> tuple[int, datetime]:
    """The next version, and a time later than that of any message.

    After a reader has seen version V, no smaller one may appear. So versions are allocated under a lock that is held
    until the commit: on SQLite every write transaction has it; PostgreSQL needs a table lock.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("LOCK TABLE page_message IN SHARE ROW EXCLUSIVE MODE"))
    version, latest = session.exec(
        select(func.max(col(PageMessage.version)), func.max(col(PageMessage.created_at)))
    ).one()
    at = now if latest is None else max(now, latest + timedelta(microseconds=1))
    return (version or 0) + 1, at

"""The messages of the chat page, and what has changed in them."""

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
BATCH = 200  # messages told at once


def known_address(session: Session, account_id: uuid.UUID, chat: str, thread: str = "") -> uuid.UUID | None:
    """The id of a place, if anybody has spoken there."""
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
    """Write a new message at the end of a conversation; False when there is one with that id already."""
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
    """Give a message another content."""
    message.version, _ = _next(session, now)
    message.body = dict(body)
    session.flush()


def newest(session: Session, place: uuid.UUID) -> int:
    """The version of the latest change in a conversation; 0 while it is empty."""
    return session.exec(select(func.max(col(PageMessage.version))).where(PageMessage.address_id == place)).one() or 0


def news(session: Session, place: uuid.UUID, after: int) -> Sequence[PageMessage]:
    """What has changed since version `after`, at most BATCH messages, oldest change first.

    With `after` 0, the latest messages there are.
    """
    rows = select(PageMessage).where(PageMessage.address_id == place)
    if after > 0:
        changed = rows.where(PageMessage.version > after).order_by(col(PageMessage.version))
        return session.exec(changed.limit(BATCH)).all()
    latest = session.exec(rows.order_by(col(PageMessage.created_at).desc()).limit(BATCH)).all()
    return latest[::-1]


def older(session: Session, place: uuid.UUID, before: datetime) -> Sequence[PageMessage]:
    """The latest messages of a conversation from before then, at most BATCH, oldest first."""
    rows = select(PageMessage).where(PageMessage.address_id == place, col(PageMessage.created_at) < before)
    return session.exec(rows.order_by(col(PageMessage.created_at).desc()).limit(BATCH)).all()[::-1]


def _next(session: Session, now: datetime) -> tuple[int, datetime]:
    """The next version, and a time later than that of any message.

    A reader who has seen version V must never find a smaller one appear later. So versions are handed out under a lock
    that is kept until the commit: on SQLite every transaction holds it; PostgreSQL is asked for it.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("LOCK TABLE page_message IN SHARE ROW EXCLUSIVE MODE"))
    version, latest = session.exec(
        select(func.max(col(PageMessage.version)), func.max(col(PageMessage.created_at)))
    ).one()
    at = now if latest is None else max(now, latest + timedelta(microseconds=1))
    return (version or 0) + 1, at

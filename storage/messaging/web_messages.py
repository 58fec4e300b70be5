"""Messages of the web chat page, with a version number for every change."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from models.identity.people import Address
from models.messaging.deliveries import PageMessage

AUTHOR_PERSON = "person"
AUTHOR_BOT = "bot"
BATCH_SIZE = 200  # messages per query


def find_address_id(session: Session, account_id: uuid.UUID, chat: str, thread: str = "") -> uuid.UUID | None:
    """The id of a chat's address, if it exists."""
    query = select(Address.id).where(Address.account_id == account_id, Address.chat == chat, Address.thread == thread)
    return session.exec(query).first()


def add(
    session: Session,
    address_id: uuid.UUID,
    message_id: uuid.UUID,
    author: str,
    body: Mapping[str, Any],
    now: datetime,
) -> bool:
    """Append a message to a conversation; False when there is one with that id already."""
    version, created_at = _allocate_version(session, now)
    if session.get(PageMessage, message_id) is not None:
        return False
    row = PageMessage(
        id=message_id, address_id=address_id, version=version, author=author, body=dict(body), created_at=created_at
    )
    session.add(row)
    session.flush()
    return True


def find_message(session: Session, address_id: uuid.UUID, message_id: uuid.UUID) -> PageMessage | None:
    """A message of that conversation."""
    row = session.get(PageMessage, message_id)
    return row if row is not None and row.address_id == address_id else None


def update_body(session: Session, message: PageMessage, body: Mapping[str, Any], now: datetime) -> None:
    """Replace a message's body under a new version."""
    message.version, _ = _allocate_version(session, now)
    message.body = dict(body)
    session.flush()


def get_latest_version(session: Session, address_id: uuid.UUID) -> int:
    """The version of the latest change in a conversation; 0 while it is empty."""
    return (
        session.exec(select(func.max(col(PageMessage.version))).where(PageMessage.address_id == address_id)).one() or 0
    )


def list_changes(session: Session, address_id: uuid.UUID, after: int) -> Sequence[PageMessage]:
    """Messages changed since version `after`, at most BATCH_SIZE, oldest change first.

    With `after` 0, the latest messages.
    """
    query = select(PageMessage).where(PageMessage.address_id == address_id)
    if after > 0:
        changes_query = query.where(PageMessage.version > after).order_by(col(PageMessage.version))
        return session.exec(changes_query.limit(BATCH_SIZE)).all()
    latest = session.exec(query.order_by(col(PageMessage.created_at).desc()).limit(BATCH_SIZE)).all()
    return latest[::-1]


def list_before(session: Session, address_id: uuid.UUID, before: datetime) -> Sequence[PageMessage]:
    """The latest messages of a conversation from before then, at most BATCH_SIZE, oldest first."""
    query = select(PageMessage).where(PageMessage.address_id == address_id, col(PageMessage.created_at) < before)
    return session.exec(query.order_by(col(PageMessage.created_at).desc()).limit(BATCH_SIZE)).all()[::-1]


def _allocate_version(session: Session, now: datetime) -> tuple[int, datetime]:
    """The next version, and a time later than that of any message.

    After a reader has seen version V, no smaller one may appear. So versions are allocated under a lock that is held
    until the commit: on SQLite every write transaction has it; PostgreSQL needs a table lock.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("LOCK TABLE page_message IN SHARE ROW EXCLUSIVE MODE"))
    version, latest = session.exec(
        select(func.max(col(PageMessage.version)), func.max(col(PageMessage.created_at)))
    ).one()
    created_at = now if latest is None else max(now, latest + timedelta(microseconds=1))
    return (version or 0) + 1, created_at

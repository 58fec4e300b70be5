"""Messages of the web chat page, with a version number for every change."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, or_, text
from sqlmodel import Session, col, select

from models.identity.people import Address
from models.messaging.deliveries import PageMessage

AUTHOR_PERSON = "person"
AUTHOR_BOT = "bot"
BATCH_SIZE = 200  # messages per query
MAX_BATCH_BYTES = 1_000_000  # bytes of the bodies of one query, of which there is at least one


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
    """Messages changed since version `after`, at most BATCH_SIZE and MAX_BATCH_BYTES, oldest change first.

    With `after` 0, the latest messages.
    """
    in_conversation = col(PageMessage.address_id) == address_id
    if after > 0:
        return _list_batch(session, (in_conversation, col(PageMessage.version) > after), col(PageMessage.version))
    return _list_batch(session, (in_conversation,), col(PageMessage.created_at), is_descending=True)[::-1]


def list_before(session: Session, address_id: uuid.UUID, before: datetime) -> Sequence[PageMessage]:
    """The latest messages of a conversation from before then, at most BATCH_SIZE and MAX_BATCH_BYTES, oldest first."""
    filters = (col(PageMessage.address_id) == address_id, col(PageMessage.created_at) < before)
    return _list_batch(session, filters, col(PageMessage.created_at), is_descending=True)[::-1]


def _list_batch(
    session: Session, filters: Iterable[ColumnElement[bool]], key: Any, *, is_descending: bool = False
) -> Sequence[PageMessage]:
    """The first messages in the order of that column, up to the size of a batch: of others nothing is read. In one
    statement, so that what is written meanwhile is either seen as a whole or not at all.
    """
    size = func.length(cast(col(PageMessage.body), Text)).label("size")
    order = key.desc() if is_descending else key
    first = select(PageMessage.id, size, key.label("key")).where(*filters).order_by(order).limit(BATCH_SIZE).subquery()
    rank = first.c.key.desc() if is_descending else first.c.key
    total = func.sum(first.c.size).over(order_by=rank)
    batch = select(first.c.id, func.row_number().over(order_by=rank).label("place"), total.label("total")).subquery()
    within = or_(batch.c.place == 1, batch.c.total <= MAX_BATCH_BYTES)
    query = select(PageMessage).join(batch, batch.c.id == col(PageMessage.id)).where(within)
    return session.exec(query.order_by(batch.c.place)).all()


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

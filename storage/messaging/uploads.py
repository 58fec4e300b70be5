"""Cache of media uploaded to WhatsApp, keyed by the file and the kind of message it was sent as."""

import uuid
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from models.messaging.uploads import WhatsAppUpload


def find(session: Session, account_id: uuid.UUID, key: str, since: datetime) -> bytes | None:
    """The serialized media message of an upload created since then."""
    query = select(WhatsAppUpload.content).where(
        col(WhatsAppUpload.account_id) == account_id,
        col(WhatsAppUpload.key) == key,
        col(WhatsAppUpload.created_at) >= since,
    )
    return session.exec(query).one_or_none()


def save(session: Session, row: WhatsAppUpload, since: datetime) -> None:
    """Store an upload, replacing an older one of the same file; deletes the account's uploads older than `since`."""
    remove(session, row.account_id, row.key)
    statement = delete(WhatsAppUpload).where(
        col(WhatsAppUpload.account_id) == row.account_id, col(WhatsAppUpload.created_at) < since
    )
    session.connection().execute(statement)
    session.add(row)
    session.flush()


def remove(session: Session, account_id: uuid.UUID, key: str) -> None:
    statement = delete(WhatsAppUpload).where(
        col(WhatsAppUpload.account_id) == account_id, col(WhatsAppUpload.key) == key
    )
    session.connection().execute(statement)

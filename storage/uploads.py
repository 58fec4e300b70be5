"""Cache of media uploaded to WhatsApp, keyed by the file and the kind of message it was sent as."""

import uuid
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from models.uploads import WhatsAppUpload


def find(session: Session, account_id: uuid.UUID, key: str, since: datetime) -> bytes | None:
    """The serialized media message of an upload created since then."""
    wanted = select(WhatsAppUpload.content).where(
        col(WhatsAppUpload.account_id) == account_id,
        col(WhatsAppUpload.key) == key,
        col(WhatsAppUpload.created_at) >= since,
    )
    return session.exec(wanted).one_or_none()


def keep(session: Session, row: WhatsAppUpload, since: datetime) -> None:
    """Store an upload, replacing an older one of the same file; deletes the account's uploads older than `since`."""
    forget(session, row.account_id, row.key)
    old = delete(WhatsAppUpload).where(
        col(WhatsAppUpload.account_id) == row.account_id, col(WhatsAppUpload.created_at) < since
    )
    session.connection().execute(old)
    session.add(row)
    session.flush()


def forget(session: Session, account_id: uuid.UUID, key: str) -> None:
    gone = delete(WhatsAppUpload).where(col(WhatsAppUpload.account_id) == account_id, col(WhatsAppUpload.key) == key)
    session.connection().execute(gone)

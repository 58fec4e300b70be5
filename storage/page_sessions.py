"""Sign-in sessions of the chat page."""

import uuid
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from models.sessions import PageSession
from storage.rows import changed


def begin(session: Session, signed_in: PageSession) -> None:
    session.add(signed_in)
    session.flush()


def guest(session: Session, account_id: uuid.UUID, digest: str, now: datetime) -> str | None:
    """The external id of the person signed in by a session; None if it is unknown or expired."""
    wanted = select(PageSession.guest).where(
        col(PageSession.digest) == digest,
        col(PageSession.account_id) == account_id,
        col(PageSession.expires_at) > now,
    )
    return session.exec(wanted).one_or_none()


def end(session: Session, account_id: uuid.UUID, digest: str) -> bool:
    """Delete a session; False when there was none."""
    mine = delete(PageSession).where(col(PageSession.digest) == digest, col(PageSession.account_id) == account_id)
    return changed(session, mine) > 0


def prune(session: Session, now: datetime) -> int:
    """Delete expired sessions; their number."""
    return changed(session, delete(PageSession).where(col(PageSession.expires_at) <= now))

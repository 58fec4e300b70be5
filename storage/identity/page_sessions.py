"""Sign-in sessions of the chat page."""

import uuid
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from models.identity.sessions import PageSession
from storage.upsert import execute_dml


def start_session(session: Session, page_session: PageSession) -> None:
    session.add(page_session)
    session.flush()


def find_external_id(session: Session, account_id: uuid.UUID, digest: str, now: datetime) -> str | None:
    """The external id of the person signed in by a session; None if it is unknown or expired."""
    statement = select(PageSession.guest).where(
        col(PageSession.digest) == digest,
        col(PageSession.account_id) == account_id,
        col(PageSession.expires_at) > now,
    )
    return session.exec(statement).one_or_none()


def end_session(session: Session, account_id: uuid.UUID, digest: str) -> bool:
    """Delete a session; False when there was none."""
    deletion = delete(PageSession).where(col(PageSession.digest) == digest, col(PageSession.account_id) == account_id)
    return execute_dml(session, deletion) > 0


def prune_expired(session: Session, now: datetime) -> int:
    """Delete expired sessions; their number."""
    return execute_dml(session, delete(PageSession).where(col(PageSession.expires_at) <= now))

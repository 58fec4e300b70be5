"""Sessions of the chat page: who is signed in, until when."""

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
    """The external id of the person whose session that is, while it lasts."""
    wanted = select(PageSession.guest).where(
        col(PageSession.digest) == digest,
        col(PageSession.account_id) == account_id,
        col(PageSession.expires_at) > now,
    )
    return session.exec(wanted).one_or_none()


def end(session: Session, account_id: uuid.UUID, digest: str) -> bool:
    """Sign out; False when there was nothing to end."""
    mine = delete(PageSession).where(col(PageSession.digest) == digest, col(PageSession.account_id) == account_id)
    return changed(session, mine) > 0


def prune(session: Session, now: datetime) -> int:
    """Forget sessions that are over; how many there were."""
    return changed(session, delete(PageSession).where(col(PageSession.expires_at) <= now))

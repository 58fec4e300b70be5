"""Addresses people prove, from the question to the end of the search."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, update
from sqlmodel import Session, col, select

from models.codes import EmailLink
from storage.codes import LASTS
from storage.rows import changed

GIVEN_UP = timedelta(days=1)


def take(session: Session, link_id: uuid.UUID, now: datetime, again: timedelta) -> EmailLink | None:
    """A row whose work is due, put off for others while one works on it; None when there is nothing to do."""
    theirs = (col(EmailLink.id) == link_id, *_due(now))
    if changed(session, update(EmailLink).where(*theirs).values(run_after=now + again)) != 1:
        return None
    return session.get(EmailLink, link_id, populate_existing=True)


def due(session: Session, tenant_id: uuid.UUID, now: datetime, limit: int = 20) -> Sequence[uuid.UUID]:
    wanted = select(EmailLink.id).where(col(EmailLink.tenant_id) == tenant_id, *_due(now))
    return session.exec(wanted.order_by(col(EmailLink.run_after)).limit(limit)).all()


def found(session: Session, row: EmailLink, customers: Sequence[str]) -> None:
    """Several customers have that address; it is needed no longer."""
    values = {"customers": list(customers), "email": None}
    session.connection().execute(update(EmailLink).where(col(EmailLink.id) == row.id).values(values))


def settle(session: Session, row: EmailLink, now: datetime) -> bool:
    """End the search and forget the address; False when somebody else has."""
    open_ = (col(EmailLink.id) == row.id, col(EmailLink.settled_at).is_(None))
    return changed(session, update(EmailLink).where(*open_).values(settled_at=now, email=None)) == 1


def forget(session: Session, now: datetime) -> None:
    """Addresses nobody proved in time, and searches that led to nothing for a day."""
    is_late = or_(
        (col(EmailLink.proved_at).is_(None)) & (col(EmailLink.created_at) <= now - LASTS),
        col(EmailLink.created_at) <= now - GIVEN_UP,
    )
    late = update(EmailLink).where(col(EmailLink.settled_at).is_(None), is_late)
    session.connection().execute(late.values(settled_at=now, email=None))


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Proved, and either the customers are still to be found or one was chosen."""
    return (
        col(EmailLink.proved_at).is_not(None),
        col(EmailLink.settled_at).is_(None),
        col(EmailLink.run_after) <= now,
        or_(col(EmailLink.email).is_not(None), col(EmailLink.chosen).is_not(None)),
    )

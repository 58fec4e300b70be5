"""E-mail links: addresses that users prove, from the request to the end of the customer search."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, update
from sqlmodel import Session, col, select

from models.identity.codes import EmailLink
from storage.identity.codes import CODE_LIFETIME
from storage.upsert import execute_dml

SEARCH_TIMEOUT = timedelta(days=1)


def claim(session: Session, link_id: uuid.UUID, now: datetime, retry_after: timedelta) -> EmailLink | None:
    """Claim a due row by postponing it for other workers; None when it is not due."""
    filters = (col(EmailLink.id) == link_id, *_build_due_filters(now))
    if execute_dml(session, update(EmailLink).where(*filters).values(run_after=now + retry_after)) != 1:
        return None
    return session.get(EmailLink, link_id, populate_existing=True)


def list_due_ids(session: Session, tenant_id: uuid.UUID, now: datetime, limit: int = 20) -> Sequence[uuid.UUID]:
    statement = select(EmailLink.id).where(col(EmailLink.tenant_id) == tenant_id, *_build_due_filters(now))
    return session.exec(statement.order_by(col(EmailLink.run_after)).limit(limit)).all()


def list_unverified(session: Session, person_id: uuid.UUID, now: datetime) -> list[EmailLink]:
    """A user's email addresses awaiting verification, newest first."""
    statement = select(EmailLink).where(
        col(EmailLink.person_id) == person_id,
        col(EmailLink.created_at) > now - CODE_LIFETIME,
        col(EmailLink.proved_at).is_(None),
        col(EmailLink.email).is_not(None),
    )
    return list(session.exec(statement.order_by(col(EmailLink.created_at).desc())))


def save_candidates(session: Session, row: EmailLink, customers: Sequence[str]) -> None:
    """Save the customers that have the address, for the user to choose from, and delete the address."""
    values = {"customers": list(customers), "email": None}
    session.connection().execute(update(EmailLink).where(col(EmailLink.id) == row.id).values(values))


def settle(session: Session, row: EmailLink, now: datetime) -> bool:
    """End the search and delete the address; False when it had ended before."""
    filters = (col(EmailLink.id) == row.id, col(EmailLink.settled_at).is_(None))
    return execute_dml(session, update(EmailLink).where(*filters).values(settled_at=now, email=None)) == 1


def expire_stale(session: Session, now: datetime) -> None:
    """End links whose address was not proved in time, and searches without a result for a day."""
    is_stale = or_(
        (col(EmailLink.proved_at).is_(None)) & (col(EmailLink.created_at) <= now - CODE_LIFETIME),
        col(EmailLink.created_at) <= now - SEARCH_TIMEOUT,
    )
    expiry = update(EmailLink).where(col(EmailLink.settled_at).is_(None), is_stale)
    session.connection().execute(expiry.values(settled_at=now, email=None))


def _build_due_filters(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Filters for due rows: proved, and either the customers are still to be searched or one was chosen."""
    return (
        col(EmailLink.proved_at).is_not(None),
        col(EmailLink.settled_at).is_(None),
        col(EmailLink.run_after) <= now,
        or_(col(EmailLink.email).is_not(None), col(EmailLink.chosen).is_not(None)),
    )

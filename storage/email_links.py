"""E-mail links: addresses that users prove, from the request to the end of the customer search."""

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
    """Claim a due row by postponing it for other workers; None when it is not due."""
    theirs = (col(EmailLink.id) == link_id, *_due(now))
    if changed(session, update(EmailLink).where(*theirs).values(run_after=now + again)) != 1:
        return None
    return session.get(EmailLink, link_id, populate_existing=True)


def due(session: Session, tenant_id: uuid.UUID, now: datetime, limit: int = 20) -> Sequence[uuid.UUID]:
    wanted = select(EmailLink.id).where(col(EmailLink.tenant_id) == tenant_id, *_due(now))
    return session.exec(wanted.order_by(col(EmailLink.run_after)).limit(limit)).all()


def found(session: Session, row: EmailLink, customers: Sequence[str]) -> None:
    """Save the customers that have the address, for the user to choose from, and delete the address."""
    values = {"customers": list(customers), "email": None}
    session.connection().execute(update(EmailLink).where(col(EmailLink.id) == row.id).values(values))


def settle(session: Session, row: EmailLink, now: datetime) -> bool:
    """End the search and delete the address; False when it had ended before."""
    open_ = (col(EmailLink.id) == row.id, col(EmailLink.settled_at).is_(None))
    return changed(session, update(EmailLink).where(*open_).values(settled_at=now, email=None)) == 1


def forget(session: Session, now: datetime) -> None:
    """End links whose address was not proved in time, and searches without a result for a day."""
    is_late = or_(
        (col(EmailLink.proved_at).is_(None)) & (col(EmailLink.created_at) <= now - LASTS),
        col(EmailLink.created_at) <= now - GIVEN_UP,
    )
    late = update(EmailLink).where(col(EmailLink.settled_at).is_(None), is_late)
    session.connection().execute(late.values(settled_at=now, email=None))


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Filters for due rows: proved, and either the customers are still to be searched or one was chosen."""
    return (
        col(EmailLink.proved_at).is_not(None),
        col(EmailLink.settled_at).is_(None),
        col(EmailLink.run_after) <= now,
        or_(col(EmailLink.email).is_not(None), col(EmailLink.chosen).is_not(None)),
    )

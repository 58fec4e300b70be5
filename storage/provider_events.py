"""News of the payment provider: kept before they are acknowledged, and tried until they are handled."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from models.payments import ProviderEvent
from storage.rows import changed, insert_once


def keep(session: Session, event: ProviderEvent) -> bool:
    """Keep news; False when they were kept before."""
    return insert_once(session, event)


def claim(session: Session, tenant_id: uuid.UUID, now: datetime, lease: timedelta, limit: int) -> list[ProviderEvent]:
    """Take the oldest news that are due, counted as tried; others leave them alone until the lease is over."""
    wanted = (
        select(ProviderEvent.id, ProviderEvent.run_after)
        .where(
            col(ProviderEvent.tenant_id) == tenant_id,
            col(ProviderEvent.handled_at).is_(None),
            col(ProviderEvent.run_after) <= now,
        )
        .order_by(col(ProviderEvent.run_after), col(ProviderEvent.received_at))
        .limit(limit)
    )
    taken = [event for event, seen in session.exec(wanted).all() if _take(session, event, seen, now + lease)]
    found = select(ProviderEvent).where(col(ProviderEvent.id).in_(taken)).order_by(col(ProviderEvent.received_at))
    return list(session.exec(found.execution_options(populate_existing=True)))


def handled(session: Session, event: ProviderEvent, now: datetime, error: str | None = None) -> None:
    """News that need nothing more; with an error they are given up."""
    values = {"handled_at": now, "error": error}
    session.connection().execute(update(ProviderEvent).where(col(ProviderEvent.id) == event.id).values(**values))


def later(session: Session, event: ProviderEvent, run_after: datetime, error: str) -> None:
    """Try news again."""
    values = {"run_after": run_after, "error": error[:500]}
    session.connection().execute(update(ProviderEvent).where(col(ProviderEvent.id) == event.id).values(**values))


def kept(session: Session, tenant_id: uuid.UUID, external_ids: Sequence[str]) -> set[str]:
    """Which of these we have."""
    wanted = select(ProviderEvent.external_id).where(
        col(ProviderEvent.tenant_id) == tenant_id, col(ProviderEvent.external_id).in_(external_ids)
    )
    return set(session.exec(wanted))


def count(session: Session, kind: str) -> int:
    """How many there ever were of a kind."""
    return session.exec(select(func.count(col(ProviderEvent.id))).where(col(ProviderEvent.kind) == kind)).one()


def waiting(session: Session) -> int:
    """How many are not handled yet."""
    return session.exec(select(func.count(col(ProviderEvent.id))).where(col(ProviderEvent.handled_at).is_(None))).one()


def oldest(session: Session, now: datetime) -> float:
    """For how many seconds the oldest has waited that is not handled yet; 0 of none."""
    wanted = select(func.min(col(ProviderEvent.received_at))).where(col(ProviderEvent.handled_at).is_(None))
    received = session.exec(wanted).one()
    return max(0.0, (now - received).total_seconds()) if received is not None else 0.0


def _take(session: Session, event: uuid.UUID, seen: datetime, until: datetime) -> bool:
    mine = (
        update(ProviderEvent)
        .where(
            col(ProviderEvent.id) == event,
            col(ProviderEvent.handled_at).is_(None),
            col(ProviderEvent.run_after) == seen,
        )
        .values(run_after=until, attempts=col(ProviderEvent.attempts) + 1)
    )
    return changed(session, mine) == 1


def hurry(session: Session, tenant_id: uuid.UUID, now: datetime) -> None:
    """Try what was put off now: what it waited for may be there."""
    soon = (
        update(ProviderEvent)
        .where(
            col(ProviderEvent.tenant_id) == tenant_id,
            col(ProviderEvent.handled_at).is_(None),
            col(ProviderEvent.error).is_not(None),
        )
        .values(run_after=now)
    )
    session.connection().execute(soon)

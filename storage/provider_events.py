"""Webhook events of the payment provider: stored before they are acknowledged, retried until they are handled."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from models.payments import ProviderEvent
from storage.rows import changed, insert_once


def keep(session: Session, event: ProviderEvent) -> bool:
    """Store an event; False when it was stored before."""
    return insert_once(session, event)


def claim(session: Session, tenant_id: uuid.UUID, now: datetime, lease: timedelta, limit: int) -> list[ProviderEvent]:
    """Claim the oldest due events and count the attempt; other processes leave them alone until the lease is over."""
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
    """Mark an event as handled; with an error, as given up."""
    values = {"handled_at": now, "error": error}
    session.connection().execute(update(ProviderEvent).where(col(ProviderEvent.id) == event.id).values(**values))


def later(session: Session, event: ProviderEvent, run_after: datetime, error: str) -> None:
    """Schedule another attempt at an event."""
    values = {"run_after": run_after, "error": error[:500]}
    session.connection().execute(update(ProviderEvent).where(col(ProviderEvent.id) == event.id).values(**values))


def kept(session: Session, tenant_id: uuid.UUID, external_ids: Sequence[str]) -> set[str]:
    """Those of these external ids that are stored."""
    wanted = select(ProviderEvent.external_id).where(
        col(ProviderEvent.tenant_id) == tenant_id, col(ProviderEvent.external_id).in_(external_ids)
    )
    return set(session.exec(wanted))


def count(session: Session, kind: str) -> int:
    """Number of stored events of a kind."""
    return session.exec(select(func.count(col(ProviderEvent.id))).where(col(ProviderEvent.kind) == kind)).one()


def waiting(session: Session) -> int:
    """Number of events that are not handled yet."""
    return session.exec(select(func.count(col(ProviderEvent.id))).where(col(ProviderEvent.handled_at).is_(None))).one()


def oldest(session: Session, now: datetime) -> float:
    """Seconds the oldest unhandled event has waited; 0 without one."""
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
    """Make failed events due now: what they waited for may exist."""
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

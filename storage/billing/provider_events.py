"""Webhook events of the payment provider: stored before they are acknowledged, retried until they are handled."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from models.billing.payments import ProviderEvent
from storage.upsert import execute_dml, insert_once


def save(session: Session, event: ProviderEvent) -> bool:
    """Store an event; False when it was stored before."""
    return insert_once(session, event)


def claim_due(
    session: Session, tenant_id: uuid.UUID, now: datetime, lease: timedelta, limit: int
) -> list[ProviderEvent]:
    """Claim the oldest due events and count the attempt; other processes leave them alone until the lease is over."""
    due_query = (
        select(ProviderEvent.id, ProviderEvent.run_after)
        .where(
            col(ProviderEvent.tenant_id) == tenant_id,
            col(ProviderEvent.handled_at).is_(None),
            col(ProviderEvent.run_after) <= now,
        )
        .order_by(col(ProviderEvent.run_after), col(ProviderEvent.received_at))
        .limit(limit)
    )
    claimed_ids = [
        event_id
        for event_id, run_after in session.exec(due_query).all()
        if _claim(session, event_id, run_after, now + lease)
    ]
    query = select(ProviderEvent).where(col(ProviderEvent.id).in_(claimed_ids)).order_by(col(ProviderEvent.received_at))
    return list(session.exec(query.execution_options(populate_existing=True)))


def mark_handled(session: Session, event: ProviderEvent, now: datetime, error: str | None = None) -> None:
    """Mark an event as handled; with an error, as given up."""
    values = {"handled_at": now, "error": error}
    session.connection().execute(update(ProviderEvent).where(col(ProviderEvent.id) == event.id).values(**values))


def postpone(session: Session, event: ProviderEvent, run_after: datetime, error: str) -> None:
    """Schedule another attempt at an event."""
    values = {"run_after": run_after, "error": error[:500]}
    session.connection().execute(update(ProviderEvent).where(col(ProviderEvent.id) == event.id).values(**values))


def count_by_kind(session: Session, kind: str) -> int:
    """Number of stored events of a kind."""
    return session.exec(select(func.count(col(ProviderEvent.id))).where(col(ProviderEvent.kind) == kind)).one()


def count_unhandled(session: Session) -> int:
    """Number of events that are not handled yet."""
    return session.exec(select(func.count(col(ProviderEvent.id))).where(col(ProviderEvent.handled_at).is_(None))).one()


def get_oldest_age(session: Session, now: datetime) -> float:
    """Seconds the oldest unhandled event has waited; 0 without one."""
    query = select(func.min(col(ProviderEvent.received_at))).where(col(ProviderEvent.handled_at).is_(None))
    received = session.exec(query).one()
    return max(0.0, (now - received).total_seconds()) if received is not None else 0.0


def _claim(session: Session, event_id: uuid.UUID, expected_run_after: datetime, until: datetime) -> bool:
    statement = (
        update(ProviderEvent)
        .where(
            col(ProviderEvent.id) == event_id,
            col(ProviderEvent.handled_at).is_(None),
            col(ProviderEvent.run_after) == expected_run_after,
        )
        .values(run_after=until, attempts=col(ProviderEvent.attempts) + 1)
    )
    return execute_dml(session, statement) == 1


def retry_failed_now(session: Session, tenant_id: uuid.UUID, now: datetime) -> None:
    """Make failed events due now: what they waited for may exist."""
    statement = (
        update(ProviderEvent)
        .where(
            col(ProviderEvent.tenant_id) == tenant_id,
            col(ProviderEvent.handled_at).is_(None),
            col(ProviderEvent.error).is_not(None),
        )
        .values(run_after=now)
    )
    session.connection().execute(statement)

"""Error events, found by the short reference (of a request or a job) that users are shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from models.operations.error_events import ErrorEvent


@dataclass(frozen=True, slots=True)
class ErrorCount:
    """Number of equal error events, with the time and the reference of the last."""

    event: str
    code: str
    count: int
    last_at: datetime
    reference: str


def save(session: Session, events: Sequence[ErrorEvent]) -> None:
    session.add_all(events)
    session.flush()


def list_counts(session: Session, since: datetime, limit: int = 10) -> list[ErrorCount]:
    """Counts of the errors since then, the latest first."""
    query = (
        select(ErrorEvent.event, ErrorEvent.code, func.count(), func.max(ErrorEvent.id))
        .where(col(ErrorEvent.at) >= since)
        .group_by(col(ErrorEvent.event), col(ErrorEvent.code))
        .order_by(func.max(ErrorEvent.id).desc())
        .limit(limit)
    )
    return [_build_count(session, *row) for row in session.exec(query).all()]


def list_by_reference(session: Session, reference: str, limit: int = 5) -> list[ErrorEvent]:
    """Error events of a request or a job, the latest first."""
    if not reference:
        return []
    query = select(ErrorEvent).where(or_(col(ErrorEvent.request) == reference, col(ErrorEvent.job) == reference))
    return list(session.exec(query.order_by(col(ErrorEvent.id).desc()).limit(limit)))


def count_since(session: Session, since: datetime) -> int:
    return session.exec(select(func.count(col(ErrorEvent.id))).where(col(ErrorEvent.at) >= since)).one()


def count_by_event(session: Session) -> dict[tuple[str, str], int]:
    """Number of stored error events by event and code."""
    columns = ErrorEvent.event, ErrorEvent.code
    query = select(*columns, func.count()).group_by(*map(col, columns))
    return {(event, code): count for event, code, count in session.exec(query).all()}


def _build_count(session: Session, event: str, code: str, count: int, last_id: int | None) -> ErrorCount:
    error_event = session.get_one(ErrorEvent, last_id)
    return ErrorCount(event, code, count, error_event.at, error_event.job or error_event.request)

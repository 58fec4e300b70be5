"""Error events, found by the short reference (of a request or a job) that users are shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from models.operations.error_events import Fault


@dataclass(frozen=True, slots=True)
class ErrorCount:
    """Number of equal error events, with the time and the reference of the last."""

    event: str
    code: str
    count: int
    last_at: datetime
    reference: str


def save(session: Session, faults: Sequence[Fault]) -> None:
    session.add_all(faults)
    session.flush()


def list_counts(session: Session, since: datetime, limit: int = 10) -> list[ErrorCount]:
    """Counts of the errors since then, the latest first."""
    query = (
        select(Fault.event, Fault.code, func.count(), func.max(Fault.id))
        .where(col(Fault.at) >= since)
        .group_by(col(Fault.event), col(Fault.code))
        .order_by(func.max(Fault.id).desc())
        .limit(limit)
    )
    return [_build_count(session, *row) for row in session.exec(query).all()]


def list_by_reference(session: Session, reference: str, limit: int = 5) -> list[Fault]:
    """Error events of a request or a job, the latest first."""
    if not reference:
        return []
    query = select(Fault).where(or_(col(Fault.request) == reference, col(Fault.job) == reference))
    return list(session.exec(query.order_by(col(Fault.id).desc()).limit(limit)))


def count_since(session: Session, since: datetime) -> int:
    return session.exec(select(func.count(col(Fault.id))).where(col(Fault.at) >= since)).one()


def count_by_event(session: Session) -> dict[tuple[str, str], int]:
    """Number of stored error events by event and code."""
    query = select(Fault.event, Fault.code, func.count()).group_by(col(Fault.event), col(Fault.code))
    return {(event, code): count for event, code, count in session.exec(query).all()}


def _build_count(session: Session, event: str, code: str, count: int, last_id: int | None) -> ErrorCount:
    fault = session.get_one(Fault, last_id)
    return ErrorCount(event, code, count, fault.at, fault.job or fault.request)

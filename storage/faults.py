"""Error events, found by the short reference (of a request or a job) that users are shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from models.faults import Fault


@dataclass(frozen=True, slots=True)
class Tally:
    """Number of equal error events, with the time and the reference of the last."""

    event: str
    code: str
    count: int
    last_at: datetime
    name: str


def keep(session: Session, faults: Sequence[Fault]) -> None:
    session.add_all(faults)
    session.flush()


def tallies(session: Session, since: datetime, limit: int = 10) -> list[Tally]:
    """Counts of the errors since then, the latest first."""
    grouped = (
        select(Fault.event, Fault.code, func.count(), func.max(Fault.id))
        .where(col(Fault.at) >= since)
        .group_by(col(Fault.event), col(Fault.code))
        .order_by(func.max(Fault.id).desc())
        .limit(limit)
    )
    return [_tally(session, *row) for row in session.exec(grouped).all()]


def named(session: Session, name: str, limit: int = 5) -> list[Fault]:
    """Error events of a request or a job, the latest first."""
    if not name:
        return []
    wanted = select(Fault).where(or_(col(Fault.request) == name, col(Fault.job) == name))
    return list(session.exec(wanted.order_by(col(Fault.id).desc()).limit(limit)))


def count(session: Session, since: datetime) -> int:
    return session.exec(select(func.count(col(Fault.id))).where(col(Fault.at) >= since)).one()


def totals(session: Session) -> dict[tuple[str, str], int]:
    """Number of stored error events by event and code."""
    grouped = select(Fault.event, Fault.code, func.count()).group_by(col(Fault.event), col(Fault.code))
    return {(event, code): many for event, code, many in session.exec(grouped).all()}


def _tally(session: Session, event: str, code: str, many: int, last: int | None) -> Tally:
    fault = session.get_one(Fault, last)
    return Tally(event, code, many, fault.at, fault.job or fault.request)

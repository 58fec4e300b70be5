"""Latest health readings of services and disks, by whichever process checked."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.operations.health_readings import Reading
from storage.upsert import insert_once


def save(session: Session, name: str, now: datetime, *, ok: bool, **details: Any) -> None:
    """Store a reading in place of the previous one."""
    if insert_once(session, Reading(name=name, ok=ok, about=details, read_at=now)):
        return
    row = session.exec(select(Reading).where(col(Reading.name) == name).with_for_update()).one()
    row.ok, row.about, row.read_at = ok, details, now
    session.flush()


def list_latest(session: Session, name_prefix: str = "", since: datetime | None = None) -> list[Reading]:
    """Readings whose names have a prefix, read since then."""
    query = select(Reading).where(col(Reading.name).startswith(name_prefix, autoescape=True))
    if since is not None:
        query = query.where(col(Reading.read_at) >= since)
    return list(session.exec(query.order_by(col(Reading.name))))


def find_since(session: Session, name: str, since: datetime) -> Reading | None:
    """The reading of a name, if it was read since then."""
    query = select(Reading).where(col(Reading.name) == name, col(Reading.read_at) >= since)
    return session.exec(query).one_or_none()

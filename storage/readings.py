"""Latest health readings of services and disks, by whichever process checked."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.readings import Reading
from storage.rows import insert_once


def note(session: Session, name: str, now: datetime, *, ok: bool, **about: Any) -> None:
    """Store a reading in place of the previous one."""
    if insert_once(session, Reading(name=name, ok=ok, about=about, read_at=now)):
        return
    row = session.exec(select(Reading).where(col(Reading.name) == name).with_for_update()).one()
    row.ok, row.about, row.read_at = ok, about, now
    session.flush()


def newest(session: Session, begin: str = "", since: datetime | None = None) -> list[Reading]:
    """Readings whose names have a prefix, read since then."""
    wanted = select(Reading).where(col(Reading.name).startswith(begin, autoescape=True))
    if since is not None:
        wanted = wanted.where(col(Reading.read_at) >= since)
    return list(session.exec(wanted.order_by(col(Reading.name))))


def since(session: Session, name: str, moment: datetime) -> Reading | None:
    """The reading of a name, if it was read since then."""
    wanted = select(Reading).where(col(Reading.name) == name, col(Reading.read_at) >= moment)
    return session.exec(wanted).one_or_none()

"""Refund and apology for a rendered and paid film that cannot be delivered."""

from datetime import datetime, timedelta

from sqlmodel import Session

from models.deliveries import Delivery
from models.errors import Code
from models.files import Media
from models.jobs import Job
from models.people import Address
from pipeline import announce
from pipeline.settlement import undo
from storage import outbox

LASTS = timedelta(days=7)  # how long a message without a film is worth delivering


def is_late(session: Session, row: Delivery, now: datetime) -> bool:
    """Whether a delivery is past the expiry of its film, or of a message without one."""
    film = session.get(Media, row.content.media_id) if row.content.media_id else None
    return now >= (film.expires_at if film else row.created_at + LASTS)


def give_up(session: Session, row: Delivery, error: str, now: datetime) -> bool:
    """Give up a delivery; False if another process had taken it over.

    If it was a film, the user is notified. The job's first delivery was never seen, so its credits are refunded; a film
    that was requested again had been delivered before.
    """
    if not outbox.drop(session, row, error):
        return False
    if row.job_id is not None and row.message.get("media_id"):
        _apologise(session, session.get_one(Job, row.job_id), row, now)
    return True


def _apologise(session: Session, job: Job, row: Delivery, now: datetime) -> None:
    code, returned = Code.FILE_GONE, 0
    if announce.is_first(job, row):
        code, returned = Code.FILM_LOST, undo(session, job, now)
    address = session.get_one(Address, row.address_id)
    outbox.owe(session, address, row.person_id, announce.loss(job, code, returned, f"gone:{row.id}"), now)

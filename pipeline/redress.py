"""What a person gets when a film that was made, and paid for, cannot be brought to them."""

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

LASTS = timedelta(days=7)  # how long a message without a film is worth bringing


def is_late(session: Session, row: Delivery, now: datetime) -> bool:
    """Whether a message's time is over: its film's, or its own."""
    film = session.get(Media, row.content.media_id) if row.content.media_id else None
    return now >= (film.expires_at if film else row.created_at + LASTS)


def give_up(session: Session, row: Delivery, error: str, now: datetime) -> bool:
    """Give a message up; False when another process had taken it over.

    Of a film the person is told. The one its job owed was never seen, so its credits come back; one that was asked for
    once more had arrived before.
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

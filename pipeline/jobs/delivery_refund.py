"""Refund and apology for a rendered and paid film that cannot be delivered."""

from datetime import datetime, timedelta

from sqlmodel import Session

from models.errors import ErrorCode
from models.identity.people import Address
from models.jobs.job import Job
from models.media.files import Media
from models.messaging.deliveries import Delivery
from pipeline.jobs import job_messages
from pipeline.jobs.settlement import refund
from storage.messaging import outbox

MESSAGE_LIFETIME = timedelta(days=7)  # how long a message without a film is worth delivering


def is_delivery_expired(session: Session, delivery: Delivery, now: datetime) -> bool:
    """Whether a delivery is past the expiry of its film, or of a message without one."""
    film = session.get(Media, delivery.content.media_id) if delivery.content.media_id else None
    return now >= (film.expires_at if film else delivery.created_at + MESSAGE_LIFETIME)


def abandon_delivery(session: Session, delivery: Delivery, error: str, now: datetime) -> bool:
    """Give up a delivery; False if another process had taken it over.

    If it was the result of a job, the user is notified. The job's first delivery was never seen, so its credits are
    refunded; a file that was requested again had been delivered before.
    """
    if not outbox.drop(session, delivery, error):
        return False
    job = session.get_one(Job, delivery.job_id) if delivery.job_id is not None else None
    if job is not None and (delivery.message.get("media_id") or job_messages.is_first_delivery(job, delivery)):
        _refund_and_notify(session, job, delivery, now)
    return True


def _refund_and_notify(session: Session, job: Job, delivery: Delivery, now: datetime) -> None:
    code, refunded_credits = ErrorCode.FILE_GONE, 0
    if job_messages.is_first_delivery(job, delivery):
        code, refunded_credits = ErrorCode.FILM_LOST, refund(session, job, now)
    address = session.get_one(Address, delivery.address_id)
    outbox.enqueue(
        session,
        address,
        delivery.person_id,
        job_messages.build_loss_message(job, code, refunded_credits, f"gone:{delivery.id}"),
        now,
    )

"""What was sent to a chat, as its people see it there."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from models.deliveries import Delivery, DeliveryStatus
from models.jobs import Job
from models.people import Address

SHOWN = (DeliveryStatus.SENT, DeliveryStatus.SENDING)


def address(session: Session, account_id: uuid.UUID, chat: str, thread: str) -> Address | None:
    """The address of a chat, if anybody has ever written from there."""
    wanted = select(Address).where(
        col(Address.account_id) == account_id, col(Address.chat) == chat, col(Address.thread) == thread
    )
    return session.exec(wanted).one_or_none()


def first(session: Session, address_id: uuid.UUID, message: str) -> Delivery | None:
    """The delivery that sent a message; later ones may have edited it."""
    wanted = select(Delivery).where(col(Delivery.address_id) == address_id, col(Delivery.external_id) == message)
    return session.exec(wanted.order_by(col(Delivery.id)).limit(1)).one_or_none()


def latest(
    session: Session, address_id: uuid.UUID, since: datetime, limit: int, message: str | None = None
) -> list[Delivery]:
    """What was sent, or is being sent, to an address since then, newest first; or what made one message of it."""
    wanted = select(Delivery).where(
        col(Delivery.address_id) == address_id,
        col(Delivery.status).in_(SHOWN),
        col(Delivery.created_at) >= since,
    )
    if message is not None:
        wanted = wanted.where(col(Delivery.external_id) == message)
    return list(session.exec(wanted.order_by(col(Delivery.id).desc()).limit(limit)))


def latest_in_private(
    session: Session, account_id: uuid.UUID, persons: Sequence[uuid.UUID], since: datetime, limit: int
) -> list[Delivery]:
    """What was sent to these persons by themselves since then, newest first, whatever their chat was called."""
    wanted = (
        select(Delivery)
        .join(Address, col(Address.id) == col(Delivery.address_id))
        .where(
            col(Delivery.account_id) == account_id,
            col(Delivery.status).in_(SHOWN),
            col(Delivery.run_after) >= since,  # a message never runs before it is created: this is what the index has
            col(Delivery.person_id).in_(persons),
            col(Address.in_group).is_(False),
        )
        .order_by(col(Delivery.id).desc())
        .limit(limit)
    )
    return list(session.exec(wanted))


def shown_jobs(session: Session, persons: Sequence[uuid.UUID], delivery_ids: Sequence[int]) -> dict[int, Job]:
    """Jobs of these persons by the delivery whose message shows their progress, or has shown it."""
    wanted = select(Job).where(col(Job.person_id).in_(persons), col(Job.status_delivery_id).in_(delivery_ids))
    return {job.status_delivery_id: job for job in session.exec(wanted) if job.status_delivery_id is not None}

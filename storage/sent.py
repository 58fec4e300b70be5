"""Queries over sent messages: what the users of a chat see in it."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from models.deliveries import Delivery, DeliveryStatus
from models.jobs import Job
from models.people import Address

SHOWN = (DeliveryStatus.SENT, DeliveryStatus.SENDING)


def address(session: Session, account_id: uuid.UUID, chat: str, thread: str) -> Address | None:
    """The address of a chat, if it has ever sent an update."""
    wanted = select(Address).where(
        col(Address.account_id) == account_id, col(Address.chat) == chat, col(Address.thread) == thread
    )
    return session.exec(wanted).one_or_none()


def first(session: Session, address_id: uuid.UUID, message: str) -> Delivery | None:
    """The delivery that sent a message; later deliveries may have edited it."""
    wanted = select(Delivery).where(col(Delivery.address_id) == address_id, col(Delivery.external_id) == message)
    return session.exec(wanted.order_by(col(Delivery.id)).limit(1)).one_or_none()


def latest(
    session: Session, address_id: uuid.UUID, since: datetime, limit: int, message: str | None = None
) -> list[Delivery]:
    """Deliveries sent, or being sent, to an address since then, newest first; only those of one message if named."""
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
    """Deliveries to these people's private chats since then, newest first, whatever the chat's id was."""
    wanted = (
        select(Delivery)
        .join(Address, col(Address.id) == col(Delivery.address_id))
        .where(
            col(Delivery.account_id) == account_id,
            col(Delivery.status).in_(SHOWN),
            col(Delivery.run_after) >= since,  # never before `created_at`, and indexed
            col(Delivery.person_id).in_(persons),
            col(Address.in_group).is_(False),
        )
        .order_by(col(Delivery.id).desc())
        .limit(limit)
    )
    return list(session.exec(wanted))


def shown_jobs(session: Session, persons: Sequence[uuid.UUID], delivery_ids: Sequence[int]) -> dict[int, Job]:
    """Jobs of these people by the id of the delivery whose message shows, or has shown, their progress."""
    wanted = select(Job).where(col(Job.person_id).in_(persons), col(Job.status_delivery_id).in_(delivery_ids))
    return {job.status_delivery_id: job for job in session.exec(wanted) if job.status_delivery_id is not None}

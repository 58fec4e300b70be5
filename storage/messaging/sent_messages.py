"""Queries over sent messages: what the users of a chat see in it."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from models.identity.people import Address
from models.jobs.job import Job
from models.messaging.deliveries import Delivery, DeliveryStatus

SHOWN_STATUSES = (DeliveryStatus.SENT, DeliveryStatus.SENDING)


def find_address(session: Session, account_id: uuid.UUID, chat: str, thread: str) -> Address | None:
    """The address of a chat, if it has ever sent an update."""
    query = select(Address).where(
        col(Address.account_id) == account_id, col(Address.chat) == chat, col(Address.thread) == thread
    )
    return session.exec(query).one_or_none()


def find_first_delivery(session: Session, address_id: uuid.UUID, message_id: str) -> Delivery | None:
    """The delivery that sent a message; later deliveries may have edited it."""
    query = select(Delivery).where(col(Delivery.address_id) == address_id, col(Delivery.external_id) == message_id)
    return session.exec(query.order_by(col(Delivery.id)).limit(1)).one_or_none()


def list_recent(
    session: Session, address_id: uuid.UUID, since: datetime, limit: int, message_id: str | None = None
) -> list[Delivery]:
    """Deliveries sent, or being sent, to an address since then, newest first; only those of one message if named."""
    query = select(Delivery).where(
        col(Delivery.address_id) == address_id,
        col(Delivery.status).in_(SHOWN_STATUSES),
        col(Delivery.created_at) >= since,
    )
    if message_id is not None:
        query = query.where(col(Delivery.external_id) == message_id)
    return list(session.exec(query.order_by(col(Delivery.id).desc()).limit(limit)))


def list_recent_private(
    session: Session, account_id: uuid.UUID, person_ids: Sequence[uuid.UUID], since: datetime, limit: int
) -> list[Delivery]:
    """Deliveries to these people's private chats since then, newest first, whatever the chat's id was."""
    query = (
        select(Delivery)
        .join(Address, col(Address.id) == col(Delivery.address_id))
        .where(
            col(Delivery.account_id) == account_id,
            col(Delivery.status).in_(SHOWN_STATUSES),
            col(Delivery.created_at) >= since,
            col(Delivery.person_id).in_(person_ids),
            col(Address.in_group).is_(False),
        )
        .order_by(col(Delivery.id).desc())
        .limit(limit)
    )
    return list(session.exec(query))


def map_jobs_by_delivery(
    session: Session, person_ids: Sequence[uuid.UUID], delivery_ids: Sequence[int]
) -> dict[int, Job]:
    """Jobs of these people by the id of the delivery whose message shows, or has shown, their progress."""
    query = select(Job).where(col(Job.person_id).in_(person_ids), col(Job.status_delivery_id).in_(delivery_ids))
    return {job.status_delivery_id: job for job in session.exec(query) if job.status_delivery_id is not None}

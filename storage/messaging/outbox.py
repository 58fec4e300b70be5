"""Transactional outbox: messages to chats, sent in order by the process that owns the chat's connection."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, update
from sqlmodel import Session, col, select

from models.identity.people import Address
from models.messaging.deliveries import Delivery, DeliveryStatus, Message
from storage.messaging import due_messages
from storage.messaging.conditions import IS_UNSENT
from storage.upsert import execute_dml, insert_all_once, insert_once

UNREACHABLE = "chat unreachable"  # error of deliveries dropped for that reason


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message to enqueue; `job_id` names the job whose results go with it.

    `is_farewell` marks the last message to a chat that has opted out. Messages of a broadcast delay no others.
    """

    message: Message
    cause: str
    part: str = ""
    reply_to: str | None = None
    job_id: uuid.UUID | None = None
    is_farewell: bool = False
    broadcast_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class BroadcastRecipient:
    """A chat, and the person a message of a broadcast goes to."""

    account_id: uuid.UUID
    address_id: uuid.UUID
    person_id: uuid.UUID


def enqueue(
    session: Session, address: Address, person_id: uuid.UUID, outbox_message: OutboxMessage, now: datetime
) -> int:
    """Enqueue a message for a chat; the id of its delivery. Idempotent by cause and part.

    Messages to a chat that is unreachable or has opted out are dropped at once.
    """
    is_reachable = address.unreachable_at is None or outbox_message.is_farewell
    row = Delivery(
        status=DeliveryStatus.PENDING if is_reachable else DeliveryStatus.DROPPED,
        account_id=address.account_id,
        address_id=address.id,
        person_id=person_id,
        job_id=outbox_message.job_id,
        broadcast_id=outbox_message.broadcast_id,
        cause=outbox_message.cause,
        part=outbox_message.part,
        reply_to=outbox_message.reply_to,
        message=outbox_message.message.model_dump(mode="json"),
        run_after=now,
        created_at=now,
    )
    insert_once(session, row)
    query = select(Delivery.id).where(
        col(Delivery.cause) == outbox_message.cause, col(Delivery.part) == outbox_message.part
    )
    delivery_id = session.exec(query).one()
    assert delivery_id is not None  # noqa: S101 - the primary key of a row that exists
    return delivery_id


def find_message(session: Session, cause: str, part: str) -> Message | None:
    """The message of a cause; None where it is none, or deleted."""
    row = session.exec(select(Delivery).where(col(Delivery.cause) == cause, col(Delivery.part) == part)).one_or_none()
    return row.content if row is not None else None


def enqueue_broadcast(
    session: Session,
    broadcast_id: uuid.UUID,
    recipients: Sequence[BroadcastRecipient],
    message: Message,
    now: datetime,
) -> None:
    """Enqueue a message of a broadcast for reachable chats, each person once."""
    content = message.model_dump(mode="json")
    rows = [
        Delivery(
            account_id=each.account_id,
            address_id=each.address_id,
            person_id=each.person_id,
            broadcast_id=broadcast_id,
            cause=f"broadcast:{broadcast_id}",
            part=each.person_id.hex,
            message=content,
            run_after=now,
            created_at=now,
        )
        for each in recipients
    ]
    insert_all_once(session, rows)


def claim_due(
    session: Session,
    account_ids: Sequence[uuid.UUID],
    now: datetime,
    lease: timedelta,
    limit: int = 20,
    *,
    exclude: Collection[int] = (),
) -> list[Delivery]:
    """Lease the oldest unsent message of each chat that is due, so that a chat's messages keep their order; none of
    broadcasts.

    `exclude` are ids the caller is sending: not to be claimed again, however late their lease is renewed.
    """
    ids = due_messages.find_due(session, account_ids, now, limit, exclude)
    return due_messages.lease(session, ids, now + lease)


def claim_due_broadcasts(
    session: Session,
    account_ids: Sequence[uuid.UUID],
    now: datetime,
    lease: timedelta,
    limit: int,
    *,
    exclude: Collection[int] = (),
) -> list[Delivery]:
    """Lease messages of broadcasts that are being sent, oldest first; not ordered within a chat."""
    ids = due_messages.find_due_broadcasts(session, account_ids, now, limit, exclude)
    return due_messages.lease(session, ids, now + lease)


def renew_leases(session: Session, rows: Sequence[Delivery], until: datetime) -> set[int]:
    """Extend the leases of messages; the ids of those still held."""
    statement = update(Delivery).where(or_(*(_build_lease_filter(row) for row in rows))).values(lease_until=until)
    return {
        delivery_id
        for delivery_id in session.connection().execute(statement.returning(col(Delivery.id))).scalars()
        if delivery_id
    }


def mark_sent(session: Session, row: Delivery, external_id: str | None, now: datetime) -> bool:
    """Mark a message as sent; False when another process had taken it over."""
    values = {"status": DeliveryStatus.SENT, "external_id": external_id, "sent_at": now, "lease_until": None}
    return execute_dml(session, update(Delivery).where(_build_lease_filter(row)).values(**values)) == 1


def retry(session: Session, row: Delivery, run_after: datetime, error: str, *, counts_as_attempt: bool = True) -> None:
    """Schedule another attempt; a flood wait the messenger asked for does not count as an attempt."""
    values = {
        "status": DeliveryStatus.PENDING,
        "run_after": run_after,
        "error": error[:500],
        "lease_until": None,
        "attempts": col(Delivery.attempts) - (0 if counts_as_attempt else 1),
    }
    session.connection().execute(update(Delivery).where(_build_lease_filter(row)).values(**values))


def drop(session: Session, row: Delivery, error: str) -> bool:
    """Give up on a message; False when another process had taken it over."""
    values = {"status": DeliveryStatus.DROPPED, "error": error[:500], "lease_until": None}
    return execute_dml(session, update(Delivery).where(_build_lease_filter(row)).values(**values)) == 1


def mark_unreachable(session: Session, address_id: uuid.UUID, now: datetime) -> None:
    """Mark a chat as unreachable and drop its unsent messages."""
    session.connection().execute(update(Address).where(col(Address.id) == address_id).values(unreachable_at=now))
    session.connection().execute(
        update(Delivery)
        .where(col(Delivery.address_id) == address_id, IS_UNSENT)
        .values(status=DeliveryStatus.DROPPED, error=UNREACHABLE, lease_until=None)
    )


def external_id_of(session: Session, delivery_id: int) -> str | None:
    """The messenger's id of a message that was sent."""
    return session.exec(select(Delivery.external_id).where(col(Delivery.id) == delivery_id)).one_or_none()


def is_enqueued(session: Session, cause: str) -> bool:
    return session.exec(select(Delivery.id).where(col(Delivery.cause) == cause)).first() is not None


def _build_lease_filter(row: Delivery) -> ColumnElement[bool]:
    return and_(
        col(Delivery.id) == row.id, col(Delivery.fence) == row.fence, col(Delivery.status) == DeliveryStatus.SENDING
    )

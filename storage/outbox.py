"""Transactional outbox: messages to chats, sent in order by the process that owns the chat's connection."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, ColumnElement, Integer, and_, bindparam, func, or_, update
from sqlmodel import Session, col, select

from models.deliveries import Delivery, DeliveryStatus, Message
from models.notices import Broadcast, BroadcastStatus
from models.people import Address
from storage.rows import changed, insert_once

UNREACHABLE = "chat unreachable"  # error of deliveries dropped for that reason
UNSENT = (DeliveryStatus.PENDING, DeliveryStatus.SENDING)

# Every delivering process runs these queries twice a second, so they are built once.
_NOW: BindParameter[datetime] = bindparam("now")
_MOST: BindParameter[int] = bindparam("most", type_=Integer)
_ACCOUNT, _STATUS = col(Delivery.account_id), col(Delivery.status)
_THEIRS = and_(_ACCOUNT.in_(bindparam("accounts", expanding=True)), _STATUS.in_(UNSENT))
_IS_DUE = or_(
    and_(_STATUS == DeliveryStatus.PENDING, col(Delivery.run_after) <= _NOW),
    and_(_STATUS == DeliveryStatus.SENDING, col(Delivery.lease_until) < _NOW),
)
_NOT_UNDER_WAY = col(Delivery.id).not_in(bindparam("but", expanding=True))
_OF_NO_BROADCAST = col(Delivery.broadcast_id).is_(None)
_FIRST_OF_CHATS = select(func.min(Delivery.id)).where(_THEIRS, _OF_NO_BROADCAST).group_by(col(Delivery.address_id))
_OLDEST = select(Delivery).where(_NOT_UNDER_WAY, _IS_DUE).order_by(col(Delivery.id)).limit(_MOST)
DUE = _OLDEST.where(col(Delivery.id).in_(_FIRST_OF_CHATS)).with_for_update(skip_locked=True)
NEWS = (
    _OLDEST.join(Broadcast, col(Broadcast.id) == col(Delivery.broadcast_id))
    .where(_THEIRS, col(Broadcast.status) == BroadcastStatus.SENDING)
    .with_for_update(of=Delivery, skip_locked=True)
)


@dataclass(frozen=True, slots=True)
class Owed:
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


def owe(session: Session, address: Address, person_id: uuid.UUID, owed: Owed, now: datetime) -> int:
    """Enqueue a message for a chat; the id of its delivery. Idempotent by cause and part.

    Messages to a chat that is unreachable or has opted out are dropped at once.
    """
    is_open = address.unreachable_at is None or owed.is_farewell
    row = Delivery(
        status=DeliveryStatus.PENDING if is_open else DeliveryStatus.DROPPED,
        account_id=address.account_id,
        address_id=address.id,
        person_id=person_id,
        job_id=owed.job_id,
        broadcast_id=owed.broadcast_id,
        cause=owed.cause,
        part=owed.part,
        reply_to=owed.reply_to,
        message=owed.message.model_dump(mode="json"),
        run_after=now,
        created_at=now,
    )
    insert_once(session, row)
    wanted = select(Delivery.id).where(col(Delivery.cause) == owed.cause, col(Delivery.part) == owed.part)
    found = session.exec(wanted).one()
    assert found is not None  # noqa: S101 - the primary key of a row that exists
    return found


def claim_due(
    session: Session,
    account_ids: Sequence[uuid.UUID],
    now: datetime,
    lease: timedelta,
    limit: int = 20,
    *,
    but: Collection[int] = (),
) -> list[Delivery]:
    """Lease the oldest unsent message of each chat that is due, so that a chat's messages keep their order; none of
    broadcasts.

    `exclude` are ids the caller is sending: not to be claimed again, however late their lease is renewed.
    """
    values = {"accounts": account_ids, "but": but, "now": now, "most": limit}
    return _leased(session, list(session.exec(DUE, params=values)), now + lease)


def claim_news(
    session: Session,
    account_ids: Sequence[uuid.UUID],
    now: datetime,
    lease: timedelta,
    limit: int,
    *,
    but: Collection[int] = (),
) -> list[Delivery]:
    """Lease messages of broadcasts that are being sent, oldest first; not ordered within a chat."""
    values = {"accounts": account_ids, "but": but, "now": now, "most": limit}
    return _leased(session, list(session.exec(NEWS, params=values)), now + lease)


def _leased(session: Session, rows: list[Delivery], until: datetime) -> list[Delivery]:
    for row in rows:
        row.status = DeliveryStatus.SENDING
        row.fence += 1
        row.attempts += 1
        row.lease_until = until
    session.flush()
    return rows


def renew(session: Session, rows: Sequence[Delivery], until: datetime) -> set[int]:
    """Extend the leases of messages; the ids of those still held."""
    kept = update(Delivery).where(or_(*(_held(row) for row in rows))).values(lease_until=until)
    return {name for name in session.connection().execute(kept.returning(col(Delivery.id))).scalars() if name}


def sent(session: Session, row: Delivery, external_id: str | None, now: datetime) -> bool:
    """Mark a message as sent; False when another process had taken it over."""
    values = {"status": DeliveryStatus.SENT, "external_id": external_id, "sent_at": now, "lease_until": None}
    return changed(session, update(Delivery).where(_held(row)).values(**values)) == 1


def retry(session: Session, row: Delivery, run_after: datetime, error: str, *, counts: bool = True) -> None:
    """Schedule another attempt; a flood wait the messenger asked for does not count as an attempt."""
    values = {
        "status": DeliveryStatus.PENDING,
        "run_after": run_after,
        "error": error[:500],
        "lease_until": None,
        "attempts": col(Delivery.attempts) - (0 if counts else 1),
    }
    session.connection().execute(update(Delivery).where(_held(row)).values(**values))


def drop(session: Session, row: Delivery, error: str) -> bool:
    """Give up on a message; False when another process had taken it over."""
    values = {"status": DeliveryStatus.DROPPED, "error": error[:500], "lease_until": None}
    return changed(session, update(Delivery).where(_held(row)).values(**values)) == 1


def close_address(session: Session, address_id: uuid.UUID, now: datetime) -> None:
    """Mark a chat as unreachable and drop its unsent messages."""
    session.connection().execute(update(Address).where(col(Address.id) == address_id).values(unreachable_at=now))
    session.connection().execute(
        update(Delivery)
        .where(col(Delivery.address_id) == address_id, col(Delivery.status).in_(UNSENT))
        .values(status=DeliveryStatus.DROPPED, error=UNREACHABLE, lease_until=None)
    )


def message_of(session: Session, delivery_id: int) -> str | None:
    """The messenger's id of a message that was sent."""
    return session.exec(select(Delivery.external_id).where(col(Delivery.id) == delivery_id)).one_or_none()


def owes(session: Session, cause: str) -> bool:
    return session.exec(select(Delivery.id).where(col(Delivery.cause) == cause)).first() is not None


def _held(row: Delivery) -> ColumnElement[bool]:
    return and_(
        col(Delivery.id) == row.id, col(Delivery.fence) == row.fence, col(Delivery.status) == DeliveryStatus.SENDING
    )

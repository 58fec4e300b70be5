"""Broadcasts: their gradual enqueueing into the outbox, and their delivery counts."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.identity.people import Account, Address, Person, Tenant
from models.messaging.broadcasts import UNSOLICITED_FORBIDDEN, Broadcast, BroadcastStatus
from models.messaging.deliveries import Delivery, DeliveryStatus, Message, TranslatedText
from storage.identity.people import ID_PREFIX_PATTERN, resolve_merged
from storage.messaging import outbox
from storage.messaging.audiences import Recipient, build_address_query
from storage.messaging.conditions import IN_BROADCAST, IS_UNSENT, UNSENT_STATUSES
from storage.messaging.outbox import UNREACHABLE, BroadcastRecipient
from storage.upsert import execute_dml

MAX_QUEUED = 100  # messages of one broadcast in the outbox at the same time
LIST_LIMIT = 6  # in a list
NIL_ID = uuid.UUID(int=0)  # before all others


@dataclass(frozen=True, slots=True)
class BroadcastCounts:
    """Delivery counts of a broadcast so far; `pending` are its unsent messages in the outbox."""

    sent: int = 0
    blocked: int = 0
    failed: int = 0
    pending: int = 0


def save_draft(session: Session, broadcast: Broadcast) -> None:
    session.add(broadcast)
    session.flush()


def find_by_id_prefix(session: Session, tenant_id: uuid.UUID, id_prefix: str) -> Broadcast | None:
    """A tenant's broadcast by a prefix of its id; None where several match."""
    if not ID_PREFIX_PATTERN.fullmatch(id_prefix.lower()):
        return None
    first, last = (uuid.UUID(hex=id_prefix.lower().ljust(32, padding)) for padding in "0f")
    query = select(Broadcast).where(col(Broadcast.tenant_id) == tenant_id, col(Broadcast.id).between(first, last))
    found = list(session.exec(query.limit(2)))
    return found[0] if len(found) == 1 else None


def list_latest(session: Session, tenant_id: uuid.UUID) -> list[Broadcast]:
    query = select(Broadcast).where(col(Broadcast.tenant_id) == tenant_id)
    return list(session.exec(query.order_by(col(Broadcast.created_at).desc()).limit(LIST_LIMIT)))


def change_status(
    session: Session, broadcast: Broadcast, allowed_from: tuple[BroadcastStatus, ...], new_status: BroadcastStatus
) -> bool:
    """Change the status; False when the current one is not in `allowed_from`. STOPPED drops the unsent messages."""
    statement = update(Broadcast).where(col(Broadcast.id) == broadcast.id, col(Broadcast.status).in_(allowed_from))
    if execute_dml(session, statement.values(status=new_status)) != 1:
        return False
    session.refresh(broadcast)
    if new_status is BroadcastStatus.STOPPED:
        filters = _build_unsent_filter(broadcast), col(Delivery.status) == DeliveryStatus.PENDING
        execute_dml(session, update(Delivery).where(*filters).values(status=DeliveryStatus.DROPPED, error=new_status))
    return True


def has_open(session: Session) -> bool:
    """Whether any broadcast needs work."""
    return session.exec(_build_open_query()).first() is not None


def claim_open(session: Session) -> list[Broadcast]:
    """Broadcasts being sent, or stopped and not yet counted; locks their rows, skipping locked ones."""
    return list(session.exec(_build_open_query().with_for_update(of=Broadcast, skip_locked=True)))


def _build_open_query() -> SelectOfScalar[Broadcast]:
    """Broadcasts that need work, except those of paused tenants."""
    is_sent = col(Broadcast.status) == BroadcastStatus.SENDING
    is_stopped = and_(col(Broadcast.status) == BroadcastStatus.STOPPED, col(Broadcast.ended_at).is_(None))
    return (
        select(Broadcast)
        .join(Tenant, col(Tenant.id) == col(Broadcast.tenant_id))
        .where(or_(is_sent, is_stopped), col(Tenant.paused_at).is_(None))
        .order_by(col(Broadcast.started_at))
    )


def enqueue_next(session: Session, broadcast: Broadcast, now: datetime, max_queued: int = MAX_QUEUED) -> None:
    """Enqueue messages to the next recipients until `max_queued` are in the outbox. A person with two addresses gets
    one."""
    free_slots = max_queued - _count_unsent(session, broadcast)
    if free_slots <= 0 or broadcast.is_read or broadcast.status != BroadcastStatus.SENDING:
        return
    message = Message(paragraphs=(TranslatedText(key="name", values={"name": broadcast.text}),))
    found = _find_next_recipients(session, broadcast, free_slots)
    outbox.enqueue_broadcast(session, broadcast.id, found, message, now)
    broadcast.cursor = found[-1].address_id if found else broadcast.cursor
    broadcast.is_read = len(found) < free_slots
    session.flush()


def finish_if_complete(session: Session, broadcast: Broadcast, now: datetime) -> bool:
    """Store the final counts of a broadcast that was sent to all recipients or stopped; whether it was sent to all."""
    is_stopped = broadcast.status == BroadcastStatus.STOPPED
    if not (broadcast.is_read or is_stopped) or _count_unsent(session, broadcast):
        return False
    counts = count_deliveries(session, broadcast)
    broadcast.status, broadcast.ended_at = BroadcastStatus.STOPPED if is_stopped else BroadcastStatus.DONE, now
    broadcast.sent, broadcast.blocked, broadcast.failed = counts.sent, counts.blocked, counts.failed
    session.flush()
    return not is_stopped


def count_deliveries(session: Session, broadcast: Broadcast) -> BroadcastCounts:
    if broadcast.ended_at is not None:
        return BroadcastCounts(broadcast.sent, broadcast.blocked, broadcast.failed)
    status, error = col(Delivery.status), col(Delivery.error)
    is_dropped, is_unreachable = status == DeliveryStatus.DROPPED, error == UNREACHABLE
    conditions = (
        status == DeliveryStatus.SENT,
        and_(is_dropped, is_unreachable),
        and_(is_dropped, ~is_unreachable, error != BroadcastStatus.STOPPED),  # those are neither sent nor failed
        status.in_(UNSENT_STATUSES),
    )
    counts = (func.count().filter(condition) for condition in conditions)
    query = select_columns(*counts).where(col(Delivery.broadcast_id) == broadcast.id)
    return BroadcastCounts(*(int(count) for count in session.connection().execute(query).one()))


def _count_unsent(session: Session, broadcast: Broadcast) -> int:
    """Number of its messages in the outbox: not counted among all that were sent, as it is asked every second."""
    return session.exec(select(func.count(col(Delivery.id))).where(_build_unsent_filter(broadcast))).one()


def _build_unsent_filter(broadcast: Broadcast) -> ColumnElement[bool]:
    return and_(col(Delivery.broadcast_id) == broadcast.id, IS_UNSENT, IN_BROADCAST)


def _find_next_recipients(session: Session, broadcast: Broadcast, limit: int) -> list[BroadcastRecipient]:
    """The next addresses after the cursor, with the people who write from them.

    Each account's are read in the order of an index, so that none of other tenants is.
    """
    is_allowed = col(Account.channel).not_in(UNSOLICITED_FORBIDDEN)
    account_ids = session.exec(
        select(Account.id).where(col(Account.tenant_id) == broadcast.tenant_id, is_allowed)
    ).all()
    found = [each for account_id in account_ids for each in _find_in_account(session, broadcast, account_id, limit)]
    return sorted(found, key=lambda each: each.address_id)[:limit]


def _find_in_account(
    session: Session, broadcast: Broadcast, account_id: uuid.UUID, limit: int
) -> Iterator[BroadcastRecipient]:
    is_next = col(Address.account_id) == account_id, col(Address.id) > (broadcast.cursor or NIL_ID)
    query = build_address_query(broadcast.tenant_id, *is_next, col(Address.unreachable_at).is_(None))
    if broadcast.languages:
        query = query.where(col(Recipient.language).in_(broadcast.languages))
    columns = col(Address.id), col(Recipient.id), col(Recipient.merged_into_id)
    ordered = query.with_only_columns(*columns).order_by(col(Address.id)).limit(limit)
    for address_id, person_id, merged_into_id in session.connection().execute(ordered).all():
        is_final = merged_into_id is None
        final_id = person_id if is_final else resolve_merged(session, session.get_one(Person, person_id)).id
        yield BroadcastRecipient(account_id, address_id, final_id)

"""Broadcasts: their audience, their gradual enqueueing into the outbox, and their delivery counts."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, update
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.identity.people import Account, Address, Person, Tenant
from models.messaging.broadcasts import UNSOLICITED_FORBIDDEN, Broadcast, BroadcastStatus
from models.messaging.deliveries import Delivery, DeliveryStatus, Message, TranslatedText
from storage.identity.people import ID_PREFIX_PATTERN, resolve_merged
from storage.messaging import outbox
from storage.messaging.outbox import UNREACHABLE, UNSENT_STATUSES, OutboxMessage
from storage.upsert import execute_dml

MAX_QUEUED = 100  # messages of one broadcast in the outbox at the same time
LIST_LIMIT = 6  # in a list
Recipient = aliased(Person)  # after merges: the person a merged one points to
AddressOwner = aliased(Person)  # the person who writes from an address


@dataclass(frozen=True, slots=True)
class Audience:
    """How many people a broadcast reaches by language, and how many it cannot: on channels where unsolicited messages
    are forbidden, and because they have blocked the bot or opted out.
    """

    languages: dict[str, int] = field(default_factory=dict)
    unsolicited_forbidden: int = 0
    unreachable: int = 0

    def count_people(self, languages: list[str]) -> int:
        """People reached in these languages; in all, where none is given."""
        return sum(count for language, count in self.languages.items() if not languages or language in languages)


@dataclass(frozen=True, slots=True)
class BroadcastCounts:
    """Delivery counts of a broadcast so far; `pending` are its unsent messages in the outbox."""

    sent: int = 0
    blocked: int = 0
    failed: int = 0
    pending: int = 0


def count_audience(session: Session, tenant_id: uuid.UUID) -> Audience:
    """The audience a tenant's broadcast would reach now."""
    is_reachable = col(Address.unreachable_at).is_(None)
    is_allowed = col(Account.channel).not_in(UNSOLICITED_FORBIDDEN)
    query = _build_address_query(tenant_id, is_allowed, is_reachable).with_only_columns(
        col(Recipient.language), func.count(col(Recipient.id).distinct())
    )
    rows = session.connection().execute(query.group_by(col(Recipient.language)))
    return Audience(
        dict(rows.all()),
        _count_people(session, _build_address_query(tenant_id, ~is_allowed, is_reachable)),
        _count_people(session, _build_address_query(tenant_id, is_allowed, ~is_reachable)),
    )


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
        filters = col(Delivery.broadcast_id) == broadcast.id, col(Delivery.status) == DeliveryStatus.PENDING
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
    free_slots = max_queued - count_deliveries(session, broadcast).pending
    if free_slots <= 0 or broadcast.is_read or broadcast.status != BroadcastStatus.SENDING:
        return
    message = Message(paragraphs=(TranslatedText(key="name", values={"name": broadcast.text}),))
    found = list(_find_next_recipients(session, broadcast, free_slots))
    for address, person in found:
        recipient = resolve_merged(session, person)
        outbox_message = OutboxMessage(
            message, f"broadcast:{broadcast.id}", part=recipient.id.hex, broadcast_id=broadcast.id
        )
        outbox.enqueue(session, address, recipient.id, outbox_message, now)
        broadcast.cursor = address.id
    broadcast.is_read = len(found) < free_slots
    session.flush()


def finish_if_complete(session: Session, broadcast: Broadcast, now: datetime) -> bool:
    """Store the final counts of a broadcast that was sent to all recipients or stopped; whether it was sent to all."""
    counts, is_stopped = count_deliveries(session, broadcast), broadcast.status == BroadcastStatus.STOPPED
    if counts.pending or not (broadcast.is_read or is_stopped):
        return False
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


def _find_next_recipients(session: Session, broadcast: Broadcast, limit: int) -> Iterator[tuple[Address, Person]]:
    """The next addresses after the cursor, with the people who write from them."""
    filters = col(Account.channel).not_in(UNSOLICITED_FORBIDDEN), col(Address.unreachable_at).is_(None)
    query = _build_address_query(broadcast.tenant_id, *filters)
    if broadcast.cursor is not None:
        query = query.where(col(Address.id) > broadcast.cursor)
    if broadcast.languages:
        query = query.where(col(Recipient.language).in_(broadcast.languages))
    id_query = query.with_only_columns(col(Address.id), col(AddressOwner.id)).order_by(col(Address.id)).limit(limit)
    for address_id, person_id in session.connection().execute(id_query).all():
        yield session.get_one(Address, address_id), session.get_one(Person, person_id)


def _build_address_query(tenant_id: uuid.UUID, *conditions: ColumnElement[bool]) -> Select[uuid.UUID]:
    """Private addresses of a tenant joined with their AddressOwner and, after merges, Recipient; nobody banned."""
    return (
        select_columns(col(Address.id))
        .select_from(Address)
        .join(Account, col(Account.id) == col(Address.account_id))
        .join(AddressOwner, col(AddressOwner.id) == _build_owner_expression())
        .join(Recipient, col(Recipient.id) == func.coalesce(col(AddressOwner.merged_into_id), col(AddressOwner.id)))
        .where(
            col(Account.tenant_id) == tenant_id,
            col(Address.in_group).is_(False),
            and_(col(AddressOwner.banned_at).is_(None), col(Recipient.banned_at).is_(None)),
            *conditions,
        )
    )


def _build_owner_expression() -> ColumnElement[uuid.UUID]:
    """The id of an address's person: in most messengers a private chat has their id, else the last recipient there."""
    by_chat_id = (
        select_columns(col(Person.id))
        .where(
            col(Person.tenant_id) == col(Account.tenant_id),
            col(Person.channel) == col(Account.channel),
            col(Person.external_id) == col(Address.chat),
        )
        .correlate(Account, Address)
    )
    by_delivery = (
        select_columns(col(Delivery.person_id))
        .where(col(Delivery.address_id) == col(Address.id), col(Delivery.broadcast_id).is_(None))
        .order_by(col(Delivery.id).desc())
        .limit(1)
        .correlate(Address)
    )
    return func.coalesce(by_chat_id.scalar_subquery(), by_delivery.scalar_subquery())


def _count_people(session: Session, address_query: Select[uuid.UUID]) -> int:
    query = address_query.with_only_columns(func.count(col(Recipient.id).distinct()))
    return session.connection().scalar(query) or 0

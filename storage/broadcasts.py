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

from models.deliveries import Delivery, DeliveryStatus, Message, Wording
from models.notices import NEVER_UNASKED, Broadcast, BroadcastStatus
from models.people import Account, Address, Person, Tenant
from storage import outbox
from storage.outbox import UNREACHABLE, UNSENT, Owed
from storage.people import SHORT, merged
from storage.rows import changed

AHEAD = 100  # messages of one broadcast in the outbox at the same time
SHOWN = 6  # in a list
Reader = aliased(Person)  # after merges: the person a merged one points to
Writer = aliased(Person)  # the person who writes from an address


@dataclass(frozen=True, slots=True)
class Audience:
    """How many people a broadcast reaches by language, and how many it cannot: on channels where unsolicited messages
    are forbidden, and because they have blocked the bot or opted out.
    """

    languages: dict[str, int] = field(default_factory=dict)
    never_unasked: int = 0
    unreachable: int = 0

    def count(self, languages: list[str]) -> int:
        """People reached in these languages; in all, where none is given."""
        return sum(count for language, count in self.languages.items() if not languages or language in languages)


@dataclass(frozen=True, slots=True)
class Tally:
    """Delivery counts of a broadcast so far; `pending` are its unsent messages in the outbox."""

    sent: int = 0
    blocked: int = 0
    failed: int = 0
    left: int = 0


def audience(session: Session, tenant_id: uuid.UUID) -> Audience:
    """The audience a tenant's broadcast would reach now."""
    is_open = col(Address.unreachable_at).is_(None)
    may = col(Account.channel).not_in(NEVER_UNASKED)
    by_language = _people(tenant_id, may, is_open).with_only_columns(
        col(Reader.language), func.count(col(Reader.id).distinct())
    )
    grouped = session.connection().execute(by_language.group_by(col(Reader.language)))
    return Audience(
        dict(grouped.all()),
        _count(session, _people(tenant_id, ~may, is_open)),
        _count(session, _people(tenant_id, may, ~is_open)),
    )


def draft(session: Session, broadcast: Broadcast) -> None:
    session.add(broadcast)
    session.flush()


def named(session: Session, tenant_id: uuid.UUID, short: str) -> Broadcast | None:
    """A tenant's broadcast by a prefix of its id; None where several match."""
    if not SHORT.fullmatch(short.lower()):
        return None
    first, last = (uuid.UUID(hex=short.lower().ljust(32, filling)) for filling in "0f")
    wanted = select(Broadcast).where(col(Broadcast.tenant_id) == tenant_id, col(Broadcast.id).between(first, last))
    found = list(session.exec(wanted.limit(2)))
    return found[0] if len(found) == 1 else None


def latest(session: Session, tenant_id: uuid.UUID) -> list[Broadcast]:
    wanted = select(Broadcast).where(col(Broadcast.tenant_id) == tenant_id)
    return list(session.exec(wanted.order_by(col(Broadcast.created_at).desc()).limit(SHOWN)))


def turn(session: Session, broadcast: Broadcast, before: tuple[BroadcastStatus, ...], to: BroadcastStatus) -> bool:
    """Change the status; False when the current one is not in `allowed_from`. STOPPED drops the unsent messages."""
    turned = update(Broadcast).where(col(Broadcast.id) == broadcast.id, col(Broadcast.status).in_(before))
    if changed(session, turned.values(status=to)) != 1:
        return False
    session.refresh(broadcast)
    if to is BroadcastStatus.STOPPED:
        unsent = col(Delivery.broadcast_id) == broadcast.id, col(Delivery.status) == DeliveryStatus.PENDING
        changed(session, update(Delivery).where(*unsent).values(status=DeliveryStatus.DROPPED, error=to))
    return True


def are_any(session: Session) -> bool:
    """Whether any broadcast needs work."""
    return session.exec(_open()).first() is not None


def open_ones(session: Session) -> list[Broadcast]:
    """Broadcasts being sent, or stopped and not yet counted; locks their rows, skipping locked ones."""
    return list(session.exec(_open().with_for_update(of=Broadcast, skip_locked=True)))


def _open() -> SelectOfScalar[Broadcast]:
    """Broadcasts that need work, except those of paused tenants."""
    is_sent = col(Broadcast.status) == BroadcastStatus.SENDING
    is_stopped = and_(col(Broadcast.status) == BroadcastStatus.STOPPED, col(Broadcast.ended_at).is_(None))
    return (
        select(Broadcast)
        .join(Tenant, col(Tenant.id) == col(Broadcast.tenant_id))
        .where(or_(is_sent, is_stopped), col(Tenant.paused_at).is_(None))
        .order_by(col(Broadcast.started_at))
    )


def feed(session: Session, broadcast: Broadcast, now: datetime, ahead: int = AHEAD) -> None:
    """Enqueue messages to the next recipients until `max_queued` are in the outbox. A person with two addresses gets
    one."""
    room = ahead - tally(session, broadcast).left
    if room <= 0 or broadcast.is_read or broadcast.status != BroadcastStatus.SENDING:
        return
    message = Message(paragraphs=(Wording(key="name", values={"name": broadcast.text}),))
    found = list(_next(session, broadcast, room))
    for address, person in found:
        reader = merged(session, person)
        owed = Owed(message, f"broadcast:{broadcast.id}", part=reader.id.hex, broadcast_id=broadcast.id)
        outbox.owe(session, address, reader.id, owed, now)
        broadcast.cursor = address.id
    broadcast.is_read = len(found) < room
    session.flush()


def end(session: Session, broadcast: Broadcast, now: datetime) -> bool:
    """Store the final counts of a broadcast that was sent to all recipients or stopped; whether it was sent to all."""
    found, is_stopped = tally(session, broadcast), broadcast.status == BroadcastStatus.STOPPED
    if found.left or not (broadcast.is_read or is_stopped):
        return False
    broadcast.status, broadcast.ended_at = BroadcastStatus.STOPPED if is_stopped else BroadcastStatus.DONE, now
    broadcast.sent, broadcast.blocked, broadcast.failed = found.sent, found.blocked, found.failed
    session.flush()
    return not is_stopped


def tally(session: Session, broadcast: Broadcast) -> Tally:
    if broadcast.ended_at is not None:
        return Tally(broadcast.sent, broadcast.blocked, broadcast.failed)
    status, error = col(Delivery.status), col(Delivery.error)
    is_dropped, is_gone = status == DeliveryStatus.DROPPED, error == UNREACHABLE
    kinds = (
        status == DeliveryStatus.SENT,
        and_(is_dropped, is_gone),
        and_(is_dropped, ~is_gone, error != BroadcastStatus.STOPPED),  # those are neither sent nor failed
        status.in_(UNSENT),
    )
    counts = (func.count().filter(kind) for kind in kinds)
    wanted = select_columns(*counts).where(col(Delivery.broadcast_id) == broadcast.id)
    return Tally(*(int(count) for count in session.connection().execute(wanted).one()))


def _next(session: Session, broadcast: Broadcast, limit: int) -> Iterator[tuple[Address, Person]]:
    """The next addresses after the cursor, with the people who write from them."""
    may = col(Account.channel).not_in(NEVER_UNASKED), col(Address.unreachable_at).is_(None)
    wanted = _people(broadcast.tenant_id, *may)
    if broadcast.cursor is not None:
        wanted = wanted.where(col(Address.id) > broadcast.cursor)
    if broadcast.languages:
        wanted = wanted.where(col(Reader.language).in_(broadcast.languages))
    named = wanted.with_only_columns(col(Address.id), col(Writer.id)).order_by(col(Address.id)).limit(limit)
    for address_id, person_id in session.connection().execute(named).all():
        yield session.get_one(Address, address_id), session.get_one(Person, person_id)


def _people(tenant_id: uuid.UUID, *conditions: ColumnElement[bool]) -> Select[uuid.UUID]:
    """Private addresses of a tenant joined with their AddressOwner and, after merges, Recipient; nobody banned."""
    return (
        select_columns(col(Address.id))
        .select_from(Address)
        .join(Account, col(Account.id) == col(Address.account_id))
        .join(Writer, col(Writer.id) == _writer())
        .join(Reader, col(Reader.id) == func.coalesce(col(Writer.merged_into_id), col(Writer.id)))
        .where(
            col(Account.tenant_id) == tenant_id,
            col(Address.in_group).is_(False),
            and_(col(Writer.banned_at).is_(None), col(Reader.banned_at).is_(None)),
            *conditions,
        )
    )


def _writer() -> ColumnElement[uuid.UUID]:
    """The id of an address's person: in most messengers a private chat has their id, else the last recipient there."""
    same = (
        select_columns(col(Person.id))
        .where(
            col(Person.tenant_id) == col(Account.tenant_id),
            col(Person.channel) == col(Account.channel),
            col(Person.external_id) == col(Address.chat),
        )
        .correlate(Account, Address)
    )
    written = (
        select_columns(col(Delivery.person_id))
        .where(col(Delivery.address_id) == col(Address.id), col(Delivery.broadcast_id).is_(None))
        .order_by(col(Delivery.id).desc())
        .limit(1)
        .correlate(Address)
    )
    return func.coalesce(same.scalar_subquery(), written.scalar_subquery())


def _count(session: Session, people: Select[uuid.UUID]) -> int:
    counted = people.with_only_columns(func.count(col(Reader.id).distinct()))
    return session.connection().scalar(counted) or 0

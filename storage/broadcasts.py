"""News to everybody: whom they reach, put into the outbox bit by bit, and what became of them."""

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

AHEAD = 100  # messages of one broadcast that lie in the outbox at the same time
SHOWN = 6  # in a list
Reader = aliased(Person)  # who counts, where several were joined
Writer = aliased(Person)  # who writes from an address


@dataclass(frozen=True, slots=True)
class Audience:
    """How many people news reach by language, and how many are left out: on channels where nobody may write unasked,
    and because they have blocked the bot or want to hear nothing.
    """

    languages: dict[str, int] = field(default_factory=dict)
    never_unasked: int = 0
    unreachable: int = 0

    def count(self, languages: list[str]) -> int:
        """Those of these languages; of all, where none is named."""
        return sum(count for language, count in self.languages.items() if not languages or language in languages)


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of a broadcast so far; `left` are those it is still to reach, as far as they are in the outbox."""

    sent: int = 0
    blocked: int = 0
    failed: int = 0
    left: int = 0


def audience(session: Session, tenant_id: uuid.UUID) -> Audience:
    """Whom news of a tenant would reach now."""
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
    """A tenant's broadcast by the first letters of its id."""
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
    """Give it another status; False when it had none of those before. What is stopped for good is owed no more."""
    turned = update(Broadcast).where(col(Broadcast.id) == broadcast.id, col(Broadcast.status).in_(before))
    if changed(session, turned.values(status=to)) != 1:
        return False
    session.refresh(broadcast)
    if to is BroadcastStatus.STOPPED:
        unsent = col(Delivery.broadcast_id) == broadcast.id, col(Delivery.status) == DeliveryStatus.PENDING
        changed(session, update(Delivery).where(*unsent).values(status=DeliveryStatus.DROPPED, error=to))
    return True


def are_any(session: Session) -> bool:
    """Whether there is one to look after."""
    return session.exec(_open()).first() is not None


def open_ones(session: Session) -> list[Broadcast]:
    """Those that are going out, or were stopped and not accounted for, each for one process at a time."""
    return list(session.exec(_open().with_for_update(of=Broadcast, skip_locked=True)))


def _open() -> SelectOfScalar[Broadcast]:
    """Not those of tenants that are paused."""
    is_sent = col(Broadcast.status) == BroadcastStatus.SENDING
    is_stopped = and_(col(Broadcast.status) == BroadcastStatus.STOPPED, col(Broadcast.ended_at).is_(None))
    return (
        select(Broadcast)
        .join(Tenant, col(Tenant.id) == col(Broadcast.tenant_id))
        .where(or_(is_sent, is_stopped), col(Tenant.paused_at).is_(None))
        .order_by(col(Broadcast.started_at))
    )


def feed(session: Session, broadcast: Broadcast, now: datetime, ahead: int = AHEAD) -> None:
    """Put the next ones into the outbox, as long as fewer than `ahead` lie there. Whom two addresses belong to is
    written to once."""
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
    """Note what became of it, if it has reached everybody it can, or was stopped; whether it has."""
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
        and_(is_dropped, ~is_gone, error != BroadcastStatus.STOPPED),  # which is neither sent nor failed
        status.in_(UNSENT),
    )
    counts = (func.count().filter(kind) for kind in kinds)
    wanted = select_columns(*counts).where(col(Delivery.broadcast_id) == broadcast.id)
    return Tally(*(int(count) for count in session.connection().execute(wanted).one()))


def _next(session: Session, broadcast: Broadcast, limit: int) -> Iterator[tuple[Address, Person]]:
    """The next addresses, and who writes from them."""
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
    """Private addresses of a tenant with who writes from them, and who that person counts as; nobody who is banned."""
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
    """Whose an address is: in private a chat has its person's id in most messengers, else who was written to there."""
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

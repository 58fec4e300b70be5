"""Audiences of broadcasts: whom one would reach, counted when it is asked, or ahead where that takes long."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models.identity.people import Account, Address, Person
from models.messaging.broadcasts import UNSOLICITED_FORBIDDEN, AudienceCount
from models.messaging.deliveries import Delivery

LARGE = 10_000  # people of a tenant from which on they are counted ahead
COUNT_INTERVAL = timedelta(hours=1)
MAX_AGE = 3 * COUNT_INTERVAL  # of a count made ahead
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


def find_audience(session: Session, tenant_id: uuid.UUID, now: datetime) -> Audience:
    """The audience a tenant's broadcast would reach; that of a large tenant may be as old as MAX_AGE."""
    row = session.get(AudienceCount, tenant_id)
    if row is None or row.counted_at < now - MAX_AGE:
        return count_audience(session, tenant_id)
    return Audience(dict(row.languages), row.unsolicited_forbidden, row.unreachable)


def list_large_tenants(session: Session, larger_than: int = LARGE) -> Sequence[uuid.UUID]:
    """Tenants whose audience is to be counted ahead."""
    query = select(Person.tenant_id).where(col(Person.merged_into_id).is_(None)).group_by(col(Person.tenant_id))
    return session.exec(query.having(func.count() > larger_than)).all()


def save_count(session: Session, tenant_id: uuid.UUID, audience: Audience, now: datetime) -> None:
    """Store the audience of a tenant in place of the last one."""
    counts = {"unsolicited_forbidden": audience.unsolicited_forbidden, "unreachable": audience.unreachable}
    session.merge(AudienceCount(tenant_id=tenant_id, languages=audience.languages, counted_at=now, **counts))
    session.flush()


def count_audience(session: Session, tenant_id: uuid.UUID) -> Audience:
    """The audience a tenant's broadcast would reach now."""
    is_reachable = col(Address.unreachable_at).is_(None)
    is_allowed = col(Account.channel).not_in(UNSOLICITED_FORBIDDEN)
    query = build_address_query(tenant_id, is_allowed, is_reachable).with_only_columns(
        col(Recipient.language), func.count(col(Recipient.id).distinct())
    )
    rows = session.connection().execute(query.group_by(col(Recipient.language)))
    return Audience(
        dict(rows.all()),
        _count_people(session, build_address_query(tenant_id, ~is_allowed, is_reachable)),
        _count_people(session, build_address_query(tenant_id, is_allowed, ~is_reachable)),
    )


def build_address_query(tenant_id: uuid.UUID, *conditions: ColumnElement[bool]) -> Select[uuid.UUID]:
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

"""Queries of the messages that are due, and their leases."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Integer,
    Select,
    Uuid,
    and_,
    bindparam,
    column,
    func,
    or_,
    true,
    update,
)
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models.columns import UtcDateTime
from models.messaging.broadcasts import Broadcast, BroadcastStatus
from models.messaging.deliveries import Delivery, DeliveryStatus
from storage.constants import build_constants
from storage.messaging.conditions import IN_BROADCAST, IN_NO_BROADCAST, IS_UNSENT, UNSENT_STATUSES

# Every delivering process runs these queries twice a second, so they are built once.
_NOW: BindParameter[datetime] = bindparam("now", type_=UtcDateTime())
_LIMIT: BindParameter[int] = bindparam("most", type_=Integer)
_IS_DUE = or_(
    and_(col(Delivery.status) == DeliveryStatus.PENDING, col(Delivery.run_after) <= _NOW),
    and_(col(Delivery.status) == DeliveryStatus.SENDING, col(Delivery.lease_until) < _NOW),
)
_NOT_IN_PROGRESS = col(Delivery.id).not_in(bindparam("but", expanding=True))
_IN_ACCOUNTS = col(Delivery.account_id).in_(bindparam("accounts", expanding=True))
_Sibling = aliased(Delivery)
_FIRST_OF_CHAT = (  # looked up for each message until there are enough, however many wait
    select(func.min(_Sibling.id))
    .where(
        col(_Sibling.address_id) == col(Delivery.address_id),
        col(_Sibling.status).in_(build_constants(UNSENT_STATUSES)),
        # so that only the index of chats fits: by statistics of a time when nothing waits any would be as good
        col(_Sibling.broadcast_id).is_not(None).is_(False),
    )
    .scalar_subquery()
)
_DUE = (
    select(Delivery.id)
    .where(IS_UNSENT, IN_NO_BROADCAST, _NOT_IN_PROGRESS, _IS_DUE, col(Delivery.id) == _FIRST_OF_CHAT)
    .order_by(col(Delivery.id))
    .limit(_LIMIT)
    .with_for_update(skip_locked=True)
)
_DUE_QUERY = _DUE.where(_IN_ACCOUNTS)
_DUE_BROADCAST_QUERY = (
    select(Delivery.id)
    .join(Broadcast, col(Broadcast.id) == col(Delivery.broadcast_id))
    .where(IS_UNSENT, IN_BROADCAST, _IN_ACCOUNTS, _NOT_IN_PROGRESS, _IS_DUE)
    .where(col(Broadcast.status) == BroadcastStatus.SENDING)
    .order_by(col(Delivery.id))
    .limit(_LIMIT)
    .with_for_update(of=Delivery, skip_locked=True)
)
_LEASE = (
    update(Delivery)
    .where(col(Delivery.id).in_(bindparam("ids", expanding=True)))
    .values(
        status=DeliveryStatus.SENDING,
        fence=col(Delivery.fence) + 1,
        attempts=col(Delivery.attempts) + 1,
        lease_until=bindparam("until", type_=UtcDateTime()),
    )
    .returning(Delivery)
    .execution_options(synchronize_session=False, populate_existing=True)
)


def _build_postgresql_query() -> Select[Any]:
    """The messages due of each account by themselves, so that each is read in the order of its index."""
    accounts = func.unnest(bindparam("accounts", type_=ARRAY(Uuid())))
    account = accounts.table_valued(column("id", Uuid())).render_derived("account")
    due = _DUE.where(col(Delivery.account_id) == account.c.id).lateral("due")
    return select_columns(due.c.id).select_from(account).join(due, true()).order_by(due.c.id).limit(_LIMIT)


_DUE_POSTGRESQL_QUERY = _build_postgresql_query()


def find_due(
    session: Session, account_ids: Collection[uuid.UUID], now: datetime, limit: int, exclude: Collection[int]
) -> Sequence[int]:
    """Ids of the oldest unsent message of each chat that is due, except those of broadcasts; locks their rows."""
    values = {"accounts": list(set(account_ids)), "but": exclude, "now": now, "most": limit}
    query = _DUE_POSTGRESQL_QUERY if session.get_bind().dialect.name == "postgresql" else _DUE_QUERY
    return session.connection().scalars(query, values).all()


def find_due_broadcasts(
    session: Session, account_ids: Collection[uuid.UUID], now: datetime, limit: int, exclude: Collection[int]
) -> Sequence[int]:
    """Ids of the oldest messages of broadcasts that are being sent; locks their rows."""
    values = {"accounts": account_ids, "but": exclude, "now": now, "most": limit}
    return session.connection().scalars(_DUE_BROADCAST_QUERY, values).all()


def lease(session: Session, ids: Sequence[int], until: datetime) -> list[Delivery]:
    """Lease messages, and count the attempt."""
    if not ids:
        return []
    rows = session.scalars(_LEASE, {"ids": ids, "until": until})
    return sorted(rows, key=lambda row: row.id or 0)

"""Leases of connections to messengers, and the processes that take them. Each change is one statement."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select

from models.identity.people import Account
from models.messaging.connections import ConnectionLease, ConnectionProcess
from models.messaging.whatsapp import WhatsAppSession


@dataclass(frozen=True, slots=True)
class ConnectionOwner:
    """Which process owns a connection, for people."""

    channel: str
    name: str  # of the account
    host: str
    pid: int
    acquired_at: datetime


def register(session: Session, process: ConnectionProcess) -> None:
    """Record that a process runs, until its `expires_at`."""
    statement = _insert_into(session, ConnectionProcess).values(**process.model_dump())
    session.connection().execute(
        statement.on_conflict_do_update(index_elements=["id"], set_={"expires_at": process.expires_at})
    )


def deregister(session: Session, process_id: uuid.UUID) -> None:
    session.connection().execute(delete(ConnectionProcess).where(col(ConnectionProcess.id) == process_id))


def list_processes(session: Session, channel: str, now: datetime) -> set[uuid.UUID]:
    """The processes of a channel that count as running."""
    query = select(ConnectionProcess.id).where(
        col(ConnectionProcess.channel) == channel, col(ConnectionProcess.expires_at) > now
    )
    return set(session.exec(query))


def acquire(
    session: Session,
    connection_ids: Collection[uuid.UUID],
    process_id: uuid.UUID,
    now: datetime,
    until: datetime,
    *,
    ended_ids: Collection[uuid.UUID] = (),
) -> set[uuid.UUID]:
    """Take those leases that are free, expired, the process's own, or of a process known to have ended (`ended_ids`);
    the ids of those it holds now.

    Of processes that ask at the same time one gets a lease, as the others wait for its row and look again.
    """
    if not connection_ids:
        return set()
    statement = _insert_into(session, ConnectionLease).values(
        [
            {"connection_id": each, "process_id": process_id, "acquired_at": now, "expires_at": until}
            for each in sorted(connection_ids)  # in a fixed order, to avoid deadlocks
        ]
    )
    new, owner = statement.excluded, col(ConnectionLease.process_id)
    taking = statement.on_conflict_do_update(
        index_elements=["connection_id"],
        set_={"process_id": new.process_id, "acquired_at": new.acquired_at, "expires_at": new.expires_at},
        where=or_(col(ConnectionLease.expires_at) <= now, owner.in_([process_id, *ended_ids])),
    )
    return set(session.connection().scalars(taking.returning(col(ConnectionLease.connection_id))))


def renew(
    session: Session, connection_ids: Collection[uuid.UUID], process_id: uuid.UUID, until: datetime
) -> set[uuid.UUID]:
    """Extend leases; the ids of those that the process still has. One that expired is extended too, unless another
    process has taken it.
    """
    statement = (
        update(ConnectionLease)
        .where(_build_owner_filter(connection_ids, process_id))
        .values(expires_at=until)
        .returning(col(ConnectionLease.connection_id))
    )
    return set(session.connection().scalars(statement))


def release(session: Session, connection_ids: Collection[uuid.UUID], process_id: uuid.UUID) -> None:
    """Give up leases, so that another process can take them at once."""
    session.connection().execute(delete(ConnectionLease).where(_build_owner_filter(connection_ids, process_id)))


def map_owners(session: Session, connection_ids: Collection[uuid.UUID], now: datetime) -> dict[uuid.UUID, uuid.UUID]:
    """The process of each connection that has one."""
    query = select(ConnectionLease.connection_id, ConnectionLease.process_id).where(
        col(ConnectionLease.connection_id).in_(connection_ids), col(ConnectionLease.expires_at) > now
    )
    return dict(session.exec(query).all())


def list_owners(session: Session, now: datetime) -> Sequence[ConnectionOwner]:
    """Every connection that is owned, with its process, by channel and name."""
    query = (
        select(Account, ConnectionProcess, ConnectionLease.acquired_at)
        .select_from(ConnectionLease)
        .join(ConnectionProcess, col(ConnectionProcess.id) == col(ConnectionLease.process_id))
        .outerjoin(WhatsAppSession, col(WhatsAppSession.id) == col(ConnectionLease.connection_id))
        .join(
            Account,
            or_(
                col(Account.id) == col(WhatsAppSession.account_id),
                col(Account.id) == col(ConnectionLease.connection_id),
            ),
        )
        .where(col(ConnectionLease.expires_at) > now)
        .order_by(col(Account.channel), col(Account.name))
    )
    return [
        ConnectionOwner(account.channel, account.name, process.host, process.pid, acquired_at)
        for account, process, acquired_at in session.exec(query)
    ]


def _build_owner_filter(connection_ids: Collection[uuid.UUID], process_id: uuid.UUID) -> Any:
    return (col(ConnectionLease.process_id) == process_id) & col(ConnectionLease.connection_id).in_(connection_ids)


def _insert_into(session: Session, table: type[SQLModel]) -> Any:
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    return insert(table)

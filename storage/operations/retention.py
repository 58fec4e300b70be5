"""Deletion of expired rows in batches. The ledger is never among them."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, update
from sqlmodel import Session, col, select

from models.jobs.job import Job, WorkerRow
from models.messaging.connections import ConnectionLease, ConnectionProcess
from models.messaging.deliveries import Delivery, DeliveryStatus, PageMessage
from models.messaging.updates import Update
from models.messaging.uploads import WhatsAppUpload
from models.operations.error_events import ErrorEvent
from storage.constants import build_constants
from storage.jobs.conditions import HAS_OPEN_PROGRESS
from storage.upsert import execute_dml


def prune_updates(session: Session, before: datetime, limit: int) -> int:
    """Delete updates handled before then; how many there were."""
    oldest = col(Update.handled_at)
    return _delete(session, Update, col(Update.id), oldest < before, limit, oldest=oldest)


def prune_deliveries(session: Session, before: datetime, limit: int) -> int:
    """Delete messages sent or dropped before then, except those that still show a job's progress."""
    shows_progress = select(Job.id).where(col(Job.status_delivery_id) == col(Delivery.id), HAS_OPEN_PROGRESS).exists()
    deleted = 0
    for status, oldest in (
        (DeliveryStatus.SENT, col(Delivery.sent_at)),
        (DeliveryStatus.DROPPED, col(Delivery.created_at)),
    ):
        is_over = and_(col(Delivery.status).in_(build_constants([status])), oldest < before, ~shows_progress)
        deleted += _delete(session, Delivery, col(Delivery.id), is_over, limit - deleted, oldest=oldest)
    return deleted


def close_progress(session: Session, before: datetime, limit: int) -> int:
    """Leave the progress messages of jobs that ended before then as they are: the chat cannot be reached, or nobody
    runs its bot any more. Else they would be looked at again and again."""
    open_ids = (
        select(Job.id)
        .where(HAS_OPEN_PROGRESS, col(Job.finished_at) < before)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    closing = update(Job).where(col(Job.id).in_(open_ids.scalar_subquery())).values(status_closed=True)
    return execute_dml(session, closing)


def prune_uploads(session: Session, before: datetime, limit: int) -> int:
    """Delete cached WhatsApp uploads created before then; how many there were."""
    condition = col(WhatsAppUpload.created_at) < before
    return _delete(
        session, WhatsAppUpload, col(WhatsAppUpload.id), condition, limit, oldest=col(WhatsAppUpload.created_at)
    )


def prune_web_messages(session: Session, keep: int, limit: int) -> int:
    """Delete what came before the newest `keep` messages of each conversation of the chat page.

    The message that was changed last stays whatever its age: the next version is computed from its own.
    """
    query = select(PageMessage.address_id).group_by(col(PageMessage.address_id)).having(func.count() > keep)
    pruned = 0
    for address_id in session.exec(query).all():
        pruned += _prune_conversation(session, address_id, keep, limit)
    return pruned


def prune_workers(session: Session, before: datetime, limit: int) -> int:
    """Delete workers that were not seen since then."""
    return _delete(session, WorkerRow, col(WorkerRow.name), col(WorkerRow.seen_at) < before, limit)


def prune_connections(session: Session, before: datetime, limit: int) -> int:
    """Delete leases and processes that expired before then: of processes that ended without releasing them."""
    leases = _delete(
        session, ConnectionLease, col(ConnectionLease.connection_id), col(ConnectionLease.expires_at) < before, limit
    )
    return leases + _delete(
        session, ConnectionProcess, col(ConnectionProcess.id), col(ConnectionProcess.expires_at) < before, limit
    )


def prune_error_events(session: Session, before: datetime, limit: int) -> int:
    """Delete error events from before then."""
    return _delete(
        session, ErrorEvent, col(ErrorEvent.id), col(ErrorEvent.at) < before, limit, oldest=col(ErrorEvent.at)
    )


def _prune_conversation(session: Session, address_id: uuid.UUID, keep: int, limit: int) -> int:
    is_in_chat = col(PageMessage.address_id) == address_id
    newest = select(PageMessage.created_at).where(is_in_chat).order_by(col(PageMessage.created_at).desc())
    oldest_kept = session.exec(newest.offset(keep - 1).limit(1)).one()
    last_changed = select(func.max(PageMessage.version)).scalar_subquery()
    condition = and_(is_in_chat, col(PageMessage.created_at) < oldest_kept, col(PageMessage.version) < last_changed)
    return _delete(session, PageMessage, col(PageMessage.id), condition, limit, oldest=col(PageMessage.created_at))


def _delete(
    session: Session, table: Any, key: Any, condition: ColumnElement[bool], limit: int, *, oldest: Any = None
) -> int:
    """Delete at most `limit` rows, skipping those another process is deleting."""
    order = key if oldest is None else oldest
    doomed_keys = select(key).where(condition).order_by(order).limit(limit).with_for_update(skip_locked=True)
    return execute_dml(session, delete(table).where(key.in_(doomed_keys.scalar_subquery())))

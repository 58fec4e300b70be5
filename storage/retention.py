"""Deletion of expired rows in batches. The ledger is never among them."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_
from sqlmodel import Session, col, select

from models.deliveries import Delivery, DeliveryStatus, PageMessage
from models.faults import Fault
from models.jobs import Job, WorkerRow
from models.updates import Update
from models.uploads import WhatsAppUpload
from storage.rows import changed


def prune_updates(session: Session, before: datetime, limit: int) -> int:
    """Delete updates handled before then; how many there were."""
    return _delete(session, Update, col(Update.id), col(Update.handled_at) < before, limit)


def prune_deliveries(session: Session, before: datetime, limit: int) -> int:
    """Delete messages sent or dropped before then, except those that still show a job's progress."""
    shows_progress = (
        select(Job.id)
        .where(col(Job.status_delivery_id) == col(Delivery.id), col(Job.status_closed).is_(False))
        .exists()
    )
    is_over = or_(
        and_(col(Delivery.status) == DeliveryStatus.SENT, col(Delivery.sent_at) < before),
        and_(col(Delivery.status) == DeliveryStatus.DROPPED, col(Delivery.created_at) < before),
    )
    return _delete(session, Delivery, col(Delivery.id), and_(is_over, ~shows_progress), limit)


def prune_uploads(session: Session, before: datetime, limit: int) -> int:
    """Delete cached WhatsApp uploads created before then; how many there were."""
    old = col(WhatsAppUpload.created_at) < before
    return _delete(session, WhatsAppUpload, col(WhatsAppUpload.id), old, limit, oldest=col(WhatsAppUpload.created_at))


def prune_page(session: Session, most: int, limit: int) -> int:
    """Delete what came before the newest `keep` messages of each conversation of the chat page.

    The message that was changed last stays whatever its age: the next version is computed from its own.
    """
    counted = select(PageMessage.address_id).group_by(col(PageMessage.address_id)).having(func.count() > most)
    pruned = 0
    for place in session.exec(counted).all():
        pruned += _prune_conversation(session, place, most, limit)
    return pruned


def prune_workers(session: Session, before: datetime, limit: int) -> int:
    """Delete workers that were not seen since then."""
    return _delete(session, WorkerRow, col(WorkerRow.name), col(WorkerRow.seen_at) < before, limit)


def prune_faults(session: Session, before: datetime, limit: int) -> int:
    """Delete error events from before then."""
    return _delete(session, Fault, col(Fault.id), col(Fault.at) < before, limit)


def _prune_conversation(session: Session, place: uuid.UUID, most: int, limit: int) -> int:
    here = col(PageMessage.address_id) == place
    newest = select(PageMessage.created_at).where(here).order_by(col(PageMessage.created_at).desc())
    oldest_kept = session.exec(newest.offset(most - 1).limit(1)).one()
    last_changed = select(func.max(PageMessage.version)).scalar_subquery()
    gone = and_(here, col(PageMessage.created_at) < oldest_kept, col(PageMessage.version) < last_changed)
    return _delete(session, PageMessage, col(PageMessage.id), gone, limit, oldest=col(PageMessage.created_at))


def _delete(
    session: Session, row: Any, key: Any, condition: ColumnElement[bool], limit: int, *, oldest: Any = None
) -> int:
    """Delete at most `limit` rows, skipping those another process is deleting."""
    order = key if oldest is None else oldest
    doomed = select(key).where(condition).order_by(order).limit(limit).with_for_update(skip_locked=True)
    return changed(session, delete(row).where(key.in_(doomed.scalar_subquery())))

"""Audit log of administrative and account actions."""

import uuid
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.codes import Audit


def note(
    session: Session, tenant_id: uuid.UUID, actor_id: uuid.UUID | None, action: str, now: datetime, **about: Any
) -> None:
    """Insert an entry. `details` are ids and numbers; addresses, codes and secrets have no place in it."""
    kept = {key: str(value) if isinstance(value, uuid.UUID) else value for key, value in about.items()}
    session.add(Audit(tenant_id=tenant_id, actor_id=actor_id, action=action, about=kept, created_at=now))
    session.flush()


def notes(session: Session, tenant_id: uuid.UUID, action: str) -> list[Audit]:
    """Entries of an action, oldest first."""
    wanted = select(Audit).where(col(Audit.tenant_id) == tenant_id, col(Audit.action) == action)
    return list(session.exec(wanted.order_by(col(Audit.created_at))))

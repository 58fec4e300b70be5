"""Audit log of administrative and account actions."""

import uuid
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.identity.codes import Audit


def record(
    session: Session, tenant_id: uuid.UUID, actor_id: uuid.UUID | None, action: str, now: datetime, **details: Any
) -> None:
    """Insert an entry. `details` are ids and numbers; addresses, codes and secrets have no place in it."""
    values = {key: str(value) if isinstance(value, uuid.UUID) else value for key, value in details.items()}
    session.add(Audit(tenant_id=tenant_id, actor_id=actor_id, action=action, about=values, created_at=now))
    session.flush()

"""Incoming updates, stored until they are handled."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import UtcDateTime, build_json_type, build_partial_index, generate_id, utc_now


class Update(SQLModel, table=True):
    """One update of one account. It is stored before it is acknowledged to the channel, and handled once.

    Of an account that several processes serve, an update belongs to its `owner` until `leased_until`.
    """

    __table_args__ = (
        UniqueConstraint("account_id", "external_id"),
        Index("update_account", "account_id", "received_at"),
        Index("update_received", "received_at", postgresql_include=["account_id"]),
        build_partial_index("update_unhandled", "received_at", where="handled_at IS NULL", include=("account_id",)),
    )

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    account_id: uuid.UUID = Field(foreign_key="account.id")
    external_id: str
    body: dict[str, Any] = Field(default_factory=dict, sa_type=build_json_type())
    attempts: int = 0
    owner: str | None = None
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    received_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    handled_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)

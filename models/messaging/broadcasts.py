"""Announcements to users: maintenance mode, and broadcasts by administrators."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from models.columns import UtcDateTime, build_json_type, generate_id, utc_now

UNSOLICITED_FORBIDDEN = frozenset({"whatsapp"})
"""Channels that ban accounts for unsolicited messages."""


class Maintenance(SQLModel, table=True):
    """Maintenance mode: while a tenant has this row no jobs are accepted; that of tenant `main` is for all tenants."""

    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", primary_key=True)
    text: str = ""  # remark shown to users
    since: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    person_id: uuid.UUID = Field(foreign_key="person.id")  # turned it on


class BroadcastStatus(StrEnum):
    """A draft is sent when its author confirms it; a stopped broadcast stays stopped."""

    DRAFT = "draft"
    SENDING = "sending"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


class Broadcast(SQLModel, table=True):
    """A message to all users, or to those of some languages (empty: all). It is enqueued in batches, in the order of
    addresses: those up to `cursor` are in the outbox.

    `sent`, `blocked` and `failed` are counted at the end. `address_id` is the chat where the author is notified.
    """

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    person_id: uuid.UUID = Field(foreign_key="person.id")
    address_id: uuid.UUID = Field(foreign_key="address.id")
    text: str
    languages: list[str] = Field(default_factory=list, sa_type=build_json_type())
    status: str = Field(default=BroadcastStatus.DRAFT, index=True)
    cursor: uuid.UUID | None = None
    is_read: bool = False  # all recipients are in the outbox
    sent: int = 0
    blocked: int = 0
    failed: int = 0
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def short_id(self) -> str:
        """Short id for display: the first eight characters."""
        return self.id.hex[:8]


class AudienceCount(SQLModel, table=True):
    """The audience of a large tenant's broadcasts when it was last counted: people by language, and those whom no
    broadcast reaches."""

    __tablename__ = "audience_count"

    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", primary_key=True)
    languages: dict[str, int] = Field(default_factory=dict, sa_type=build_json_type())
    unsolicited_forbidden: int = 0
    unreachable: int = 0
    counted_at: datetime = Field(sa_type=UtcDateTime)

"""What is said to people unasked: that nothing is made for now, and news from those who run the bot."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from models.columns import Moment, json_type, new_id, utc_now

NEVER_UNASKED = frozenset({"whatsapp"})
"""Channels that shut out numbers which write to people who have not asked."""


class Maintenance(SQLModel, table=True):
    """While a tenant has this row no new films are taken; the operator's own tenant's stands for everybody."""

    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", primary_key=True)
    text: str = ""  # what people are told besides
    since: datetime = Field(default_factory=utc_now, sa_type=Moment)
    person_id: uuid.UUID = Field(foreign_key="person.id")  # who turned it on


class BroadcastStatus(StrEnum):
    """A draft is sent when its author says so; what is stopped stays so."""

    DRAFT = "draft"
    SENDING = "sending"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


class Broadcast(SQLModel, table=True):
    """A text for everybody, or for those of some languages (none named: all). It is put into the outbox bit by bit, in
    the order of addresses: those up to `cursor` are in it.

    `sent`, `blocked` and `failed` are counted at its end. `address_id` is where its author hears of that.
    """

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    person_id: uuid.UUID = Field(foreign_key="person.id")
    address_id: uuid.UUID = Field(foreign_key="address.id")
    text: str
    languages: list[str] = Field(default_factory=list, sa_type=json_type())
    status: str = Field(default=BroadcastStatus.DRAFT, index=True)
    cursor: uuid.UUID | None = None
    is_read: bool = False  # everybody it is for is in the outbox
    sent: int = 0
    blocked: int = 0
    failed: int = 0
    created_at: datetime = Field(default_factory=utc_now, sa_type=Moment)
    started_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)

    @property
    def short(self) -> str:
        """A name people can read out: the first eight characters of the id."""
        return self.id.hex[:8]

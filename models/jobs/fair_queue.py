"""Fair queue: whose turn it is among those whose jobs wait."""

import uuid
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.columns import UtcDateTime

NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""`served_at` of those of whom no job was started lately. Not null, which databases sort differently."""


class QueuedPerson(SQLModel, table=True):
    """A person with jobs that wait for their first start, paid and free ones apart.

    The row exists as long as there are such jobs. `served_at` is when a job of the person was started last, and
    `waiting_since` when the oldest of those that wait was submitted.
    """

    __tablename__ = "queued_person"
    __table_args__ = (
        Index("queued_person_turn", "tenant_id", "paid", "served_at", "waiting_since", "person_id"),
        Index("queued_person_age", "paid", "waiting_since"),
        Index("queued_person_served", "served_at"),
    )

    person_id: uuid.UUID = Field(foreign_key="person.id", primary_key=True)
    paid: bool = Field(primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id")
    served_at: datetime = Field(default=NEVER, sa_type=UtcDateTime)
    waiting_since: datetime = Field(sa_type=UtcDateTime)


class QueuedTenant(SQLModel, table=True):
    """A tenant with jobs that wait, or had some lately. `served_at` is when a job of the tenant was started last."""

    __tablename__ = "queued_tenant"
    __table_args__ = (Index("queued_tenant_turn", "served_at", "waiting_since", "tenant_id"),)

    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", primary_key=True)
    served_at: datetime = Field(default=NEVER, sa_type=UtcDateTime)
    waiting_since: datetime = Field(sa_type=UtcDateTime)

"""Rows written by administrators: actions that await confirmation, and notes about users."""

import uuid
from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from models.columns import UtcDateTime, build_json_type, generate_id, utc_now


class Confirmation(SQLModel, table=True):
    """A dangerous action, carried out once if the same person confirms it in time. `values` are its arguments."""

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id")
    person_id: uuid.UUID = Field(foreign_key="person.id", index=True)
    action: str
    values: dict[str, Any] = Field(default_factory=dict, sa_type=build_json_type())
    asked_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PersonNote(SQLModel, table=True):
    """A support note about a user."""

    __tablename__ = "person_note"

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    person_id: uuid.UUID = Field(foreign_key="person.id", index=True)
    author_id: uuid.UUID = Field(foreign_key="person.id")
    text: str
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)

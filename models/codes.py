"""Proof of who somebody is: codes that are typed once, the persons joined by them, and what is kept of it."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from models.columns import Moment, json_type, new_id, utc_now


class Purpose(StrEnum):
    LINK = "link"  # two chats of one person
    EMAIL = "email"  # a customer who paid elsewhere
    SIGNIN = "signin"  # to the chat page


class SignCode(SQLModel, table=True):
    """A code somebody was given; neither the code nor what it is for can be read from here.

    `subject` and `digest` are keyed digests: of the e-mail address (or of a word of the code), and of the code.
    """

    __tablename__ = "sign_code"
    __table_args__ = (
        Index("sign_code_subject", "tenant_id", "subject", "created_at"),
        Index("sign_code_person", "person_id", "created_at"),
    )

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id")
    purpose: str
    subject: str
    person_id: uuid.UUID | None = Field(default=None, foreign_key="person.id")  # who asked for it
    digest: str
    tries: int = 0
    expires_at: datetime = Field(sa_type=Moment, index=True)
    used_at: datetime | None = Field(default=None, sa_type=Moment)
    created_at: datetime = Field(default_factory=utc_now, sa_type=Moment)


class EmailLink(SQLModel, table=True):
    """Somebody says that a customer of the provider is them. `email` is kept from the question to the end of the
    search, and no longer."""

    __tablename__ = "email_link"

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    person_id: uuid.UUID = Field(foreign_key="person.id", index=True)
    address_id: uuid.UUID = Field(foreign_key="address.id")  # the chat that is told
    email: str | None
    delivery_id: int | None = Field(default=None, sa_type=BigInteger)  # the message that says how it goes
    customers: list[str] = Field(default_factory=list, sa_type=json_type())  # found, where there are several
    chosen: str | None = None
    created_at: datetime = Field(default_factory=utc_now, sa_type=Moment, index=True)
    proved_at: datetime | None = Field(default=None, sa_type=Moment)  # the code was right
    run_after: datetime = Field(default_factory=utc_now, sa_type=Moment)
    settled_at: datetime | None = Field(default=None, sa_type=Moment, index=True)


class Join(SQLModel, table=True):
    """Two persons who are one since; `moved` is what went along, so that it can go back."""

    __tablename__ = "person_join"

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    source_id: uuid.UUID = Field(foreign_key="person.id", index=True)
    target_id: uuid.UUID = Field(foreign_key="person.id", index=True)
    moved: dict[str, Any] = Field(default_factory=dict, sa_type=json_type())
    joined_at: datetime = Field(default_factory=utc_now, sa_type=Moment)
    undone_at: datetime | None = Field(default=None, sa_type=Moment)

    @property
    def short(self) -> str:
        """A name people can read out: the first eight characters of the id."""
        return self.id.hex[:8]


class Audit(SQLModel, table=True):
    """Who did what that somebody may ask about later. `about` holds ids, never an address or a code."""

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    actor_id: uuid.UUID | None = Field(default=None, foreign_key="person.id", index=True)
    action: str
    about: dict[str, Any] = Field(default_factory=dict, sa_type=json_type())
    created_at: datetime = Field(default_factory=utc_now, sa_type=Moment)

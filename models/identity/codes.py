"""Proof of identity: one-time codes, e-mail links to provider customers, merged persons, and the audit log."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from models.columns import UtcDateTime, build_json_type, generate_id, utc_now


class CodePurpose(StrEnum):
    LINK = "link"  # links two chats of one user
    EMAIL = "email"  # proves the address of a provider's customer
    SIGNIN = "signin"  # signs in to the chat page


class OneTimeCode(SQLModel, table=True):
    """A one-time code that was issued; neither the code nor its subject can be recovered from the row.

    `subject`, `digest` and `requester` are HMACs: of the e-mail address (or of a code's prefix), of the code, and of
    the own token of a browser where that browser alone may use the code.
    """

    __tablename__ = "sign_code"
    __table_args__ = (
        Index("sign_code_subject", "tenant_id", "subject", "created_at"),
        Index("sign_code_person", "person_id", "created_at"),
    )

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id")
    purpose: str
    subject: str
    person_id: uuid.UUID | None = Field(default=None, foreign_key="person.id")  # requested it
    requester: str | None = None
    digest: str
    tries: int = 0
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class EmailLink(SQLModel, table=True):
    """A user's claim to be a customer of the provider. `email` is kept from the request to the end of the search, and
    no longer."""

    __tablename__ = "email_link"

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    person_id: uuid.UUID = Field(foreign_key="person.id", index=True)
    address_id: uuid.UUID = Field(foreign_key="address.id")  # the chat to notify
    email: str | None
    delivery_id: int | None = Field(default=None, sa_type=BigInteger)  # the message that shows the status
    customers: list[str] = Field(
        default_factory=list, sa_type=build_json_type()
    )  # candidates, where several were found
    chosen: str | None = None
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, index=True)
    proved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # the code was right
    run_after: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)


class PersonMerge(SQLModel, table=True):
    """A merge of two persons; `moved` records what was reassigned, so that the merge can be undone."""

    __tablename__ = "person_join"

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    source_id: uuid.UUID = Field(foreign_key="person.id", index=True)
    target_id: uuid.UUID = Field(foreign_key="person.id", index=True)
    moved: dict[str, Any] = Field(default_factory=dict, sa_type=build_json_type())
    joined_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def short_id(self) -> str:
        """Short id for display: the first eight characters."""
        return self.id.hex[:8]


class Audit(SQLModel, table=True):
    """An entry of the audit log: actor and action. `about` holds ids, never an address or a code."""

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    actor_id: uuid.UUID | None = Field(default=None, foreign_key="person.id", index=True)
    action: str
    about: dict[str, Any] = Field(default_factory=dict, sa_type=build_json_type())
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)

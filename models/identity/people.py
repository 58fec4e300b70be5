"""Tenants, their bot accounts, users, and the chats they write from."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import UtcDateTime, build_json_type, build_partial_index, generate_id, utc_now

PRODUCT_NAME = "Rabisco"
MAIN_TENANT = "main"  # the tenant the environment seeds


class PauseReason(StrEnum):
    """Why a tenant's bots accept no jobs."""

    OPERATOR = "operator"  # paused by an administrator
    LAPSED = "lapsed"  # its subscription to the operator has ended
    REMOVED = "removed"  # its data is deleted at `Tenant.remove_at`


class Tenant(SQLModel, table=True):
    """A business. All rows it owns carry its id.

    `owner_id` is the person of tenant `main` who runs and pays for it (no foreign key: persons refer to tenants
    already). `invitation` is the digest of a code that makes its bearer the owner.
    """

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    name: str = Field(unique=True)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    paused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    pause: str = ""
    owner_id: uuid.UUID | None = Field(default=None, index=True)
    invitation: str | None = None
    invited_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    limits: dict[str, Any] = Field(default_factory=dict, sa_type=build_json_type())
    vocabulary: list[str] = Field(default_factory=list, sa_type=build_json_type())  # names and brands in its recordings
    covered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # when a subscription last paid for it
    remove_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    erasing_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime
    )  # from then on even its ledger may be deleted

    @property
    def display_name(self) -> str:
        """The name of the business as its customers know it; the operator's own has that of the product."""
        return PRODUCT_NAME if self.name == MAIN_TENANT else self.name

    @property
    def usage_limits(self) -> "TenantLimits":
        return TenantLimits.model_validate(self.limits)


class TenantLimits(BaseModel):
    """Usage limits of a tenant: jobs waiting at once, users, megabytes of stored files. None: no limit."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    waiting: int | None = None
    people: int | None = None
    storage: int | None = None


class Account(SQLModel, table=True):
    """One bot of one tenant: a channel, its secrets (encrypted) and its settings."""

    __table_args__ = (UniqueConstraint("tenant_id", "channel", "name"),)

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    channel: str
    name: str
    secrets: bytes | None = None
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=build_json_type())
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Person(SQLModel, table=True):
    """A user of one channel of one tenant. A merged person points to the one it was merged into."""

    __table_args__ = (
        UniqueConstraint("tenant_id", "channel", "external_id"),
        build_partial_index("person_merged", "merged_into_id", where="merged_into_id IS NOT NULL"),
        build_partial_index("person_created", "tenant_id", "created_at", where="merged_into_id IS NULL"),
        build_partial_index("person_role", "tenant_id", where="role IS NOT NULL"),
    )

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    channel: str
    external_id: str
    name: str = ""
    language: str = "en"
    language_chosen: bool = False
    plan: str = "free"
    role: str | None = None
    tastes: dict[str, Any] = Field(default_factory=dict, sa_type=build_json_type())
    merged_into_id: uuid.UUID | None = Field(default=None, foreign_key="person.id")
    banned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    network: str | None = None  # digest of the network last written from, on channels that know it
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)

    @property
    def short_id(self) -> str:
        """Short id for display: the first eight characters."""
        return self.id.hex[:8]


class Address(SQLModel, table=True):
    """A chat, or a topic of one, reached through one account."""

    __table_args__ = (UniqueConstraint("account_id", "chat", "thread"), Index("address_account", "account_id", "id"))

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    account_id: uuid.UUID = Field(foreign_key="account.id")
    chat: str
    thread: str = ""
    in_group: bool = False  # others can read: balances and payments are not mentioned
    unreachable_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)

"""Credits: an append-only ledger in double entry, lots that expire, and balances kept beside them.

Every transaction's postings sum to zero. Buckets of a person are `available`, `reserved` and `debt`; those of
a tenant (no person) are `issued`, `spent` and `expired`.
"""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from models.columns import Moment, new_id, utc_now


class Entry(StrEnum):
    GRANT = "grant"
    RESERVE = "reserve"
    CAPTURE = "capture"
    RELEASE = "release"
    REVERSAL = "reversal"  # of what was spent on a film that never arrived
    EXPIRE = "expire"
    GIFT = "gift"
    CLAWBACK = "clawback"
    RESTORE = "restore"  # of what was taken back: a dispute was won, a refund failed
    REPAY = "repay"
    REVOKE = "revoke"  # by an administrator
    TRANSFER = "transfer"  # between persons who were joined


class Bucket(StrEnum):
    AVAILABLE = "available"
    RESERVED = "reserved"
    DEBT = "debt"  # below zero: spent before the money for it went back
    ISSUED = "issued"
    SPENT = "spent"
    EXPIRED = "expired"


class LedgerTransaction(SQLModel, table=True):
    """A fact that moved credits, under a business key that can stand only once (`grant:..`, `settle:<job>`)."""

    __tablename__ = "ledger_transaction"

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    person_id: uuid.UUID = Field(foreign_key="person.id", index=True)
    job_id: uuid.UUID | None = Field(default=None, foreign_key="job.id", index=True)
    kind: str
    key: str = Field(unique=True)
    reason: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=Moment)


class LedgerPosting(SQLModel, table=True):
    """One side of a transaction; `person_id` None means the tenant's own bucket."""

    __tablename__ = "ledger_posting"

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    transaction_id: uuid.UUID = Field(foreign_key="ledger_transaction.id", index=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id")
    person_id: uuid.UUID | None = Field(default=None, foreign_key="person.id", index=True)
    bucket: str
    amount: int


class Balance(SQLModel, table=True):
    """A person's credits now: the cached sums of the postings, which the database keeps from going below zero."""

    __table_args__ = (
        CheckConstraint("available >= 0", name="available_not_negative"),
        CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        CheckConstraint("debt >= 0", name="debt_not_negative"),
    )

    person_id: uuid.UUID = Field(foreign_key="person.id", primary_key=True)
    available: int = 0
    reserved: int = 0
    debt: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class Lot(SQLModel, table=True):
    """Credits that came together and expire together; the soonest expiry is spent first."""

    __table_args__ = (CheckConstraint("remaining >= 0", name="remaining_not_negative"),)

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    person_id: uuid.UUID = Field(foreign_key="person.id", index=True)
    transaction_id: uuid.UUID = Field(foreign_key="ledger_transaction.id")
    amount: int
    remaining: int
    expires_at: datetime | None = Field(default=None, sa_type=Moment, index=True)
    created_at: datetime = Field(default_factory=utc_now, sa_type=Moment)


class LotUse(SQLModel, table=True):
    """Which lots a job's reservation was taken from, so that a release puts them back where they were."""

    __tablename__ = "lot_use"

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    job_id: uuid.UUID = Field(foreign_key="job.id", index=True)
    lot_id: uuid.UUID = Field(foreign_key="lot.id")
    amount: int

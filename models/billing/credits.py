"""Credits: an append-only double-entry ledger, lots that expire, and cached balances.

Every transaction's postings sum to zero. Buckets of a person are `available`, `reserved` and `debt`; those of
a tenant (no person) are `issued`, `spent` and `expired`.
"""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from models.columns import UtcDateTime, build_partial_index, generate_id, utc_now


class TransactionKind(StrEnum):
    GRANT = "grant"
    RESERVE = "reserve"
    CAPTURE = "capture"
    RELEASE = "release"
    REVERSAL = "reversal"  # refund of a film that was never delivered
    EXPIRE = "expire"
    GIFT = "gift"
    CLAWBACK = "clawback"
    RESTORE = "restore"  # undoes a clawback: a dispute was won, a refund failed
    REPAY = "repay"
    REVOKE = "revoke"  # by an administrator
    TRANSFER = "transfer"  # between persons that were merged


class LedgerBucket(StrEnum):
    AVAILABLE = "available"
    RESERVED = "reserved"
    DEBT = "debt"  # owed: spent before the payment was refunded
    ISSUED = "issued"
    SPENT = "spent"
    EXPIRED = "expired"


IS_SOLD = "kind = 'grant' AND (key LIKE 'grant:cs_%' OR key LIKE 'grant:stars:%' OR key LIKE 'invoice:%')"
"""Condition of the transactions that grant credits which were paid for; in SQL, since an index has it too."""


class LedgerTransaction(SQLModel, table=True):
    """A movement of credits, under a unique idempotency key (`grant:..`, `settle:<job>`)."""

    __tablename__ = "ledger_transaction"
    __table_args__ = (
        Index("ledger_transaction_created", "created_at"),
        Index("ledger_transaction_tenant", "tenant_id", "created_at"),
        build_partial_index("ledger_transaction_sold", "tenant_id", "created_at", where=IS_SOLD),
    )

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id")
    person_id: uuid.UUID = Field(foreign_key="person.id", index=True)
    job_id: uuid.UUID | None = Field(default=None, foreign_key="job.id", index=True)
    kind: str
    key: str = Field(unique=True)
    reason: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class LedgerPosting(SQLModel, table=True):
    """One posting of a transaction; `person_id` None means the tenant's own bucket."""

    __tablename__ = "ledger_posting"

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    transaction_id: uuid.UUID = Field(foreign_key="ledger_transaction.id", index=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    person_id: uuid.UUID | None = Field(default=None, foreign_key="person.id", index=True)
    bucket: str
    amount: int


class Balance(SQLModel, table=True):
    """A person's current credits: cached sums of the postings, kept from going below zero by check constraints."""

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
    """Credits granted together that expire together; the earliest expiry is spent first."""

    __table_args__ = (CheckConstraint("remaining >= 0", name="remaining_not_negative"),)

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    person_id: uuid.UUID = Field(foreign_key="person.id", index=True)
    transaction_id: uuid.UUID = Field(foreign_key="ledger_transaction.id")
    amount: int
    remaining: int
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class LotUse(SQLModel, table=True):
    """The share of a lot in a job's reservation, so that a release returns the credits to the same lots."""

    __tablename__ = "lot_use"

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    job_id: uuid.UUID = Field(foreign_key="job.id", index=True)
    lot_id: uuid.UUID = Field(foreign_key="lot.id")
    amount: int

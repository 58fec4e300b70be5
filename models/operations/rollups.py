"""Rollups: sums of the rows of an hour, for reports, and of all hours, for metrics."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.columns import UtcDateTime, build_json_type


class RollupProgress(SQLModel, table=True):
    """The hours that are rolled up, from `since` until `until`."""

    __tablename__ = "rollup_progress"

    name: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime)


class ReportProgress(SQLModel, table=True):
    """The hours of which people and sales, or all purchases, are rolled up, from `since` until `until`."""

    __tablename__ = "report_progress"

    name: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime)


class PersonActivity(SQLModel, table=True):
    """The last hour, of those that are rolled up, within which a person created a job."""

    __tablename__ = "person_activity"

    person_id: uuid.UUID = Field(foreign_key="person.id", primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    hour: datetime = Field(sa_type=UtcDateTime)


class ActivityRollup(SQLModel, table=True):
    """Number of a tenant's people who were active within an hour, and in none of the rolled-up hours after it."""

    __tablename__ = "activity_rollup"

    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", primary_key=True)
    hour: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    people: int = Field(sa_type=BigInteger)


class JobRollup(SQLModel, table=True):
    """A tenant's jobs of one kind and final status that ended within an hour, and what they cost."""

    __tablename__ = "job_rollup"

    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", primary_key=True)
    hour: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    kind: str = Field(primary_key=True)
    status: str = Field(primary_key=True)
    jobs: int = Field(sa_type=BigInteger)
    cpu_seconds: float
    provider_seconds: float
    provider_cost: int = Field(sa_type=BigInteger)  # millionths of a US dollar
    local_seconds: float = 0.0
    prompt_tokens: int = Field(default=0, sa_type=BigInteger)
    completion_tokens: int = Field(default=0, sa_type=BigInteger)


class CreditRollup(SQLModel, table=True):
    """Credits spent within an hour on a tenant's jobs of one kind, less those given back."""

    __tablename__ = "credit_rollup"

    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", primary_key=True)
    hour: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    kind: str = Field(primary_key=True)
    spent: int = Field(sa_type=BigInteger)


class UpdateRollup(SQLModel, table=True):
    """Number of an account's updates that were received within an hour."""

    __tablename__ = "update_rollup"

    account_id: uuid.UUID = Field(foreign_key="account.id", primary_key=True)
    hour: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    updates: int = Field(sa_type=BigInteger)


class SalesRollup(SQLModel, table=True):
    """A tenant's sales of one item in one currency within an hour, what was paid, and what was refunded within it."""

    __tablename__ = "sales_rollup"

    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", primary_key=True)
    hour: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    item: str = Field(primary_key=True)
    currency: str = Field(primary_key=True)
    sales: int = Field(sa_type=BigInteger)
    amount: int = Field(sa_type=BigInteger)  # in minor units, as the next
    refunded: int = Field(sa_type=BigInteger)


class SoldCreditRollup(SQLModel, table=True):
    """Credits of a tenant that were paid for within an hour."""

    __tablename__ = "sold_credit_rollup"

    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", primary_key=True)
    hour: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    credits: int = Field(sa_type=BigInteger)


class JobTotal(SQLModel, table=True):
    """All jobs of one kind and final status that are rolled up, of all tenants."""

    __tablename__ = "job_total"

    kind: str = Field(primary_key=True)
    status: str = Field(primary_key=True)
    jobs: int = Field(default=0, sa_type=BigInteger)
    cpu_seconds: float = 0.0


class DurationTotal(SQLModel, table=True):
    """Histogram of the seconds that all rolled-up jobs of one kind spent in one stage: `counts[i]` of them at most
    `bounds[i]`."""

    __tablename__ = "duration_total"

    kind: str = Field(primary_key=True)
    stage: str = Field(primary_key=True)
    bounds: list[float] = Field(sa_type=build_json_type())
    counts: list[int] = Field(sa_type=build_json_type())
    jobs: int = Field(default=0, sa_type=BigInteger)
    seconds: float = 0.0


class PurchaseTotal(SQLModel, table=True):
    """All purchases of one provider, status and currency that are rolled up, of all tenants."""

    __tablename__ = "purchase_total"

    provider: str = Field(primary_key=True)
    status: str = Field(primary_key=True)
    currency: str = Field(primary_key=True)
    purchases: int = Field(default=0, sa_type=BigInteger)
    amount: int = Field(default=0, sa_type=BigInteger)  # in minor units

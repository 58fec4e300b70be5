"""Billing: purchases, refunds, subscriptions, overages and promo codes. Amounts are minor units: centavos, Stars."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import UtcDateTime, build_json_type, build_partial_index, generate_id, utc_now

STRIPE_API_VERSION: Final = "2026-10-28.endive"
"""The version of Stripe's API this was written for, sent with each call whatever the account's own version is."""


class Provider(StrEnum):
    STRIPE = "stripe"
    STARS = "stars"


class PurchaseStatus(StrEnum):
    """REQUESTED has no link yet; OPEN has one; PENDING waits for Pix or a boleto; a refunded purchase stays PAID."""

    REQUESTED = "asked"
    OPEN = "open"
    PENDING = "pending"
    PAID = "paid"
    EXPIRED = "expired"
    FAILED = "failed"


UNDECIDED_STATUSES = (PurchaseStatus.REQUESTED, PurchaseStatus.OPEN, PurchaseStatus.PENDING)


class Purchase(SQLModel, table=True):
    """A purchase, inserted before the provider is called. `item` is a key of the catalogue."""

    __table_args__ = (
        UniqueConstraint("provider", "external_id"),
        Index("purchase_undecided", "status", "checked_at"),
        Index("purchase_decided", "tenant_id", "decided_at"),
        Index("purchase_totals", "decided_at", postgresql_include=["provider", "status", "currency", "amount"]),
        build_partial_index("purchase_failed", "decided_at", where="status = 'failed'"),
    )

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    person_id: uuid.UUID = Field(foreign_key="person.id", index=True)
    address_id: uuid.UUID = Field(foreign_key="address.id")  # the chat to notify
    provider: str
    item: str  # "pack:100" or "plan:starter"
    currency: str  # ISO 4217, lower case as Stripe writes it; "xtr" for Stars
    amount: int
    status: str = Field(default=PurchaseStatus.REQUESTED)
    attempt: int = 0  # links made for it
    external_id: str | None = None  # of the Checkout Session, or of Telegram's charge
    payment_id: str | None = Field(default=None, index=True)  # of the PaymentIntent
    url: str | None = None
    delivery_id: int | None = Field(default=None, sa_type=BigInteger)  # the message that shows the link
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    checked_at: datetime = Field(
        default_factory=utc_now, sa_type=UtcDateTime
    )  # when it was last fetched from the provider
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def short_id(self) -> str:
        """Short id for display: the first eight characters."""
        return self.id.hex[:8]


class RepaymentStatus(StrEnum):
    REQUESTED = "asked"
    DONE = "done"
    REJECTED = "refused"  # by the provider; `reason` is its error code


class Repayment(SQLModel, table=True):
    """A refund requested by an administrator, carried out once by the process that calls the provider.

    `amount` is in minor units of the purchase's currency. `address_id` is the administrator's chat, to notify.
    """

    __table_args__ = (
        Index("repayment_due", "tenant_id", "status", "run_after"),
        Index("repayment_decided", "tenant_id", "decided_at"),
    )

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id")
    purchase_id: uuid.UUID = Field(foreign_key="purchase.id", index=True)
    asked_by_id: uuid.UUID = Field(foreign_key="person.id")
    address_id: uuid.UUID = Field(foreign_key="address.id")
    provider: str
    amount: int = Field(sa_type=BigInteger)
    status: str = Field(default=RepaymentStatus.REQUESTED)
    reason: str = ""
    run_after: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Customer(SQLModel, table=True):
    """Link of a person to a customer of the tenant's provider; ends at `linked_until` if an e-mail code proved it."""

    __table_args__ = (UniqueConstraint("tenant_id", "external_id", "person_id"),)

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    person_id: uuid.UUID = Field(foreign_key="person.id", index=True)
    external_id: str
    linked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Subscription(SQLModel, table=True):
    """A subscription as last fetched from the provider. Gives access while active, trialing, or past due in grace."""

    __table_args__ = (UniqueConstraint("tenant_id", "external_id"),)

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    person_id: uuid.UUID = Field(foreign_key="person.id", index=True)
    external_id: str
    customer_id: str
    plan: str
    status: str
    currency: str
    period_start: datetime = Field(sa_type=UtcDateTime)
    period_end: datetime = Field(sa_type=UtcDateTime)
    cancels: bool = False  # at the end of the period
    past_due_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    overage_cap: int = 0  # most credits beyond the plan's charged in one period; 0 is off
    seen_at: datetime = Field(
        default_factory=utc_now, sa_type=UtcDateTime
    )  # when it was fetched: older snapshots are ignored


class OverageStatus(StrEnum):
    """HELD with the job, then DUE or DROPPED; BILLING is being added to an invoice. REFUSED is unpaid, and on none."""

    HELD = "held"
    DUE = "due"
    BILLING = "billing"
    BILLED = "billed"
    DROPPED = "dropped"
    REFUSED = "refused"


class Overage(SQLModel, table=True):
    """Credits of one job beyond the plan's, to be added to the next invoice once."""

    __table_args__ = (Index("overage_due", "tenant_id", "status"),)

    job_id: uuid.UUID = Field(foreign_key="job.id", primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    subscription_id: uuid.UUID = Field(foreign_key="subscription.id", index=True)
    period_start: datetime = Field(sa_type=UtcDateTime)
    credits: int
    amount: int
    status: str = Field(default=OverageStatus.HELD)
    external_id: str | None = None  # the invoice item
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    checked_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime
    )  # when adding it to an invoice was last tried


class ProviderEvent(SQLModel, table=True):
    """A webhook event of the provider: a hint to fetch the object, stored before it is acknowledged and retried."""

    __tablename__ = "provider_event"
    __table_args__ = (
        UniqueConstraint("tenant_id", "external_id"),
        Index("provider_event_due", "handled_at", "run_after"),
        Index("provider_event_kind", "kind"),
    )

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    external_id: str
    kind: str  # such as "checkout.session.completed"
    object_id: str
    about: dict[str, Any] = Field(default_factory=dict, sa_type=build_json_type())  # ids only, never a person's data
    attempts: int = 0
    run_after: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    error: str | None = None
    received_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    handled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PromoCode(SQLModel, table=True):
    """A promo code that gives credits, or a user's invitation (`inviter_id`)."""

    __tablename__ = "bonus_code"
    __table_args__ = (UniqueConstraint("tenant_id", "code"),)

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    code: str  # upper case
    credits: int
    uses_left: int
    inviter_id: uuid.UUID | None = Field(default=None, foreign_key="person.id", unique=True)
    days: int | None = None  # until the credits expire; None: never
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    stopped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class PromoCodeUse(SQLModel, table=True):
    """A redemption of a promo code; once per person. An invitation's credits are pending until `granted_at`: those of
    the code, and `inviter_credits`. `network` is where the friend was then.
    """

    __tablename__ = "bonus_use"
    __table_args__ = (UniqueConstraint("code_id", "person_id"),)

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    code_id: uuid.UUID = Field(foreign_key="bonus_code.id", index=True)
    person_id: uuid.UUID = Field(foreign_key="person.id", index=True)
    used_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    granted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    network: str | None = None
    inviter_credits: int = 0

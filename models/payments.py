"""What is bought, by whom, and how far it has come. Amounts are minor units of their currency: centavos, Stars."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import Moment, json_type, new_id, utc_now

STRIPE_VERSION: Final = "2026-10-28.endive"
"""The API of Stripe this was written for, asked for with each call whatever the account's own version is."""


class Provider(StrEnum):
    STRIPE = "stripe"
    STARS = "stars"


class PurchaseStatus(StrEnum):
    """ASKED has no link yet; OPEN has one; PENDING waits for Pix or a boleto; what is refunded stays PAID."""

    ASKED = "asked"
    OPEN = "open"
    PENDING = "pending"
    PAID = "paid"
    EXPIRED = "expired"
    FAILED = "failed"


UNDECIDED = (PurchaseStatus.ASKED, PurchaseStatus.OPEN, PurchaseStatus.PENDING)


class Purchase(SQLModel, table=True):
    """One thing somebody wants to buy, written before the provider hears of it. `item` is a key of the catalogue."""

    __table_args__ = (
        UniqueConstraint("provider", "external_id"),
        Index("purchase_undecided", "status", "checked_at"),
    )

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    person_id: uuid.UUID = Field(foreign_key="person.id", index=True)
    address_id: uuid.UUID = Field(foreign_key="address.id")  # where the news of it go
    provider: str
    item: str  # "pack:100" or "plan:starter"
    currency: str  # ISO 4217, lower case as Stripe writes it; "xtr" for Stars
    amount: int
    status: str = Field(default=PurchaseStatus.ASKED)
    attempt: int = 0  # links made for it
    external_id: str | None = None  # the Checkout Session, or Telegram's charge
    payment_id: str | None = Field(default=None, index=True)  # the PaymentIntent
    url: str | None = None
    delivery_id: int | None = Field(default=None, sa_type=BigInteger)  # the message that shows the link
    created_at: datetime = Field(default_factory=utc_now, sa_type=Moment)
    expires_at: datetime | None = Field(default=None, sa_type=Moment)
    checked_at: datetime = Field(default_factory=utc_now, sa_type=Moment)  # when the provider was last asked about it
    decided_at: datetime | None = Field(default=None, sa_type=Moment)

    @property
    def short(self) -> str:
        """A name people can read out: the first eight characters of the id."""
        return self.id.hex[:8]


class RepaymentStatus(StrEnum):
    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"  # by the provider; `reason` is its word for it


class Repayment(SQLModel, table=True):
    """Money that goes back to who paid it, on an administrator's word; carried out once by who speaks to the provider.

    `amount` is in minor units of the purchase's currency. `address_id` is where the administrator hears of it.
    """

    __table_args__ = (Index("repayment_due", "tenant_id", "status", "run_after"),)

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id")
    purchase_id: uuid.UUID = Field(foreign_key="purchase.id", index=True)
    asked_by_id: uuid.UUID = Field(foreign_key="person.id")
    address_id: uuid.UUID = Field(foreign_key="address.id")
    provider: str
    amount: int = Field(sa_type=BigInteger)
    status: str = Field(default=RepaymentStatus.ASKED)
    reason: str = ""
    run_after: datetime = Field(default_factory=utc_now, sa_type=Moment)
    created_at: datetime = Field(default_factory=utc_now, sa_type=Moment)
    decided_at: datetime | None = Field(default=None, sa_type=Moment)


class Customer(SQLModel, table=True):
    """A customer of the tenant's provider who is one of our persons; `linked_until` where an e-mail code proved it."""

    __table_args__ = (UniqueConstraint("tenant_id", "external_id", "person_id"),)

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    person_id: uuid.UUID = Field(foreign_key="person.id", index=True)
    external_id: str
    linked_until: datetime | None = Field(default=None, sa_type=Moment)
    created_at: datetime = Field(default_factory=utc_now, sa_type=Moment)


class Subscription(SQLModel, table=True):
    """A monthly plan as the provider told it last. Access lasts while it is active, trialing, or past due in grace."""

    __table_args__ = (UniqueConstraint("tenant_id", "external_id"),)

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    person_id: uuid.UUID = Field(foreign_key="person.id", index=True)
    external_id: str
    customer_id: str
    plan: str
    status: str
    currency: str
    period_start: datetime = Field(sa_type=Moment)
    period_end: datetime = Field(sa_type=Moment)
    cancels: bool = False  # at the end of the period
    past_due_since: datetime | None = Field(default=None, sa_type=Moment)
    overage_cap: int = 0  # credits beyond the allowance the person lets us charge in one period; 0 is off
    seen_at: datetime = Field(
        default_factory=utc_now, sa_type=Moment
    )  # when the provider was asked: older news are ignored


class OverageStatus(StrEnum):
    """HELD with the job, then DUE or DROPPED; BILLING is on its way to an invoice. REFUSED is owed, and on none."""

    HELD = "held"
    DUE = "due"
    BILLING = "billing"
    BILLED = "billed"
    DROPPED = "dropped"
    REFUSED = "refused"


class Overage(SQLModel, table=True):
    """Credits of one job beyond the allowance, to be put on the next invoice once."""

    __table_args__ = (Index("overage_due", "tenant_id", "status"),)

    job_id: uuid.UUID = Field(foreign_key="job.id", primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    subscription_id: uuid.UUID = Field(foreign_key="subscription.id", index=True)
    period_start: datetime = Field(sa_type=Moment)
    credits: int
    amount: int
    status: str = Field(default=OverageStatus.HELD)
    external_id: str | None = None  # the invoice item
    created_at: datetime = Field(default_factory=utc_now, sa_type=Moment)
    checked_at: datetime | None = Field(default=None, sa_type=Moment)  # when it was taken to an invoice last


class ProviderEvent(SQLModel, table=True):
    """News of the provider: a hint to look, stored before it is acknowledged and handled until that worked."""

    __tablename__ = "provider_event"
    __table_args__ = (
        UniqueConstraint("tenant_id", "external_id"),
        Index("provider_event_due", "handled_at", "run_after"),
    )

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    external_id: str
    kind: str  # such as "checkout.session.completed"
    object_id: str
    about: dict[str, Any] = Field(default_factory=dict, sa_type=json_type())  # ids only, never a person's data
    attempts: int = 0
    run_after: datetime = Field(default_factory=utc_now, sa_type=Moment)
    error: str | None = None
    received_at: datetime = Field(default_factory=utc_now, sa_type=Moment)
    handled_at: datetime | None = Field(default=None, sa_type=Moment)


class BonusCode(SQLModel, table=True):
    """A word that gives credits, or another's invitation (`inviter_id`)."""

    __tablename__ = "bonus_code"
    __table_args__ = (UniqueConstraint("tenant_id", "code"),)

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    code: str  # upper case
    credits: int
    uses_left: int
    inviter_id: uuid.UUID | None = Field(default=None, foreign_key="person.id", unique=True)
    days: int | None = None  # the credits last so long; None: they do not expire
    expires_at: datetime | None = Field(default=None, sa_type=Moment)
    stopped_at: datetime | None = Field(default=None, sa_type=Moment)
    created_at: datetime = Field(default_factory=utc_now, sa_type=Moment)


class BonusUse(SQLModel, table=True):
    """Who used a code; once each."""

    __tablename__ = "bonus_use"
    __table_args__ = (UniqueConstraint("code_id", "person_id"),)

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    code_id: uuid.UUID = Field(foreign_key="bonus_code.id", index=True)
    person_id: uuid.UUID = Field(foreign_key="person.id", index=True)
    used_at: datetime = Field(default_factory=utc_now, sa_type=Moment)

"""What a chat is owed: the outbox."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import BigInteger, Index, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import Moment, json_type, utc_now


class DeliveryStatus(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"  # the chat is gone, or it was tried too often


class Wording(BaseModel):
    """A sentence of the catalogues: its key, and the values its placeholders take.

    `inner` is a sentence that goes into the placeholder `value`.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    values: dict[str, str | int | float] = {}
    inner: "Wording | None" = None


class ChoiceWording(BaseModel):
    """Something a person can choose: what comes back when they do (64 bytes at most), and what it is called."""

    model_config = ConfigDict(frozen=True)

    data: str = Field(max_length=64)
    label: Wording
    url: str | None = None


class InvoiceWording(BaseModel):
    """What is to be paid in the messenger's own money; `payload` names the purchase."""

    model_config = ConfigDict(frozen=True)

    title: Wording
    payload: str
    currency: str
    amount: int


class SeriesWording(BaseModel):
    """What a chart counts: its name, and a number for each label."""

    model_config = ConfigDict(frozen=True)

    name: Wording
    values: tuple[float, ...]


class ChartWording(BaseModel):
    """Bars over time, drawn when the message is sent."""

    model_config = ConfigDict(frozen=True)

    title: Wording
    labels: tuple[str, ...]
    series: tuple[SeriesWording, ...]


class Message(BaseModel):
    """The content of a delivery, in no language yet: paragraphs, and rows of choices under them.

    `edits` is the message (the channel's id) to be changed in place; `edits_delivery` is a delivery whose message that
    is. Where the channel cannot edit, or that message is gone, a new one is sent. `qr` is a text to be shown as a code
    that phones can scan; `chart` is shown as a picture too.
    """

    model_config = ConfigDict(frozen=True)

    paragraphs: tuple[Wording, ...]
    choices: tuple[tuple[ChoiceWording, ...], ...] = ()
    edits: str | None = None
    edits_delivery: int | None = None
    media_id: uuid.UUID | None = None  # the file that goes with it
    thumbnail_id: uuid.UUID | None = None
    as_file: bool = False  # as a document, so that the messenger leaves it as it is
    invoice: InvoiceWording | None = None
    qr: str | None = None
    chart: ChartWording | None = None


class Delivery(SQLModel, table=True):
    """One message a chat is owed, unique by cause and part, leased like a job and sent by the chat's own process."""

    __table_args__ = (
        UniqueConstraint("cause", "part"),
        Index("delivery_due", "account_id", "status", "run_after"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(
        default=None,
        primary_key=True,
        sa_type=BigInteger().with_variant(Integer(), "sqlite"),
    )
    account_id: uuid.UUID = Field(foreign_key="account.id")
    address_id: uuid.UUID = Field(foreign_key="address.id", index=True)
    person_id: uuid.UUID = Field(foreign_key="person.id")
    job_id: uuid.UUID | None = Field(default=None, foreign_key="job.id", index=True)  # whose results go with it
    cause: str
    part: str = ""
    broadcast_id: uuid.UUID | None = Field(default=None, index=True)  # news to everybody, which lets all else go first
    reply_to: str | None = None
    message: dict[str, Any] = Field(sa_type=json_type())
    status: str = Field(default=DeliveryStatus.PENDING)
    attempts: int = 0
    fence: int = 0
    lease_until: datetime | None = Field(default=None, sa_type=Moment)
    run_after: datetime = Field(default_factory=utc_now, sa_type=Moment)
    external_id: str | None = None  # the channel's id of the message once sent
    error: str | None = None
    created_at: datetime = Field(default_factory=utc_now, sa_type=Moment)
    sent_at: datetime | None = Field(default=None, sa_type=Moment)

    @property
    def content(self) -> Message:
        return Message.model_validate(self.message)


class PageMessage(SQLModel, table=True):
    """A message of the chat page, as the page shows it. `version` grows at every change, so a page can ask for news."""

    __tablename__ = "page_message"

    id: uuid.UUID = Field(primary_key=True)
    address_id: uuid.UUID = Field(foreign_key="address.id", index=True)
    version: int = Field(index=True, sa_type=BigInteger)
    author: str  # "person" or "bot"
    body: dict[str, Any] = Field(sa_type=json_type())
    created_at: datetime = Field(default_factory=utc_now, sa_type=Moment)

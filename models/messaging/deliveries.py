"""Outbox rows: messages to chats, as translation keys and values, and the messages of the chat page."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import BigInteger, Index, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import UtcDateTime, build_json_type, build_partial_index, utc_now
from models.sketch.subjects import NumberedSubject

_IS_UNSENT = "status IN ('pending', 'sending')"


class DeliveryStatus(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"  # the chat is unreachable, or all attempts failed


class TranslatedText(BaseModel):
    """A message of the locale files: its key, and the values of its placeholders.

    `inner` is another message, which goes into the placeholder `value`.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    values: dict[str, str | int | float] = {}
    inner: "TranslatedText | None" = None


class TranslatedChoice(BaseModel):
    """A button or menu entry: the callback data it returns (64 bytes at most), and its label."""

    model_config = ConfigDict(frozen=True)

    data: str = Field(max_length=64)
    label: TranslatedText
    url: str | None = None


class TranslatedInvoice(BaseModel):
    """An invoice in the messenger's own currency; `payload` identifies the purchase."""

    model_config = ConfigDict(frozen=True)

    title: TranslatedText
    payload: str
    currency: str
    amount: int


class TranslatedSeries(BaseModel):
    """A series of a chart: its name, and a number for each label."""

    model_config = ConfigDict(frozen=True)

    name: TranslatedText
    values: tuple[float, ...]


class TranslatedChart(BaseModel):
    """A bar chart over time, drawn when the message is sent."""

    model_config = ConfigDict(frozen=True)

    title: TranslatedText
    labels: tuple[str, ...]
    series: tuple[TranslatedSeries, ...]


class StylePreview(BaseModel):
    """A preview of captions, drawn when the message is sent.

    `options` are those of a caption job, `job_id` is the job whose video and words are shown; without one, or where
    they are gone, it is a sample. `is_film`: two seconds of film instead of a picture.
    """

    model_config = ConfigDict(frozen=True)

    options: dict[str, Any]
    job_id: uuid.UUID | None = None
    is_film: bool = False


class SubjectPreview(BaseModel):
    """The pictures of a job with numbers on their objects, drawn when the message is sent.

    `chosen` are the numbers that were chosen, in their order, from 1.
    """

    model_config = ConfigDict(frozen=True)

    job_id: uuid.UUID
    subjects: tuple[NumberedSubject, ...]
    chosen: tuple[int, ...] = ()


class Message(BaseModel):
    """The untranslated content of a delivery: paragraphs, and rows of choices under them.

    `edits` is the message (the messenger's id) to edit in place; `edits_delivery` is the delivery that sent it. Where
    the channel cannot edit, or that message is gone, a new one is sent. `qr` is a text shown as a QR code; `chart`,
    `preview` and `subjects` are shown as pictures too.
    """

    model_config = ConfigDict(frozen=True)

    paragraphs: tuple[TranslatedText, ...]
    choices: tuple[tuple[TranslatedChoice, ...], ...] = ()
    edits: str | None = None
    edits_delivery: int | None = None
    media_id: uuid.UUID | None = None  # the attached file
    thumbnail_id: uuid.UUID | None = None
    as_file: bool = False  # as a document, so that the messenger does not recompress it
    invoice: TranslatedInvoice | None = None
    qr: str | None = None
    chart: TranslatedChart | None = None
    preview: StylePreview | None = None
    subjects: SubjectPreview | None = None
    answers: str | None = None  # the id of the update that it answers

    @property
    def has_preview(self) -> bool:
        """Whether something is drawn for it when it is sent."""
        return self.preview is not None or self.subjects is not None


class Delivery(SQLModel, table=True):
    """One message in the outbox, unique by cause and part, leased like a job and sent by the process of its account."""

    __table_args__ = (
        UniqueConstraint("cause", "part"),
        Index("delivery_chat", "address_id", "id"),
        Index("delivery_person", "person_id", "id"),
        build_partial_index("delivery_unsent", "account_id", "id", where=f"{_IS_UNSENT} AND broadcast_id IS NULL"),
        build_partial_index("delivery_unsent_chat", "address_id", "id", where=_IS_UNSENT),
        build_partial_index(
            "delivery_unsent_broadcast", "broadcast_id", "id", where=f"{_IS_UNSENT} AND broadcast_id IS NOT NULL"
        ),
        build_partial_index("delivery_sent", "sent_at", where="status = 'sent'"),
        build_partial_index("delivery_dropped", "created_at", where="status = 'dropped'"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(
        default=None,
        primary_key=True,
        sa_type=BigInteger().with_variant(Integer(), "sqlite"),
    )
    account_id: uuid.UUID = Field(foreign_key="account.id")
    address_id: uuid.UUID = Field(foreign_key="address.id")
    person_id: uuid.UUID = Field(foreign_key="person.id")
    job_id: uuid.UUID | None = Field(default=None, foreign_key="job.id", index=True)  # whose results are attached
    cause: str
    part: str = ""
    broadcast_id: uuid.UUID | None = Field(default=None, index=True)  # part of a broadcast: sent after everything else
    reply_to: str | None = None
    message: dict[str, Any] = Field(sa_type=build_json_type())
    status: str = Field(default=DeliveryStatus.PENDING)
    attempts: int = 0
    fence: int = 0
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    run_after: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    external_id: str | None = None  # the messenger's id of the message once sent
    error: str | None = None
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def content(self) -> Message:
        return Message.model_validate(self.message)


class PageMessage(SQLModel, table=True):
    """A message of the chat page, as displayed. `version` grows at every change, so a page can poll for changes."""

    __tablename__ = "page_message"
    __table_args__ = (Index("page_message_created", "created_at"),)

    id: uuid.UUID = Field(primary_key=True)
    address_id: uuid.UUID = Field(foreign_key="address.id", index=True)
    version: int = Field(index=True, sa_type=BigInteger)
    author: str  # "person" or "bot"
    body: dict[str, Any] = Field(sa_type=build_json_type())
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)

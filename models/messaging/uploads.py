"""Cache of media a messenger already has, so that sending it again needs no upload."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import UtcDateTime, generate_id, utc_now

UPLOAD_LIFETIME = timedelta(days=14)  # WhatsApp keeps media longer, but offline recipients download it late


class WhatsAppUpload(SQLModel, table=True):
    """Media uploaded by one account. `key` is the file's key in the media store and the form it was sent in; `content`
    is the serialized media message, without caption and context."""

    __tablename__ = "whatsapp_upload"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    account_id: uuid.UUID = Field(foreign_key="account.id", index=True)
    key: str
    content: bytes
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)

"""Stored media files, and the references of persons to them."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field, SQLModel

from models.columns import UtcDateTime, build_partial_index, generate_id, utc_now


class StoredFile(SQLModel, table=True):
    """A stored file under a random key, deduplicated by digest within a tenant, with a reference count."""

    __tablename__ = "stored_file"
    __table_args__ = (CheckConstraint('"references" >= 0', name="references_not_negative"),)

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    key: str = Field(unique=True)
    digest: str = Field(index=True)  # SHA-256, hexadecimal
    size: int = Field(sa_type=BigInteger)
    references: int = 0
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Media(SQLModel, table=True):
    """One person's reference to a stored file, with its measured properties."""

    __table_args__ = (build_partial_index("media_expiring", "expires_at", where="file_id IS NOT NULL"),)

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    person_id: uuid.UUID = Field(foreign_key="person.id", index=True)
    file_id: uuid.UUID | None = Field(default=None, foreign_key="stored_file.id", index=True)  # None: deleted
    kind: str
    format: str
    name: str = ""
    size: int = Field(sa_type=BigInteger)
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    fps: float | None = None
    has_audio: bool = False
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)

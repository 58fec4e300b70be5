"""Fingerprint of the secret key that an installation's data were signed and encrypted with."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import UtcDateTime


class KeyFingerprint(SQLModel, table=True):
    """The one row, written by whichever process starts first; the key itself is never in the database."""

    __tablename__ = "key_fingerprint"

    name: str = Field(primary_key=True)
    fingerprint: str
    created_at: datetime = Field(sa_type=UtcDateTime)

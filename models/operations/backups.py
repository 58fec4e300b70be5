"""Full backups of the installation: requests and results."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.columns import UtcDateTime, generate_id


class BackupRun(SQLModel, table=True):
    """One backup. `asked_by` and `address_id` are the person and chat to notify; None for the daily backup.

    A run that began and never ends was lost with its process, or is the one stored in the backup itself.
    """

    __tablename__ = "backup_run"

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    asked_by: uuid.UUID | None = Field(default=None, foreign_key="person.id")
    address_id: uuid.UUID | None = Field(default=None, foreign_key="address.id")
    asked_at: datetime = Field(sa_type=UtcDateTime, index=True)
    begun_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    name: str = ""  # of the file; empty until it is stored and was read back
    size: int = Field(default=0, sa_type=BigInteger)  # bytes
    error: str = ""  # class of the exception

"""Leases of connections to messengers: which process receives for a Telegram bot or runs a WhatsApp number."""

import uuid
from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import UtcDateTime


class ConnectionProcess(SQLModel, table=True):
    """A process that connects to a messenger, and until when it counts as running unless it says so again."""

    __tablename__ = "connection_process"

    id: uuid.UUID = Field(primary_key=True)
    channel: str
    host: str
    pid: int
    expires_at: datetime = Field(sa_type=UtcDateTime)


class ConnectionLease(SQLModel, table=True):
    """The exclusive right of a process to one connection, until it expires.

    `connection_id` is the account of a Telegram bot, or the session of a WhatsApp number.
    """

    __tablename__ = "connection_lease"

    connection_id: uuid.UUID = Field(primary_key=True)
    process_id: uuid.UUID
    acquired_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)

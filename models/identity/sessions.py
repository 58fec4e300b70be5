"""Sign-in sessions of the chat page."""

import uuid
from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import UtcDateTime, utc_now


class PageSession(SQLModel, table=True):
    """A browser session of a signed-in user. Only a digest of its cookie is stored, so that read access to this table
    does not allow impersonation."""

    __tablename__ = "page_session"

    digest: str = Field(primary_key=True)
    account_id: uuid.UUID = Field(foreign_key="account.id", index=True)
    guest: str  # the external id of the person
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime = Field(index=True, sa_type=UtcDateTime)

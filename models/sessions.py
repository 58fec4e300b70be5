"""Who is signed in to the chat page."""

import uuid
from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import Moment, utc_now


class PageSession(SQLModel, table=True):
    """One browser in which somebody is signed in. Only a digest of what its cookie holds is kept, so that whoever reads
    this table can act for nobody."""

    __tablename__ = "page_session"

    digest: str = Field(primary_key=True)
    account_id: uuid.UUID = Field(foreign_key="account.id", index=True)
    guest: str  # the external id of the person
    created_at: datetime = Field(default_factory=utc_now, sa_type=Moment)
    expires_at: datetime = Field(index=True, sa_type=Moment)

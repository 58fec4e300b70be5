"""Error events: one row for each log line that reports an error, without user data."""

from datetime import datetime

from sqlalchemy import BigInteger, Integer
from sqlmodel import Field, SQLModel

from models.columns import UtcDateTime, utc_now


class ErrorEvent(SQLModel, table=True):
    """One error event. `request` and `job` are the short ids that users are shown, to look it up by.

    `kind` is the class of the exception, and `trace` its stack: files, lines and functions, never a value.
    """

    __tablename__ = "fault"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer(), "sqlite"))
    event: str
    code: str = ""
    kind: str = ""
    trace: str = ""
    request: str = Field(default="", index=True)
    job: str = Field(default="", index=True)
    process: str = ""
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, index=True)

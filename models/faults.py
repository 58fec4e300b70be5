"""What broke: one row for each line of a log that tells of an error, without what people sent or said."""

from datetime import datetime

from sqlalchemy import BigInteger, Integer
from sqlmodel import Field, SQLModel

from models.columns import Moment, utc_now


class Fault(SQLModel, table=True):
    """Something that broke. `request` and `job` (the short names people are shown) find it again.

    `kind` is the class of the exception, and `trace` where it came from: files, lines and functions, never a value.
    """

    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer(), "sqlite"))
    event: str
    code: str = ""
    kind: str = ""
    trace: str = ""
    request: str = Field(default="", index=True)
    job: str = Field(default="", index=True)
    process: str = ""
    at: datetime = Field(default_factory=utc_now, sa_type=Moment, index=True)

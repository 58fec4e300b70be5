"""What was last seen of a thing outside the database: a service on the network, a machine's disk."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from models.columns import Moment, json_type, utc_now


class Reading(SQLModel, table=True):
    """The newest look at one thing. `about` holds figures and kinds of errors, never an address or a secret."""

    name: str = Field(primary_key=True)  # "groq", "disk:box-1"
    ok: bool
    about: dict[str, Any] = Field(default_factory=dict, sa_type=json_type())
    read_at: datetime = Field(default_factory=utc_now, sa_type=Moment)

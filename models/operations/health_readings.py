"""Latest health readings of resources outside the database: network services, disks of machines."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from models.columns import UtcDateTime, build_json_type, utc_now


class Reading(SQLModel, table=True):
    """The latest health reading of one resource. `about` holds figures and error kinds, never an address or secret."""

    name: str = Field(primary_key=True)  # "groq", "disk:box-1"
    ok: bool
    about: dict[str, Any] = Field(default_factory=dict, sa_type=build_json_type())
    read_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)

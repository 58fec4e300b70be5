"""Periodic tasks that one process of the installation runs."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import UtcDateTime


class TaskRun(SQLModel, table=True):
    """The last run of a periodic task, by whichever process."""

    __tablename__ = "task_run"

    name: str = Field(primary_key=True)
    started_at: datetime = Field(sa_type=UtcDateTime)

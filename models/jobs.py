"""A piece of work: what goes in, what comes out, and where it stands."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import Moment, json_type, new_id, utc_now


class Kind(StrEnum):
    SKETCH = "sketch"
    CAPTION = "caption"


class Status(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in FINAL


FINAL = frozenset({Status.DONE, Status.FAILED, Status.CANCELLED})
WAITING = frozenset({Status.QUEUED, Status.RUNNING})


class Stage(StrEnum):
    """What a person is told is happening."""

    WAITING = "waiting"
    LISTENING = "listening"
    DRAWING = "drawing"
    CAPTIONING = "captioning"


class Job(SQLModel, table=True):
    """One film to be made.

    `fence` grows by one at each claim: only the holder of the newest fence may write. `lease_until` is renewed while
    the work goes on; `attempts` are counted at the claim, so a job that kills its worker is counted too.
    """

    __table_args__ = (Index("job_runnable", "status", "run_after"),)

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    person_id: uuid.UUID = Field(foreign_key="person.id", index=True)
    address_id: uuid.UUID = Field(foreign_key="address.id")
    parent_id: uuid.UUID | None = Field(default=None, foreign_key="job.id")
    kind: str
    status: str = Field(default=Status.QUEUED)
    parameters: dict[str, Any] = Field(sa_type=json_type())
    paid: bool = False  # on a paid plan when it was submitted
    at_once: int | None = None  # jobs of the person that may run at the same time, by their plan; None for any
    credits: int = 0  # reserved at submission
    reply_to: str | None = None  # message the film answers
    request: str = ""  # the name of the request that ordered it, in the logs
    status_delivery_id: int | None = Field(default=None, sa_type=BigInteger)  # the message that shows progress
    status_closed: bool = False  # that message has shown the end
    # the claim
    attempts: int = 0
    fence: int = 0
    owner: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=Moment)
    run_after: datetime = Field(default_factory=utc_now, sa_type=Moment)
    wake_at: datetime = Field(default_factory=utc_now, sa_type=Moment)  # last time a worker was woken for it
    cancel_asked_at: datetime | None = Field(default=None, sa_type=Moment)
    # the work
    stage: str = Field(default=Stage.WAITING)
    progress: float = 0.0
    code: str | None = None  # why it failed
    code_values: dict[str, Any] = Field(default_factory=dict, sa_type=json_type())
    # the cost
    cpu_seconds: float = 0.0
    provider_seconds: float = 0.0
    provider_cost: int = 0  # millionths of a US dollar
    # the times
    received_at: datetime = Field(default_factory=utc_now, sa_type=Moment)  # when the channel handed us the update
    created_at: datetime = Field(default_factory=utc_now, sa_type=Moment)
    started_at: datetime | None = Field(default=None, sa_type=Moment, index=True)
    finished_at: datetime | None = Field(default=None, sa_type=Moment, index=True)

    @property
    def short(self) -> str:
        """A name people can read out: the first eight characters of the id."""
        return self.id.hex[:8]


class JobInput(SQLModel, table=True):
    """A file that goes into a job, in order."""

    __tablename__ = "job_input"
    __table_args__ = (UniqueConstraint("job_id", "position"),)

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    job_id: uuid.UUID = Field(foreign_key="job.id", index=True)
    position: int
    media_id: uuid.UUID = Field(foreign_key="media.id", index=True)


class JobOutput(SQLModel, table=True):
    """A file a job made. `role` says what it is for: film, thumbnail, subtitles."""

    __tablename__ = "job_output"
    __table_args__ = (UniqueConstraint("job_id", "role", "position"),)

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    job_id: uuid.UUID = Field(foreign_key="job.id", index=True)
    role: str
    position: int = 0
    media_id: uuid.UUID = Field(foreign_key="media.id", index=True)


class TranscriptRow(SQLModel, table=True):
    """What was heard in a file; a correction is a row of its own that points to the one it corrects."""

    __tablename__ = "transcript"

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    media_id: uuid.UUID = Field(foreign_key="media.id", index=True)
    job_id: uuid.UUID | None = Field(default=None, foreign_key="job.id")
    corrects_id: uuid.UUID | None = Field(default=None, foreign_key="transcript.id")
    language: str
    engine: str
    confidence: float | None = None
    words: list[dict[str, Any]] = Field(sa_type=json_type())
    created_at: datetime = Field(default_factory=utc_now, sa_type=Moment)


class WorkerRow(SQLModel, table=True):
    """A process that claims jobs, and when it was last seen."""

    __tablename__ = "worker"

    name: str = Field(primary_key=True)
    started_at: datetime = Field(default_factory=utc_now, sa_type=Moment)
    seen_at: datetime = Field(default_factory=utc_now, sa_type=Moment)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a job until the lease ends, proven by the fence; and what the log tells of the job."""

    job_id: uuid.UUID
    fence: int
    attempts: int
    kind: str = field(default="", compare=False)
    request: str = field(default="", compare=False)
    received_at: datetime | None = field(default=None, compare=False)

"""Jobs: rows with inputs, outputs, status and cost, and the claim a worker holds on one."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import UtcDateTime, build_json_type, build_partial_index, generate_id, utc_now


class JobStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in FINAL_STATUSES


FINAL_STATUSES = frozenset({JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED})
UNFINISHED_STATUSES = frozenset({JobStatus.QUEUED, JobStatus.RUNNING})


WAITING_STAGE = "waiting"  # before the first of the stages of a job's kind


class Job(SQLModel, table=True):
    """One job. `kind` is the name of a `pipeline.kinds` kind, and `parameters` its options as JSON.

    `fence` is a fencing token that grows by one at each claim: only the holder of the newest may write. `lease_until`
    is renewed while the job runs; `attempts` are counted at the claim, so a job that kills its worker is counted too.
    """

    __table_args__ = (
        build_partial_index(
            "job_fresh",
            "person_id",
            "paid",
            "created_at",
            "id",
            where="status = 'queued' AND started_at IS NULL",
            include=("run_after", "kind"),  # read without the row, it is the cheapest whatever the statistics say
        ),
        build_partial_index("job_restarted", "run_after", where="status = 'queued' AND started_at IS NOT NULL"),
        build_partial_index("job_leased", "lease_until", where="status = 'running'"),
        build_partial_index("job_running", "person_id", "lease_until", where="status = 'running'"),
        build_partial_index("job_wake", "wake_at", where="finished_at IS NULL"),
        Index("job_started", "person_id", "started_at"),
        # not of all: a planner that does not know yet how many wait would look for one job among those without a start
        build_partial_index("job_starts", "started_at", where="started_at IS NOT NULL"),
        build_partial_index(
            "job_progress",
            "status_delivery_id",
            where="status_closed IS false AND status_delivery_id IS NOT NULL",
            sqlite_where="status_closed IS 0 AND status_delivery_id IS NOT NULL",
        ),
        Index("job_finished", "finished_at", postgresql_include=["tenant_id", "status"]),
        Index("job_ended", "tenant_id", "finished_at", postgresql_include=["status"]),
        Index("job_created", "tenant_id", "created_at", postgresql_include=["person_id"]),
        build_partial_index("job_parent", "parent_id", where="parent_id IS NOT NULL"),
        # by `finished_at`, which no query by status implies: one for a job that waits must not be looked up here
        build_partial_index("job_unfinished", "tenant_id", "status", where="finished_at IS NULL"),
    )

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    person_id: uuid.UUID = Field(foreign_key="person.id")
    address_id: uuid.UUID = Field(foreign_key="address.id")
    parent_id: uuid.UUID | None = Field(default=None, foreign_key="job.id")
    kind: str
    status: str = Field(default=JobStatus.QUEUED)
    parameters: dict[str, Any] = Field(sa_type=build_json_type())
    paid: bool = False  # the person was on a paid plan at submission
    at_once: int | None = None  # concurrent jobs the person's plan allows; None: no limit
    credits: int = 0  # reserved at submission
    reply_to: str | None = None  # message the film replies to
    request: str = ""  # id in the logs of the request that submitted it
    status_delivery_id: int | None = Field(default=None, sa_type=BigInteger)  # the message that shows progress
    status_closed: bool = False  # that message shows the final status
    # the claim
    attempts: int = 0
    fence: int = 0
    owner: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    run_after: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    wake_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)  # last time a worker was notified of it
    cancel_asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    # the work
    stage: str = Field(default=WAITING_STAGE)
    progress: float = 0.0
    code: str | None = None  # why it failed
    code_values: dict[str, Any] = Field(default_factory=dict, sa_type=build_json_type())
    # the cost
    cpu_seconds: float = 0.0
    provider_seconds: float = 0.0
    provider_cost: int = 0  # millionths of a US dollar
    local_seconds: float = 0.0  # of sound that was heard by this machine
    prompt_tokens: int = 0  # that a chat model read
    completion_tokens: int = 0  # that it wrote
    # the times
    received_at: datetime = Field(
        default_factory=utc_now, sa_type=UtcDateTime
    )  # when the update arrived from the channel
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def short_id(self) -> str:
        """Short id for display: the first eight characters."""
        return self.id.hex[:8]


class JobInput(SQLModel, table=True):
    """An input file of a job, at its position."""

    __tablename__ = "job_input"
    __table_args__ = (UniqueConstraint("job_id", "position"),)

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    job_id: uuid.UUID = Field(foreign_key="job.id", index=True)
    position: int
    media_id: uuid.UUID = Field(foreign_key="media.id", index=True)


class JobOutput(SQLModel, table=True):
    """An output file of a job. `role` is its name among the outputs of the job's kind, such as "film"; `cuts` are the
    parts of the input, as start and end in seconds, that are not in it; None where they are not known.
    """

    __tablename__ = "job_output"
    __table_args__ = (UniqueConstraint("job_id", "role", "position"),)

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    job_id: uuid.UUID = Field(foreign_key="job.id", index=True)
    role: str
    position: int = 0
    media_id: uuid.UUID = Field(foreign_key="media.id", index=True)
    cuts: list[tuple[float, float]] | None = Field(default=None, sa_type=build_json_type(), nullable=True)


class TranscriptRow(SQLModel, table=True):
    """Transcript of a file: what is said in an input, or what an output shows where that is a translation.

    `corrects_id` is the transcript this one corrects; `line_texts` are texts by line, from 1: those of corrected
    lines, or of an output all lines that stand below what is said, whose times are those of `words`.
    """

    __tablename__ = "transcript"

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    media_id: uuid.UUID = Field(foreign_key="media.id", index=True)
    job_id: uuid.UUID | None = Field(default=None, foreign_key="job.id")
    corrects_id: uuid.UUID | None = Field(default=None, foreign_key="transcript.id")
    line_texts: dict[str, str] | None = Field(default=None, sa_type=build_json_type(), nullable=True)
    language: str
    engine: str
    confidence: float | None = None
    words: list[dict[str, Any]] = Field(sa_type=build_json_type())
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class WorkerRow(SQLModel, table=True):
    """A worker process, and its last heartbeat."""

    __tablename__ = "worker"

    name: str = Field(primary_key=True)
    started_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    seen_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


@dataclass(frozen=True, slots=True)
class JobClaim:
    """The exclusive right to work on a job until its lease ends, proven by the fence; and the job's fields for logs."""

    job_id: uuid.UUID
    fence: int
    attempts: int
    kind: str = field(default="", compare=False)
    request: str = field(default="", compare=False)
    received_at: datetime | None = field(default=None, compare=False)

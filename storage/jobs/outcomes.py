"""Outcomes of jobs: how they ended, what they cost, and that somebody else has them."""

from dataclasses import dataclass
from typing import Any, Final

from models.jobs.job import JobStatus


@dataclass(frozen=True, slots=True)
class JobCosts:
    """What a job has used: CPU seconds, the seconds a speech provider transcribed, what the provider asks for all of it
    (millionths of a US dollar), the seconds this machine transcribed, and tokens that a chat model read and wrote."""

    cpu_seconds: float = 0.0
    provider_seconds: float = 0.0
    provider_cost: int = 0
    local_seconds: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0


NO_COSTS: Final = JobCosts()


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """Final status of a job, and what it has used since its costs were stored last."""

    status: JobStatus
    code: str | None = None
    values: dict[str, Any] | None = None
    costs: JobCosts = NO_COSTS


class LeaseLost(Exception):
    """The claim is no longer valid: another worker holds the job, or it was cancelled. Nothing may be written."""
